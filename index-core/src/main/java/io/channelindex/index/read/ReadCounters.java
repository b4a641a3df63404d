package io.channelindex.index.read;

import java.util.concurrent.atomic.LongAdder;

/** What {@link ReaderStatistics} is taken from. */
final class ReadCounters {
  final LongAdder looks = new LongAdder();
  final LongAdder reads = new LongAdder();
  final LongAdder bulks = new LongAdder();
  final LongAdder bulkVbuckets = new LongAdder();
  final LongAdder loads = new LongAdder();
  final LongAdder sharedLoads = new LongAdder();
  final LongAdder cacheHits = new LongAdder();
  final LongAdder cacheBytes = new LongAdder();
  final LongAdder handedOver = new LongAdder();
  final LongAdder livePages = new LongAdder();
  final LongAdder coldPages = new LongAdder();
  final LongAdder sharedPages = new LongAdder();
  final LongAdder clampedTokens = new LongAdder();
  final LongAdder unknownTokens = new LongAdder();
  final LongAdder backfills = new LongAdder();
  final LongAdder distrustedTokens = new LongAdder();
  final LongAdder regressions = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder tailBytes = new LongAdder();

  ReaderStatistics snapshot(int tails) {
    return new ReaderStatistics(
        looks.sum(),
        reads.sum(),
        bulks.sum(),
        bulkVbuckets.sum(),
        loads.sum(),
        sharedLoads.sum(),
        cacheHits.sum(),
        cacheBytes.sum(),
        handedOver.sum(),
        livePages.sum(),
        coldPages.sum(),
        sharedPages.sum(),
        clampedTokens.sum(),
        unknownTokens.sum(),
        backfills.sum(),
        distrustedTokens.sum(),
        regressions.sum(),
        failures.sum(),
        tails,
        tailBytes.sum());
  }
}
