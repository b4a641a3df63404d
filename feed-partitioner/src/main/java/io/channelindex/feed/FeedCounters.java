package io.channelindex.feed;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** What a feed counts. Thread-safe. */
final class FeedCounters {
  final LongAdder changes = new LongAdder();
  final LongAdder buffered = new LongAdder();
  final LongAdder rollbacks = new LongAdder();
  final LongAdder reopenings = new LongAdder();
  private final ConcurrentMap<String, LongAdder> streamEnds = new ConcurrentHashMap<>();

  void streamEnded(String reason) {
    streamEnds.computeIfAbsent(reason, key -> new LongAdder()).increment();
  }

  Map<String, Long> streamEnds() {
    Map<String, Long> counts = new TreeMap<>();
    streamEnds.forEach((reason, count) -> counts.put(reason, count.sum()));
    return counts;
  }
}
