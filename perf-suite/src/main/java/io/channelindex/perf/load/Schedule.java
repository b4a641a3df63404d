package io.channelindex.perf.load;

/**
 * When the operations of an open loop are due: fixed before the first one starts, whatever the
 * target does.
 *
 * @param start the reading of the clock at which operation 0 is due
 * @param ratePerSecond operations per second, positive
 * @param operations how many there are
 */
public record Schedule(long start, int ratePerSecond, int operations) {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  public Schedule {
    if (ratePerSecond <= 0 || operations < 0) {
      throw new IllegalArgumentException(
          "invalid schedule: ratePerSecond=" + ratePerSecond + ", operations=" + operations);
    }
  }

  /** The reading of the clock at which an operation is due. */
  public long due(int operation) {
    return start + operation * NANOS_PER_SECOND / ratePerSecond;
  }
}
