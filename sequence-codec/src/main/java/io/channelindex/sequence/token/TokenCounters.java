package io.channelindex.sequence.token;

import java.util.concurrent.atomic.LongAdder;

/** What {@link TokenStatistics} is taken from. */
final class TokenCounters {
  final LongAdder puts = new LongAdder();
  final LongAdder gets = new LongAdder();
  final LongAdder renewals = new LongAdder();
  final LongAdder bases = new LongAdder();
  final LongAdder collisions = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder standIns = new LongAdder();

  TokenStatistics snapshot() {
    return new TokenStatistics(
        puts.sum(),
        gets.sum(),
        renewals.sum(),
        bases.sum(),
        collisions.sum(),
        failures.sum(),
        standIns.sum());
  }
}
