package io.channelindex.sequence.token;

import java.util.concurrent.CompletionException;
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

  /** Counts what went wrong, unless the token is to blame; what it was, without its wrapping. */
  Throwable failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (!(cause instanceof TokenException)) {
      failures.increment();
    }
    return cause;
  }

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
