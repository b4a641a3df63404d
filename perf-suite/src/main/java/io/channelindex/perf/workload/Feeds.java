package io.channelindex.perf.workload;

import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.NamespaceObserver;
import io.channelindex.perf.cluster.Positions;
import io.channelindex.perf.oracle.Comparison;
import io.channelindex.perf.oracle.ObservedState;

/** What the workloads with change feeds have in common. */
final class Feeds {
  private Feeds() {}

  /** Where the bucket is before a workload writes anything. */
  static Positions positions(WorkloadRun run) throws InterruptedException {
    ObservedState nothing = new ObservedState(0, run.session().vbuckets());
    NamespaceObserver observer =
        new NamespaceObserver(run.namespace(), nothing, NamespaceObserver.Arrivals.NOBODY);
    try (ChangeFeed feed = run.session().changes(observer)) {
      return feed.positions();
    }
  }

  /** Compares what a feed showed in the end with what was acknowledged. */
  static void compare(
      DocumentSet documents, ObservedState observed, String prefix, Outcome.Builder outcome) {
    Comparison comparison = Comparison.of(documents.ledger(), documents.source(), observed);
    comparison
        .checks()
        .forEach(
            (name, violations) -> {
              outcome.check(prefix + name, violations);
              if (violations > 0) {
                outcome.note(prefix + name, comparison.firstProblem());
              }
            });
  }
}
