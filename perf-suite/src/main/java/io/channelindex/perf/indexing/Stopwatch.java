package io.channelindex.perf.indexing;

import io.channelindex.perf.process.OwnProcess;
import io.channelindex.perf.process.ProcessUsage;
import java.time.Duration;
import java.util.Optional;

/** Time and processor time from a start to a stop. Safe for use by many threads. */
final class Stopwatch {
  private final Optional<ProcessUsage> node;
  private Reading start = Reading.NONE;
  private Reading stop = Reading.NONE;

  /** What the clocks say; processor times in nanoseconds. */
  private record Reading(long nanos, long cpu, long nodeCpu) {
    static final Reading NONE = new Reading(0, 0, 0);
  }

  /**
   * @param node the process of the target if it is to be watched, too
   */
  Stopwatch(Optional<ProcessUsage> node) {
    this.node = node;
  }

  synchronized void start() {
    start = now();
    stop = start;
  }

  synchronized void stop() {
    stop = now();
  }

  private Reading now() {
    return new Reading(
        System.nanoTime(),
        OwnProcess.cpuNanos(),
        node.map(ProcessUsage::cpu).orElse(Duration.ZERO).toNanos());
  }

  synchronized Duration elapsed() {
    return Duration.ofNanos(stop.nanos() - start.nanos());
  }

  /** The processor time of this process. */
  synchronized Duration cpu() {
    return Duration.ofNanos(stop.cpu() - start.cpu());
  }

  /** The processor time of the node's process; zero if that is not watched. */
  synchronized Duration nodeCpu() {
    return Duration.ofNanos(stop.nodeCpu() - start.nodeCpu());
  }
}
