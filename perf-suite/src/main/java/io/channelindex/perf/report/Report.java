package io.channelindex.perf.report;

import java.util.List;
import java.util.function.Predicate;

/**
 * Everything that a run found.
 *
 * @param environment where
 * @param results in the order in which they were run
 */
public record Report(Environment environment, List<Result> results) {
  public Report {
    results = List.copyOf(results);
  }

  /** How many checks there are. */
  public long checks() {
    return count(violations -> true);
  }

  /** How many of them do not hold. */
  public long failedChecks() {
    return count(violations -> violations > 0);
  }

  private long count(Predicate<Long> which) {
    return results.stream()
        .flatMap(result -> result.outcome().checks().values().stream())
        .filter(which)
        .count();
  }
}
