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
    "index-write": "Index writes, cold start",
    "continuous": "Continuous",
    "continuous-persisted": "Continuous, persisted",
    "continuous-push": "Continuous, pushed",
    "continuous-poll": "Continuous, polled",
    "memory": "Memory",
    "matrix": "Matrix",
    "full-load": "Full load",
    "one-shot": "One request",
    "longpoll": "Long polls",
    "longpoll-lookup": "Long polls, lookup",
    "longpoll-relative": "Long polls, relative",
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

  /** A card with a bar for each number of vbuckets that has the figure. */
  function card(found, heading, figure, unit, about) {
    const shown = vbuckets
      .map((count, index) => [count, index, found(count)?.metrics])
      .filter(([, , metrics]) => metrics?.[figure]);
    const most = Math.max(...shown.map(([, , metrics]) => metrics[figure].value), 1);
    const node = element("div", "card", element("h3", "", heading));
    for (const [count, index, metrics] of shown) {
      const value = metrics[figure].value;
      const fill = element("i", "");
      fill.style.width = `${100 * value / most}%`;
      fill.style.background = `var(--c${index % 4})`;
      node.append(element("div", "measure",
        element("div", "value", number(Math.round(value)), element("span", "unit", unit)),
        element("div", "bar", fill),
        element("div", "caption", [buckets(count), ...about(metrics)].join(" · "))));
    }
    return node;
  }

  function headline() {
    const ofCeiling = metrics => metrics["of-client-ceiling"]
      ? [`${number(Math.round(metrics["of-client-ceiling"].value))} % of what the client can take`]
      : [];
    const has = figure => workloads.filter(workload =>
      results.some(result => result.workload === workload && result.metrics[figure]));
    const of = workload => count => find(workload, count);
    const fullLoad = count =>
      matrixCells.find(cell => cell.workload === "full-load" && cell.vbuckets === count);
    byId("headline").append(
      ...has("throughput").map(workload =>
        card(of(workload), title(workload), "throughput", "/s", ofCeiling)),
      ...matrixCells.some(({workload}) => workload === "full-load")
        ? [card(fullLoad, "Index writes, full load", "mutations_per_second", "/s", metrics =>
            [`${number(metrics.of_drain.value)} % of the raw stream`])]
        : [],
      ...has("overhead-per-document").map(workload =>
        card(of(workload), "Memory", "overhead-per-document", " bytes",
          () => ["per document, beside key and value"])));
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

  // Long polls only: other feeds send a token with one request.
  const tokenResults = results.filter(result => result.metrics["token-operations"]);

  function tokenTable() {
    const shown = (result, name) =>
      result.metrics[name] ? number(result.metrics[name].value) : "";
    fillTable(byId("token-table"), [
      ["Tokens", "text"], ["vbuckets"], ["characters, mean"], ["longest"], ["operations per request"],
      ["requests/s"], ["p50 ms"], ["p99 ms"],
    ], tokenResults.map(result => [
      String(result.parameters.tokens ?? result.workload), number(result.vbuckets),
      ...["token-mean", "token-longest", "token-operations", "requests", "latency-p50", "latency-p99"]
        .map(name => shown(result, name)),
    ]));
  }

  // Figures of codecs are named distribution.codec.figure; distribution.bound is the entropy.
  const codecResults = results.filter(result => result.workload === "codecs");

  function codecFigures(result) {
    const clocks = new Map();
    const of = name => clocks.get(name) ?? clocks.set(name, {bound: 0, codecs: new Map()}).get(name);
    for (const [name, {value}] of Object.entries(result.metrics)) {
      const [distribution, codec, kind] = name.split(".");
      if (kind === undefined) {
        of(distribution).bound = value;
      } else {
        const codecs = of(distribution).codecs;
        codecs.set(codec, {...codecs.get(codec), [kind]: value});
      }
    }
    return clocks;
  }

  function codecSpeeds(result) {
    const rows = [];
    for (const [distribution, {bound, codecs}] of codecFigures(result)) {
      const zstd = codecs.get("zstd-raw")?.encode;
      for (const [codec, {bytes, encode, decode, allocated}] of codecs) {
        if (encode !== undefined) {
          rows.push([
            distribution, codec, number(bytes), (bytes / bound).toFixed(3), number(encode), number(decode),
            zstd ? `${number(zstd / encode)} ×` : "", number(Math.round(allocated)),
          ]);
        }
      }
    }
    const table = element("table", "");
    fillTable(table, [
      ["Clocks"], ["codec", "text"], ["bytes"], ["of the bound"], ["encode ns"], ["decode ns"],
      ["encodes as fast as zstd-1"], ["allocated B"],
    ], rows);
    return table;
  }

  function codecSizes(result) {
    const clocks = [...codecFigures(result)];
    const names = [...new Set(clocks.flatMap(([, {codecs}]) => [...codecs.keys()]))];
    const table = element("table", "");
    fillTable(table, [["Bytes", ""], ...clocks.map(([distribution]) => [distribution])], [
      ["entropy bound", ...clocks.map(([, {bound}]) => number(bound))],
      ...names.map(name => [name, ...clocks.map(([, {codecs}]) => {
        const least = Math.min(...[...codecs.values()].map(({bytes}) => bytes));
        const {bytes} = codecs.get(name);
        return bytes === least ? element("b", "", number(bytes)) : number(bytes);
      })]),
    ]);
    return table;
  }

  function codecTables() {
    const kernels = [...new Set(codecResults.map(result => result.parameters.kernels))];
    byId("codecs-about").textContent =
      "A clock has a seqno per vbucket. The nearer to the lower left corner, the better a codec is; left of the " +
      "dashed line, which is the entropy of the clocks, none can be. Both axes are logarithmic. " +
      `Loops over clocks: ${kernels.join(", ")}.`;
    for (const result of codecResults) {
      byId("codec-tables").append(
        element("details", "",
          element("summary", "", element("h3", "", `Speeds, ${buckets(result.vbuckets)}`),
            element("span", "caption", "median of the time that one clock takes")),
          element("div", "scroll", codecSpeeds(result))),
        element("details", "",
          element("summary", "", element("h3", "", `Sizes, ${buckets(result.vbuckets)}`),
            element("span", "caption", "mean of 16 clocks, every codec on every distribution")),
          element("div", "scroll", codecSizes(result))));
    }
  }

  // The cells of the matrix and of full-load follow their own result and have its name.
  const matrixCells = results.filter(({workload, parameters}) =>
    ["matrix", "full-load"].includes(workload) && parameters.shape);
  const variant = ({layout, compression}) => `${layout}, ${compression}`;
  const shown = metric => number(metric.value);

  const matrixWriting = [
    ["mutations_per_second", "mutations/s"],
    ["of_drain", "% of raw stream"],
    ["cpu_us_per_mutation", "CPU µs"],
    ["bucket_operations_per_mutation", "operations"],
    ["bytes_written_per_mutation", "bytes sent"],
    ["bytes_stored_per_mutation", "bytes stored"],
    ["cas_retries_per_update", "CAS retries per update"],
  ];
  const matrixReading = [
    ["bytes_per_entry", "bytes per entry"],
    ["bytes_per_entry_raw", "raw"],
    ["documents_per_entry", "documents"],
    ["stored_entries_per_live_entry", "entries per live one, at rest"],
    ["stored_entries_per_live_entry_busy", "busy"],
    ["cold_read_entries_per_second", "cold entries/s"],
    ["cached_read_entries_per_second", "cached entries/s"],
    ["cache_hit_rate", "% cache hits"],
    ["operations_per_cold_read", "ops per read"],
  ];

  function matrixTable(cells, all) {
    const columns = all.filter(([name]) => cells.some(({metrics}) => metrics[name]));
    const table = element("table", "");
    fillTable(table, [["Layout"], ["compression", "text"], ...columns.map(([, text]) => [text])],
      cells.map(({parameters, metrics}) => [
        parameters.layout + (parameters.row ? " (again)" : ""),
        parameters.compression,
        ...columns.map(([name]) => {
          const metric = metrics[name];
          if (!metric) {
            return "";
          }
          return metric.min === undefined || metric.min === metric.max ? shown(metric) : withSpread(metric);
        }),
      ]));
    cells.forEach(({parameters}, index) =>
      table.tBodies[0].rows[index].classList.toggle("again", Boolean(parameters.row)));
    return table;
  }

  /** A part of the page for each shape: what its figures say, plots, and the figures. */
  function matrixShapes() {
    if (matrixCells.length) {
      const {repeats} = find(matrixCells[0].workload, matrixCells[0].vbuckets)?.parameters ?? {};
      const overhead = matrixCells[0].parameters["document-overhead-bytes"];
      byId("matrix-about").textContent =
        `Every variant indexes the same documents from nothing, in turns, ${repeats} × after a pass to warm up: ` +
        "the median, and below it the least and the greatest. The row that is marked again is the same variant " +
        "once more; how far it differs is noise. An entry is a document in a channel, and every document is also " +
        "in the channel *. Bytes sent are those of values as writers send them; bytes stored those of documents after " +
        "each write, which is what the data service keeps on disk, replicates and streams: an APPEND sends a frame, and " +
        "the whole document is stored again. Bytes per entry are those of keys and values of all documents of the " +
        `index, and ${overhead} ` +
        "more for each, as the data service takes.";
    }
    for (const {workload, title: heading, shape, vbuckets: count, reading} of data.matrix) {
      const cells = matrixCells.filter(({workload: of, parameters, vbuckets: own}) =>
        of === workload && parameters.shape === shape && own === count);
      const {documents, channels, rounds} = cells[0].parameters;
      const drain = cells[0].metrics.dcp_drain;
      const about = [
        `${number(documents)} documents in ${number(channels)} channels`,
        ...(rounds > 1 ? [`each written ${number(rounds)} ×`] : []),
        ...(drain ? [`raw stream ${number(Math.round(drain.value))} mutations/s`] : []),
        buckets(count),
      ];
      const charts = element("div", "charts", "");
      charts.dataset.workload = workload;
      charts.dataset.shape = shape;
      charts.dataset.vbuckets = count;
      byId("matrix").append(element("div", "shape",
        element("h3", "", heading),
        element("p", "about", about.join(" · ")),
        element("ul", "reading", ...reading.map(sentence => element("li", "", sentence))),
        charts,
        element("div", "scroll", matrixTable(cells, matrixWriting)),
        element("div", "scroll", matrixTable(cells, matrixReading))));
    }
  }

  const oneShots = results.filter(({metrics}) => metrics["wide-cold"]);

  function withSpread(metric) {
    return metric
      ? [shown(metric), element("span", "spread", `${number(metric.min)} – ${number(metric.max)}`)]
      : "";
  }

  function oneShotTable() {
    const {documents, revisions, asked, "wide-documents": wide} =
      find("one-shot", oneShots[0].vbuckets).parameters;
    byId("one-shot-about").textContent =
      `Milliseconds until all of a channel is there, median of ${asked}, and the least and the greatest: over HTTP, ` +
      `${number(documents)} documents that were written ${number(revisions)} × each, from a server that is warm; and from ` +
      `the index alone, ${number(wide)} documents over all vbuckets. Cache hits: of the heads, pages and blocks that these ` +
      "requests wanted, the share that was in memory; an index in memory has no cache. Layouts were asked one after the " +
      "other; the row that is marked again is one of them once more, and how far it differs is noise.";
    fillTable(byId("one-shot-table"), [
      ["Layout"], ["vbuckets"], ["over HTTP, cold"], ["cached"], ["% cache hits, cold"], ["cached"],
      ["wide channel, cold"], ["cached"], ["% cache hits"],
    ], oneShots.map(({parameters, vbuckets: count, metrics}) => [
      parameters.layout + (parameters.row ? " (again)" : ""), number(count),
      ...["http-cold", "http-cached"].map(name => withSpread(metrics[name])),
      ...["http-cold-hit-rate", "http-cached-hit-rate"].map(name => metrics[name] ? shown(metrics[name]) : ""),
      ...["wide-cold", "wide-cached"].map(name => withSpread(metrics[name])),
      metrics["wide-cached-hit-rate"] ? shown(metrics["wide-cached-hit-rate"]) : "",
    ]));
    oneShots.forEach(({parameters}, index) =>
      byId("one-shot-table").tBodies[0].rows[index].classList.toggle("again", Boolean(parameters.row)));
  }

  const placements = results.filter(({parameters}) => parameters.placement && parameters.servers);

  function placementTable() {
    const {servers, "answers-after-ms": usual, "slow-server-after-ms": slow} = placements[0].parameters;
    byId("placement-about").textContent =
      `The same documents in indexes on ${servers} servers of this process, read channel by channel by somebody who has ` +
      "nothing of them in memory. Spread: a channel's documents lie wherever their keys fall; colocated:n:v: on n of v " +
      `vbuckets. Servers answer after ${usual} ms; then one of them takes ${slow} ms, and spared is who need not ask it.`;
    fillTable(byId("placement-table"), [
      ["Placement"], ["vbuckets"], [`servers asked, of ${servers}`], ["documents asked for"],
      ["read, ms"], ["one server slow, ms"], ["spared"],
    ], placements.map(({parameters, vbuckets: count, metrics}) => [
      parameters.placement, number(count), shown(metrics.servers_per_read), shown(metrics.requests_per_read),
      shown(metrics.channel_p50), shown(metrics.channel_p50_one_slow), `${shown(metrics.spared)} %`,
    ]));
  }

  function goalsTable() {
    fillTable(byId("goals-table"), [["Figure"], ["found"], ["goal"], ["", "text"]],
      data.goals.map(({about, found, goal, verdict, reached}) => [
        about, found, goal,
        element("span", reached ? "tag good" : "tag bad", `${reached ? "✓" : "✗"} ${verdict}`),
      ]));
  }

  function checksTable() {
    const verdict = found => {
      if (found.length === 0) {
        return "";
      }
      const failed = found.flatMap(result =>
        Object.entries(result.checks).filter(([, violations]) => violations > 0));
      return failed.length === 0
        ? element("span", "tag good", "✓ hold")
        : failed.map(([name, violations]) =>
          element("span", "tag bad", `✗ ${name} ${number(violations)}`));
    };
    const rows = workloads.map(workload => {
      const cells = vbuckets.map(count => results.filter(result =>
        result.workload === workload && result.vbuckets === count));
      const names = new Set(cells.flat().flatMap(cell => Object.keys(cell.checks)));
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
    for (const workload of workloads.filter(name => name !== "codecs")) {
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

  const general = /^(zstd|lz4|snappy)-/;

  // Writes the name of each point beside it, or, where another name is, above or below.
  const names = {
    id: "names",
    afterDatasetsDraw(chart) {
      const context = chart.ctx;
      context.save();
      context.font = `11px ${Chart.defaults.font.family}`;
      const taken = chart.data.datasets.flatMap((dataset, index) => dataset.named
        ? chart.getDatasetMeta(index).data.map(({x, y}) => ({x: x - 5, y: y - 5, width: 10, height: 10}))
        : []);
      chart.data.datasets.forEach((dataset, index) => {
        if (!dataset.named) {
          return;
        }
        context.fillStyle = colour("--ink");
        chart.getDatasetMeta(index).data.forEach((point, at) => {
          const text = dataset.data[at].name;
          const width = context.measureText(text).width;
          const free = [[8, 4], [-8 - width, 4], [-width / 2, -9], [-width / 2, 17], [6, -8], [6, 16],
            [-6 - width, -8], [-6 - width, 16]]
            .map(([x, y]) => ({x: point.x + x, y: point.y + y - 9, width, height: 11}))
            .find(box => box.x >= chart.chartArea.left && box.x + width <= chart.width &&
              taken.every(other => box.x + box.width < other.x || other.x + other.width < box.x ||
                box.y + box.height < other.y || other.y + other.height < box.y));
          if (free) {
            taken.push(free);
            context.fillText(text, free.x, free.y + 9);
          }
        });
      });
      context.restore();
    },
  };

  function points(label, codecs, index) {
    return {
      type: "scatter",
      named: true,
      label,
      data: codecs.map(([name, {bytes, encode, decode}]) => ({x: bytes, y: encode, name, decode})),
      backgroundColor: colour(`--c${index}`),
      borderColor: colour(`--c${index}`),
      pointStyle: "circle",
      pointRadius: 4.5,
      pointHoverRadius: 6,
    };
  }

  function codecChart(result, distribution, {bound, codecs}) {
    const timed = [...codecs].filter(([, {encode}]) => encode !== undefined);
    if (timed.length === 0) {
      return;
    }
    const times = timed.map(([, {encode}]) => encode);
    const sizes = timed.map(([, {bytes}]) => bytes);
    const low = Math.min(...times) / 2;
    const high = Math.max(...times) * 2;
    const canvas = figure(byId("codec-charts"), `${distribution}, ${buckets(result.vbuckets)}`,
      `Size and encoding time of codecs for ${distribution} at ${buckets(result.vbuckets)}`);
    const limit = {
      ...line(`entropy, ${number(bound)} bytes`, [{x: bound, y: low}, {x: bound, y: high}], 2),
      borderDash: [6, 4],
      pointHitRadius: 0,
      pointHoverRadius: 0,
    };
    const rounded = value => Number(value.toPrecision(3)).toLocaleString("en-US");
    const least = Math.min(bound, ...sizes) * 0.8;
    const most = Math.max(...sizes) * 1.8;
    const marks = most / least < 8 ? /^[1-9]e/ : /^[125]e/;
    const x = axis("bytes of a clock", {
      type: "logarithmic",
      min: least,
      max: most,
      ticks: {callback: value => marks.test(value.toExponential()) ? rounded(value) : null},
    });
    const y = axis("nanoseconds to encode", {
      type: "logarithmic",
      min: low,
      max: high,
      ticks: {callback: value => /^1e/.test(value.toExponential()) ? rounded(value) : null},
    });
    const chosen = options(x, y, {
      title: items => items[0].raw.name ?? "",
      label: ({raw}) => raw.name
        ? ` ${number(raw.x)} bytes, ${(raw.x / bound).toFixed(3)} of the bound; encode ${number(raw.y)} ns, ` +
          `decode ${number(raw.decode)} ns`
        : ` entropy: ${number(bound)} bytes`,
    });
    chosen.interaction = {mode: "nearest", axis: "xy", intersect: true};
    chosen.plugins.legend.labels = {...chosen.plugins.legend.labels, boxHeight: 7};
    delete chosen.plugins.legend.labels.pointStyle;
    charts.push(new Chart(canvas, {
      type: "line",
      data: {
        datasets: [
          points("for clocks", timed.filter(([name]) => !general.test(name)), 0),
          points("general-purpose", timed.filter(([name]) => general.test(name)), 3),
          {...limit, pointStyle: "line"},
        ].filter(({data}) => data.length),
      },
      options: chosen,
      plugins: [names],
    }));
  }

  const layouts = [...new Set(matrixCells.map(({parameters}) => parameters.layout))];

  /** The nearer to the upper left corner the better. */
  function matrixScatter(parent, cells) {
    const canvas = figure(parent, "Throughput against size", "Mutations per second by bytes per entry");
    const chosen = options(
      axis("bytes per entry, compacted", {
        type: "linear", grace: "12%", beginAtZero: true, ticks: {maxTicksLimit: 6, callback: value => number(value)},
      }),
      axis("mutations/s", {
        beginAtZero: true, grace: "12%",
        ticks: {maxTicksLimit: 5, callback: value => value >= 1000 ? `${number(value / 1000)} k` : number(value)},
      }), {
        title: items => items[0].raw.full,
        label: ({raw}) => ` ${number(Math.round(raw.y))} mutations/s, ${number(raw.x)} bytes per entry`,
      });
    chosen.interaction = {mode: "nearest", axis: "xy", intersect: true};
    chosen.plugins.legend.labels = {...chosen.plugins.legend.labels, boxHeight: 7};
    delete chosen.plugins.legend.labels.pointStyle;
    charts.push(new Chart(canvas, {
      type: "scatter",
      data: {
        datasets: layouts.map((layout, index) => ({
          named: true,
          label: layout,
          data: cells.filter(({parameters, metrics}) =>
            parameters.layout === layout && metrics.bytes_per_entry && metrics.mutations_per_second)
            .map(({parameters, metrics}) => ({
              x: metrics.bytes_per_entry.value,
              y: metrics.mutations_per_second.value,
              name: parameters.compression,
              full: variant(parameters),
            })),
          backgroundColor: colour(`--c${index % 5}`),
          borderColor: colour(`--c${index % 5}`),
          pointStyle: "circle",
          pointRadius: 4.5,
          pointHoverRadius: 6,
        })).filter(({data: points}) => points.length),
      },
      options: chosen,
      plugins: [names],
    }));
  }

  function matrixBars(parent, cells, heading, name, unit) {
    const measured = cells.filter(({metrics}) => metrics[name]);
    if (measured.length === 0) {
      return;
    }
    const canvas = figure(parent, heading, `${heading} by layout and compression`);
    const chosen = options(
      axis(unit, {
        beginAtZero: true,
        ticks: {maxTicksLimit: 5, callback: value => value.toLocaleString("en-US")},
      }),
      axis("", {grid: {display: false}, ticks: {autoSkip: false}}),
      {label: item => ` ${number(item.parsed.x)} ${unit}`});
    chosen.indexAxis = "y";
    chosen.interaction = {mode: "nearest", axis: "y", intersect: false};
    chosen.plugins.legend.display = false;
    charts.push(new Chart(canvas, {
      type: "bar",
      data: {
        labels: measured.map(({parameters}) => variant(parameters)),
        datasets: [{
          data: measured.map(({metrics}) => metrics[name].value),
          backgroundColor: measured.map(({parameters}) =>
            colour(`--c${layouts.indexOf(parameters.layout) % 5}`)),
          borderRadius: 3,
          maxBarThickness: 22,
        }],
      },
      options: chosen,
    }));
  }

  function matrixCharts(parent) {
    const cells = matrixCells.filter(({workload, parameters, vbuckets: count}) => !parameters.row &&
      workload === parent.dataset.workload && parameters.shape === parent.dataset.shape &&
      count === Number(parent.dataset.vbuckets));
    parent.replaceChildren();
    if (cells.length < 2) {
      return;
    }
    matrixScatter(parent, cells);
    matrixBars(parent, cells, "Cold reads", "cold_read_entries_per_second", "entries/s");
    matrixBars(parent, cells, "Operations per mutation", "bucket_operations_per_mutation", "operations");
    matrixBars(parent, cells, "Bytes sent per mutation", "bytes_written_per_mutation", "bytes");
    matrixBars(parent, cells, "Bytes stored per mutation", "bytes_stored_per_mutation", "bytes");
    matrixBars(parent, cells, "Entries stored per live one, at rest", "stored_entries_per_live_entry", "entries");
  }

  function tokenChart(heading, name, unit) {
    const shown = tokenResults.filter(result => result.metrics[name]);
    if (shown.length === 0) {
      return;
    }
    const kinds = [...new Set(shown.map(result => result.parameters.tokens ?? result.workload))];
    const canvas = figure(byId("token-charts"), heading, `${heading} by token strategy`);
    const bars = vbuckets.map((count, index) => ({
      label: buckets(count),
      data: kinds.map(kind => shown.find(result =>
        (result.parameters.tokens ?? result.workload) === kind && result.vbuckets === count)?.metrics[name].value),
      backgroundColor: colour(`--c${index % 4}`),
      borderRadius: 3,
      maxBarThickness: 34,
    }));
    const chosen = options(axis("", {grid: {display: false}}), axis(unit, {beginAtZero: true}), {
      label: item => ` ${item.dataset.label}: ${number(item.parsed.y)} ${unit}`,
    });
    chosen.plugins.legend.labels.pointStyle = "rectRounded";
    charts.push(new Chart(canvas, {type: "bar", data: {labels: kinds, datasets: bars}, options: chosen}));
  }

  function draw() {
    charts.splice(0).forEach(chart => chart.destroy());
    ["latency-charts", "timeline-charts", "token-charts", "codec-charts"]
      .forEach(id => byId(id).replaceChildren());
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    if (latencyWorkloads.length) {
      const range = latencyRange();
      vbuckets.forEach(count => latencyChart(count, range));
    }
    workloads.forEach(timelineChart);
    tokenChart("Token length", "token-mean", "characters");
    tokenChart("Bucket operations", "token-operations", "per request");
    tokenChart("Write → seen, median", "latency-p50", "ms");
    document.querySelectorAll("[data-shape]").forEach(matrixCharts);
    codecResults.forEach(result => codecFigures(result).forEach((figures, distribution) =>
      codecChart(result, distribution, figures)));
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
  tokenTable();
  codecTables();
  matrixShapes();
  if (oneShots.length) {
    oneShotTable();
  }
  if (placements.length) {
    placementTable();
  }
  if (data.goals.length) {
    goalsTable();
  }
  comparisons();
  checksTable();
  allFigures();
  environment();
  draw();
  ["headline", "latency-charts", "timeline-charts", "token-charts", "codec-tables", "matrix",
    "one-shot-table", "placement-table", "goals-table"].forEach(hideEmpty);
  byId("comparisons").hidden = !byId("comparisons").childElementCount;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
