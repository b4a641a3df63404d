package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;

/**
 * Where a feed stands, with the freedom that its channels leave: they have nothing between the two
 * clocks, so that a feed that goes on at any clock between them sees the same.
 *
 * @param low the lowest clock that is known to be as good as {@code high}
 * @param high the clock up to which everything was delivered; covers {@code low}
 */
public record ClockSpan(SequenceClock low, SequenceClock high) {
  /** Refuses a span that goes back. */
  @SuppressWarnings("ReferenceEquality") // The usual case; others are compared.
  public ClockSpan {
    if (low != high) {
      FeedToken.requireWay(low, high);
    }
  }

  /** Of a clock of which no more is known. */
  public static ClockSpan exactly(SequenceClock clock) {
    return new ClockSpan(clock, clock);
  }

  /** Whether only one clock is known. */
  @SuppressWarnings("ReferenceEquality") // A span that happens to be empty is as good as any.
  public boolean isExact() {
    return low == high;
  }
}
