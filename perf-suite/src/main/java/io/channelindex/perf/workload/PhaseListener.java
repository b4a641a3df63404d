package io.channelindex.perf.workload;

/** Told how a workload goes, on the thread that runs it. */
@FunctionalInterface
public interface PhaseListener {
  /**
   * Something has begun or gone on.
   *
   * @param phase what the workload is doing
   * @param share how much of it is done, 0 to 1
   * @param perSecond how much happens per second; 0 if that says nothing
   */
  void at(String phase, double share, double perSecond);
}
