package io.channelindex.storage.compress;

/**
 * A compression as its library does it.
 *
 * <p>Thread-safe.
 */
interface Codec {
  /** The most bytes that so many become. */
  int bound(int length);

  /** Compresses to {@code at}, where there is room for {@link #bound}; the bytes written. */
  int compress(byte[] raw, int from, int length, byte[] target, int at);

  /**
   * Decompresses to {@code at}, never beyond the end of {@code target}; the bytes written.
   *
   * @throws IllegalArgumentException if this is none of its blocks, or one that does not fit
   */
  int decompress(byte[] stored, int from, int length, byte[] target, int at);
}
