package io.channelindex.embedded.protocol;

/**
 * How long the server worked on a request, as the two bytes of a response's tracing frame.
 *
 * <p>The encoding is {@code round((2 * micros) ^ (1 / 1.74))}, to be read as a u16. It keeps the
 * relative error low over eight decades: 0 to {@link #MAX_MICROS} microseconds, about two minutes;
 * what lasts longer is reported as the maximum.
 *
 * <p>Source: server duration in {@code docs/BinaryProtocol.md}.
 */
public final class ServerDuration {
  /** The longest duration that can be told apart, in microseconds. */
  public static final long MAX_MICROS = 120_125_042;

  /**
   * Up to here an answer is one array read. A power costs more than a get does, but nobody notices
   * it in an operation that took 16 ms.
   */
  static final int TABULATED_MICROS = 1 << 14;

  private static final char[] TABLE = new char[TABULATED_MICROS];

  static {
    for (int micros = 0; micros < TABULATED_MICROS; micros++) {
      TABLE[micros] = (char) compute(micros);
    }
  }

  private ServerDuration() {}

  /**
   * The u16 that stands for {@code micros} microseconds. A negative duration, which a clock that
   * was set back yields, counts as none.
   */
  public static int encode(long micros) {
    if (micros < TABULATED_MICROS) {
      return TABLE[(int) Math.max(micros, 0)];
    }
    return compute(Math.min(micros, MAX_MICROS));
  }

  private static int compute(long micros) {
    return (int) Math.round(Math.pow(2.0 * micros, 1 / 1.74));
  }
}
