package io.channelindex.perf.report;

import io.channelindex.perf.measure.Metric;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;

/**
 * A goal that the design sets for figures of a report, and what was found. Goals are ratios, or
 * were set for two cores: they say where a machine stands, and fail nothing.
 *
 * @param about what is measured
 * @param found what was found
 * @param goal what was wanted
 * @param verdict whether it was found
 */
record GoalCheck(String about, String found, String goal, Verdict verdict) {
  /** Whether a goal is reached: by the median, and where a figure was repeated, how surely. */
  enum Verdict {
    REACHED("reached"),
    REACHED_MOSTLY("reached, but not in every repeat"),
    MISSED_MOSTLY("missed, but not in every repeat"),
    MISSED("missed");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    /** As a report says it. */
    String text() {
      return text;
    }

    boolean isReached() {
      return this == REACHED || this == REACHED_MOSTLY;
    }

    private static Verdict of(boolean isReached) {
      return isReached ? REACHED : MISSED;
    }

    /** Of a figure, all repeats of which are to be on the side of a limit where it is. */
    private static Verdict of(Metric metric, DoublePredicate isReached) {
      boolean median = isReached.test(metric.value());
      Metric.Spread spread = metric.spread();
      if (spread == null
          || (isReached.test(spread.min()) == median && isReached.test(spread.max()) == median)) {
        return of(median);
      }
      return median ? REACHED_MOSTLY : MISSED_MOSTLY;
    }
  }

  private static final double LOG_OPERATIONS = 0.15;
  private static final double SHARE_OF_DRAIN = 30;
  private static final double TIMES_IN_MEMORY = 2;
  private static final double WIDE_COLD_MILLIS = 50;
  private static final double WIDE_CACHED_MILLIS = 5;
  private static final String IN_MEMORY = "in-memory";

  /** What the goals speak of; less of it is no way to reach them. */
  private static final int VBUCKETS = 1_024;

  private static final int WIDE = 10_000;
  private static final int DOCUMENTS = 1_000;
  private static final int CHANNELS = 100;

  /**
   * Below that the first block and head of each channel in each partition, which are written once,
   * are most of what is written.
   */
  private static final int FULL_LOAD = 200_000;

  private static final double STORED_ENTRIES = 1.5;

  /** The goals whose figures a report has; none if it has none of them. */
  static List<GoalCheck> of(Report report) {
    List<GoalCheck> goals = new ArrayList<>();
    Set<String> compacted = new HashSet<>();
    for (Result result : report.results()) {
      Map<String, Object> parameters = result.outcome().parameters();
      if (parameters.containsKey("row") || !(parameters.get("layout") instanceof String layout)) {
        continue;
      }
      String where = layout + ", " + Figures.number(result.vbuckets()) + " vbuckets";
      if (layout.equals("log")
          && "few-large".equals(parameters.get("shape"))
          && isAtLeast(result, "channels", CHANNELS)
          && isAtLeast(result, "documents", FULL_LOAD)) {
        String variant = where + ", " + parameters.get("compression") + ", " + result.workload();
        operations(result, variant, goals);
        share(result, variant, goals);
      }
      Metric stored = result.outcome().metrics().get("stored_entries_per_live_entry");
      if (stored != null && compacted.add(where)) {
        goals.add(storedEntries(result, stored, where + ", " + parameters.get("compression")));
      }
      boolean isWide = result.vbuckets() == VBUCKETS && isAtLeast(result, "wide-documents", WIDE);
      if (isWide && (layout.equals("log") || layout.equals("dense"))) {
        atMost(result, "wide-cold", where, WIDE_COLD_MILLIS, goals);
        atMost(result, "wide-cached", where, WIDE_CACHED_MILLIS, goals);
      }
      Metric cold = result.outcome().metrics().get("http-cold");
      Optional<Double> base = inMemory(report, result, Row.FIRST);
      if (cold != null && base.isPresent() && isAtLeast(result, "documents", DOCUMENTS)) {
        goals.add(besideInMemory(cold, base.get(), inMemory(report, result, Row.AGAIN), where));
      }
    }
    return goals;
  }

  private static boolean isAtLeast(Result result, String parameter, int least) {
    return result.outcome().parameters().get(parameter) instanceof Integer value && value >= least;
  }

  /** A goal of the median of many requests: that one of them took longer is no miss. */
  private static void atMost(
      Result result, String name, String where, double limit, List<GoalCheck> goals) {
    Metric metric = result.outcome().metrics().get(name);
    if (metric != null) {
      String goal = "≤ " + Figures.number(limit) + " " + metric.unit().symbol();
      goals.add(
          new GoalCheck(
              name + ", " + where, Figures.of(metric), goal, Verdict.of(metric.value() <= limit)));
    }
  }

  private static void operations(Result result, String where, List<GoalCheck> goals) {
    Metric operations = result.outcome().metrics().get("bucket_operations_per_mutation");
    if (operations != null) {
      goals.add(
          new GoalCheck(
              "bucket_operations_per_mutation, " + where,
              Figures.withSpread(operations),
              "≤ " + Figures.number(LOG_OPERATIONS) + " " + operations.unit().symbol(),
              Verdict.of(operations, value -> value <= LOG_OPERATIONS)));
    }
  }

  private static void share(Result result, String where, List<GoalCheck> goals) {
    Metric share = result.outcome().metrics().get("of_drain");
    if (share != null) {
      goals.add(
          new GoalCheck(
              "of_drain, " + where,
              Figures.withSpread(share),
              "≥ " + Figures.number(SHARE_OF_DRAIN) + " %",
              Verdict.of(share, value -> value >= SHARE_OF_DRAIN)));
    }
  }

  /** Of the first compression of each layout: how much is superseded does not depend on it. */
  private static GoalCheck storedEntries(Result result, Metric stored, String where) {
    Metric busy = result.outcome().metrics().get("stored_entries_per_live_entry_busy");
    return new GoalCheck(
        "stored_entries_per_live_entry, " + where,
        Figures.of(stored)
            + " at rest"
            + (busy == null ? "" : ", " + Figures.number(busy.value()) + " while busy"),
        "≤ " + Figures.number(STORED_ENTRIES) + " " + stored.unit().symbol() + " at rest",
        Verdict.of(stored, value -> value <= STORED_ENTRIES));
  }

  private static GoalCheck besideInMemory(
      Metric cold, double base, Optional<Double> again, String where) {
    double ratio = cold.value() / base;
    String noise =
        again
            .map(
                other -> ", ±" + Figures.number(Math.rint(100 * Math.abs(other / base - 1))) + " %")
            .orElse("");
    return new GoalCheck(
        "http-cold, " + where,
        Figures.of(cold) + ", " + Figures.number(ratio) + " × the in-memory baseline" + noise,
        "≤ " + Figures.number(TIMES_IN_MEMORY) + " ×",
        Verdict.of(ratio <= TIMES_IN_MEMORY));
  }

  /** Which of the two rows of the baseline. */
  private enum Row {
    FIRST,
    AGAIN
  }

  /** What the in-memory baseline took for what another layout was asked over HTTP. */
  private static Optional<Double> inMemory(Report report, Result of, Row row) {
    if (IN_MEMORY.equals(of.outcome().parameters().get("layout"))) {
      return Optional.empty();
    }
    return report.results().stream()
        .filter(result -> result.workload().equals(of.workload()))
        .filter(result -> result.vbuckets() == of.vbuckets())
        .filter(result -> IN_MEMORY.equals(result.outcome().parameters().get("layout")))
        .filter(result -> result.outcome().parameters().containsKey("row") == (row == Row.AGAIN))
        .map(result -> result.outcome().metrics().get("http-cold"))
        .filter(metric -> metric != null && metric.value() > 0)
        .map(Metric::value)
        .findFirst();
  }
}
