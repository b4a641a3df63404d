package io.channelindex.embedded.subdoc;

/**
 * The hybrid logical clock of a vbucket, for its virtual attribute.
 *
 * @param seconds now, since the epoch
 * @param mode what now was taken from
 */
public record VbucketClock(long seconds, Mode mode) {

  /** What drives the clock. */
  public enum Mode {
    /** The clock of the machine. */
    REAL,
    /** The highest CAS of the vbucket, which is ahead of the clock of the machine. */
    LOGICAL
  }

  /**
   * The clock of a vbucket.
   *
   * @param nowNanos the clock of the machine, nanoseconds since the epoch
   * @param highCas the highest CAS of the vbucket, 0 if it has none
   */
  public static VbucketClock of(long nowNanos, long highCas) {
    // The low 16 bits of a CAS count the mutations within one tick.
    long highNanos = highCas & ~0xffffL;
    Mode mode = nowNanos > highNanos ? Mode.REAL : Mode.LOGICAL;
    return new VbucketClock(Math.max(nowNanos, highNanos) / 1_000_000_000L, mode);
  }
}
