package io.channelindex.embedded.engine;

/** What the expiry field of a request means. Source: {@code docs/BinaryProtocol.md}. */
final class ExpiryTimes {
  /** Longest relative expiry time; anything above is a Unix time. */
  private static final long MAX_RELATIVE_SECONDS = 30L * 24 * 60 * 60;

  private ExpiryTimes() {}

  /**
   * The Unix time that {@code expiry} stands for, 0 for never.
   *
   * @param expiry as in a request, unsigned
   * @param maxTtl the longest life in the collection in seconds, 0 for no limit
   * @param now Unix time in seconds
   */
  static int absolute(int expiry, int maxTtl, long now) {
    long requested = Integer.toUnsignedLong(expiry);
    long absolute =
        requested == 0 || requested > MAX_RELATIVE_SECONDS ? requested : now + requested;
    if (maxTtl > 0 && (absolute == 0 || absolute > now + maxTtl)) {
      absolute = now + maxTtl;
    }
    return (int) absolute;
  }
}
