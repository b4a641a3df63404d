package io.channelindex.perf.workload;

/**
 * One thing to measure, with checks that what was measured also was right. A workload cleans up
 * after itself: of the documents that it wrote none is left, however it ends. Instances have no
 * state of their own and may be run again.
 */
public interface Workload {
  /** The name in results and in {@code perf.workloads}; never changes its meaning. */
  String name();

  /** What is measured, in one sentence. */
  String description();

  /** On which targets of a run it is measured. */
  default Scope scope() {
    return Scope.EVERY_TARGET;
  }

  /** Which of the targets of a run, that differ in the number of vbuckets. */
  enum Scope {
    /** All of them. */
    EVERY_TARGET,
    /** The last, which has the most: a variant of another workload, or one that takes minutes. */
    LAST_TARGET
  }

  /**
   * Runs the workload.
   *
   * @throws io.channelindex.perf.PerfException if the target does not do what is needed
   * @throws InterruptedException if the thread is interrupted
   */
  Outcome run(WorkloadRun run) throws InterruptedException;
}
