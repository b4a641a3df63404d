package io.channelindex.perf.oracle;

/** Revisions as 64 bits: what followers are shown is compared, not kept. */
public final class Fingerprint {
  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private Fingerprint() {}

  /** FNV-1a (Fowler, Noll and Vo) of a stretch of bytes; never 0. */
  public static long of(byte[] bytes, int from, int to) {
    long hash = OFFSET;
    for (int at = from; at < to; at++) {
      hash = (hash ^ (bytes[at] & 0xff)) * PRIME;
    }
    return hash == 0 ? 1 : hash;
  }
}
