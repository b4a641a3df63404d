package io.channelindex.perf.workload;

import java.util.ArrayList;
import java.util.List;

/**
 * Servers that live for seconds: without the optimizing compiler, and the threads of a concurrent
 * collector, one takes half the processor time until it is ended.
 */
final class ShortLived {
  private static final List<String> JVM_OPTIONS =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private ShortLived() {}

  /** Servers in which faults are planted. */
  static FeedWorkload.Starter server(String... faults) {
    List<String> options = new ArrayList<>(JVM_OPTIONS);
    options.addAll(List.of(faults));
    return FeedWorkload.process(options);
  }
}
