"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const results = data.results;
  const vbuckets = [...new Set(results.map(result => result.vbuckets))].sort((a, b) => a - b);
  const workloads = [...new Set(results.map(result => result.workload))];
  const titles = {
    "kv-upsert": "Upserts",
    "kv-get": "Gets",
    "subdoc-write": "Sub-doc writes",
    "dcp-backfill": "DCP backfill",
    "dcp-live": "DCP live",
    "kv-upsert-latency": "Upsert",
    "kv-get-latency": "Get",
    "subdoc-write-latency": "Sub-doc write",
    "dcp-live-latency": "Write → seen on DCP",
    "load-and-compare": "Load and compare",
  };

  const byId = id => document.getElementById(id);
  const title = workload => titles[workload] ?? workload;
  const find = (workload, count) =>
    results.find(result => result.workload === workload && result.vbuckets === count);
  const buckets = count => `${number(count)} vbuckets`;

  function number(value) {
    const size = Math.abs(value);
    const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return value.toLocaleString("en-US", {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  }

  function element(tag, className, ...children) {
    const node = document.createElement(tag);
    if (className) {
      node.className = className;
    }
    node.append(...children);
    return node;
  }

  function fillTable(table, head, rows) {
    const headRow = element("tr", "", ...head.map(([text, kind]) => {
      const cell = element("th", kind ?? "", text);
      cell.scope = "col";
      return cell;
    }));
    const body = element("tbody", "");
    for (const row of rows) {
      body.append(element("tr", "", ...row.map((content, column) =>
        element("td", head[column][1] ?? "", ...[content].flat()))));
    }
    table.replaceChildren(element("thead", "", headRow), body);
  }

  function head() {
    const environment = data.environment;
    const date = new Date(environment.date).toLocaleDateString("en-GB", {
      day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
    });
    byId("lead").textContent = [
      `${results[0].target} target, ${environment["target-version"]}`,
      `${vbuckets.map(number).join(" and ")} vbuckets`,
      `${environment.cores} cores`,
      date,
    ].join(" · ");
    const checks = results.flatMap(result =>
      Object.entries(result.checks).map(([name, violations]) => ({result, name, violations})));
    const failed = checks.filter(check => check.violations > 0);
    const verdict = byId("verdict");
    verdict.classList.add(failed.length ? "bad" : "good");
    verdict.textContent = failed.length
      ? `✗ ${failed.length} of ${checks.length} checks failed`
      : `✓ All ${checks.length} checks hold`;
    byId("problems").append(...failed.map(({result, name, violations}) => element("li", "",
      `${result.workload}, ${buckets(result.vbuckets)}: ${name} ${number(violations)}. ` +
        (result.notes[name] ?? ""))));
  }

  function headline() {
    const shown = workloads.filter(workload =>
      results.some(result => result.workload === workload && result.metrics.throughput));
    for (const workload of shown) {
      const rates = vbuckets.map(count => find(workload, count)?.metrics.throughput?.value ?? 0);
      const most = Math.max(...rates, 1);
      const card = element("div", "card", element("h3", "", title(workload)));
      vbuckets.forEach((count, index) => {
        const rate = rates[index];
        if (rate === 0) {
          return;
        }
        const fill = element("i", "");
        fill.style.width = `${100 * rate / most}%`;
        fill.style.background = `var(--c${index % 4})`;
        card.append(element("div", "measure",
          element("div", "value", number(Math.round(rate)), element("span", "unit", "/s")),
          element("div", "bar", fill),
          element("div", "caption", buckets(count))));
      });
      byId("headline").append(card);
    }
  }

  const latencyWorkloads = workloads.filter(workload =>
    results.some(result => result.workload === workload && result.latencies.latency));

  function latencyTable() {
    const withLatency = results.filter(result => result.latencies.latency);
    const rates = [...new Set(withLatency.map(result => result.metrics.rate?.value))];
    byId("latency-about").textContent =
      `Open loop at ${rates.map(number).join(" and ")} operations per second: each operation is due at a time fixed ` +
      "in advance, and its latency counts from then, whether or not it could be started. A stall hits everything " +
      "that was due meanwhile. The last column is the load generator's own share: how late it started operations.";
    const figures = ["p50", "p95", "p99", "p99.9", "max"];
    const rows = latencyWorkloads.flatMap(workload => vbuckets
      .map(count => find(workload, count))
      .filter(result => result?.latencies.latency)
      .map(result => [
        title(workload),
        number(result.vbuckets),
        ...figures.map(name => number(result.metrics[`latency-${name}`].value)),
        result.metrics["lateness-p99"] ? number(result.metrics["lateness-p99"].value) : "",
      ]));
    fillTable(byId("latency-table"), [
      ["Milliseconds", "text"], ["vbuckets"], ...figures.map(name => [name]), ["generator p99"],
    ], rows);
  }

  function checksTable() {
    const verdict = result => {
      if (!result) {
        return "";
      }
      const failed = Object.entries(result.checks).filter(([, violations]) => violations > 0);
      return failed.length === 0
        ? element("span", "tag good", "✓ hold")
        : failed.map(([name, violations]) =>
          element("span", "tag bad", `✗ ${name} ${number(violations)}`));
    };
    const rows = workloads.map(workload => {
      const cells = vbuckets.map(count => find(workload, count));
      const names = new Set(cells.flatMap(cell => cell ? Object.keys(cell.checks) : []));
      return [workload, ...cells.map(verdict), element("span", "caption", [...names].join(", "))];
    });
    fillTable(byId("checks-table"), [
      ["Workload"], ...vbuckets.map(count => [buckets(count)]), ["what is checked", "text"],
    ], rows);
  }

  function comparisons() {
    for (const result of results.filter(({metrics}) => metrics["documents-left"])) {
      const {metrics, parameters, checks} = result;
      const equal = Object.values(checks).every(violations => violations === 0);
      const count = name => number(metrics[name].value);
      byId("comparisons").append(element("div", "card",
        element("h3", "", `Load and compare, ${buckets(result.vbuckets)}`),
        element("div", `statement ${equal ? "good" : "bad"}`,
          equal ? "The feed's final state equals the model" : "The feed's final state differs"),
        element("div", "caption",
          `${number(parameters.documents)} documents loaded; ${count("mutations")} mutations and ` +
          `${count("deletions")} deletions streamed while writers went on; ` +
          `${count("documents-left")} documents left, every one compared, twice.`)));
    }
  }

  function allFigures() {
    for (const workload of workloads) {
      const cells = vbuckets.map(count => find(workload, count)).filter(Boolean);
      const names = [...new Set(cells.flatMap(cell => Object.keys(cell.metrics)))];
      const parameters = [...new Set(cells.flatMap(cell => Object.keys(cell.parameters)))];
      const table = element("table", "");
      const unit = name => cells.map(cell => cell.metrics[name]?.unit).find(Boolean);
      fillTable(table, [
        ["Figure"], ["unit", "text"], ...cells.map(cell => [buckets(cell.vbuckets)]),
      ], [
        ...names.map(name => [
          name, unit(name),
          ...cells.map(cell => cell.metrics[name] ? number(cell.metrics[name].value) : ""),
        ]),
        ...parameters.map(name => [
          name, "given",
          ...cells.map(cell => {
            const value = cell.parameters[name] ?? "";
            return typeof value === "number" ? number(value) : String(value);
          }),
        ]),
      ]);
      byId("figures").append(element("details", "",
        element("summary", "",
          element("h3", "", workload), element("span", "caption", cells[0].description)),
        element("div", "scroll", table)));
    }
  }

  function environment() {
    for (const [name, value] of Object.entries(data.environment)) {
      byId("environment").append(element("div", "",
        element("dt", "", name.replaceAll("-", " ")),
        element("dd", "", typeof value === "number" ? number(value) : String(value))));
    }
  }

  // Charts take their colours from the style sheet, and are drawn again when those change.
  const charts = [];
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function figure(parent, heading, label) {
    const canvas = element("canvas", "");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    parent.append(element("div", "chart",
      element("h3", "", heading), element("div", "plot", canvas)));
    return canvas;
  }

  function axis(text, extra) {
    return {
      grid: {color: colour("--line"), tickColor: "transparent"},
      border: {display: false},
      title: {display: Boolean(text), text, color: colour("--quiet")},
      ...extra,
      ticks: {color: colour("--quiet"), maxRotation: 0, ...extra?.ticks},
    };
  }

  function options(x, y, tooltip) {
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: {mode: "nearest", axis: "x", intersect: false},
      scales: {x, y},
      plugins: {
        legend: {
          position: "bottom",
          labels: {
            color: colour("--ink"), usePointStyle: true, pointStyle: "line", boxWidth: 28, padding: 14,
          },
        },
        tooltip: {callbacks: tooltip},
      },
    };
  }

  function line(label, points, index) {
    return {
      label,
      data: points,
      borderColor: colour(`--c${index % 4}`),
      backgroundColor: colour(`--c${index % 4}`),
      borderWidth: 2,
      pointRadius: 0,
      pointHoverRadius: 4,
      pointHitRadius: 8,
      tension: 0,
    };
  }

  const nines = [1, 10, 100, 1000, 10000, 100000, 1000000];
  const percentile = x => `${Number((100 * (1 - 1 / x)).toPrecision(8))}`;

  function latencyChart(count, range) {
    const shown = latencyWorkloads.filter(workload => find(workload, count)?.latencies.latency);
    const lines = shown.map(workload => line(
      title(workload),
      find(workload, count).latencies.latency.map(([share, ms]) => ({x: 1 / (1 - share), y: ms})),
      latencyWorkloads.indexOf(workload)));
    const canvas = figure(byId("latency-charts"), buckets(count),
      `Latency by percentile at ${buckets(count)}`);
    const x = axis("percentile", {
      type: "logarithmic",
      min: 1,
      max: range.x,
      afterBuildTicks: scale => {
        scale.ticks = nines.filter(value => value <= range.x).map(value => ({value}));
      },
      ticks: {callback: percentile},
    });
    const y = axis("milliseconds", {
      type: "logarithmic",
      min: range.low,
      max: range.high,
      ticks: {
        callback: value => [1, 2, 5].includes(Number(value.toExponential()[0])) &&
          /^[125]e/.test(value.toExponential()) ? Number(value.toPrecision(2)).toString() : null,
      },
    });
    charts.push(new Chart(canvas, {
      type: "line",
      data: {datasets: lines},
      options: options(x, y, {
        title: items => `p${percentile(Number(items[0].parsed.x.toPrecision(4)))}`,
        label: item => ` ${item.dataset.label}: ${number(item.parsed.y)} ms`,
      }),
    }));
  }

  function latencyRange() {
    const points = results.flatMap(result => result.latencies.latency ?? []);
    const values = points.map(([, ms]) => ms).filter(ms => ms > 0);
    const tail = Math.max(...points.map(([share]) => 1 / (1 - share)), 10);
    return {x: tail, low: Math.min(...values) / 1.3, high: Math.max(...values) * 1.3};
  }

  function timelineChart(workload) {
    const lines = vbuckets
      .map((count, index) => [find(workload, count)?.timelines.throughput, count, index])
      .filter(([points]) => points?.length)
      .map(([points, count, index]) =>
        line(buckets(count), points.map(([seconds, rate]) => ({x: seconds, y: rate})), index));
    if (lines.length === 0) {
      return;
    }
    const longest = Math.max(...lines.flatMap(({data: points}) => points.map(({x}) => x)));
    const canvas = figure(byId("timeline-charts"), title(workload),
      `${title(workload)} per second over time`);
    charts.push(new Chart(canvas, {
      type: "line",
      data: {datasets: lines},
      options: options(
        axis("", {
          type: "linear", min: 0, max: longest,
          ticks: {
            maxTicksLimit: 7,
            includeBounds: false,
            callback: value => `${number(value)} s`,
          },
        }),
        axis("", {
          beginAtZero: true,
          ticks: {
            maxTicksLimit: 5,
            callback: value => value >= 1000 ? `${number(value / 1000)} k` : number(value),
          },
        }),
        {
          title: items => `${number(items[0].parsed.x)} s`,
          label: item => ` ${item.dataset.label}: ${number(Math.round(item.parsed.y))}/s`,
        }),
    }));
  }

  function draw() {
    charts.splice(0).forEach(chart => chart.destroy());
    byId("latency-charts").replaceChildren();
    byId("timeline-charts").replaceChildren();
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    if (latencyWorkloads.length) {
      const range = latencyRange();
      vbuckets.forEach(count => latencyChart(count, range));
    }
    workloads.forEach(timelineChart);
  }

  function hideEmpty(id) {
    const part = byId(id);
    if (!part.childElementCount) {
      part.closest("section").hidden = true;
    }
  }

  head();
  headline();
  if (latencyWorkloads.length) {
    latencyTable();
  }
  comparisons();
  checksTable();
  allFigures();
  environment();
  draw();
  ["headline", "latency-charts", "timeline-charts"].forEach(hideEmpty);
  byId("comparisons").hidden = !byId("comparisons").childElementCount;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
