package io.channelindex.storage.compress;

/**
 * Compresses payloads in one way; made by {@link Compressions#compressor}.
 *
 * <p>Thread-safe.
 */
public interface Compressor {
  /** Leaves payloads as they are. */
  Compressor NONE = Uncompressed.CODEC;

  /** What it does. */
  BlockCompression compression();

  /** The most bytes that {@link #compress} writes for a payload of so many. */
  int bound(int length);

  /**
   * Compresses a payload.
   *
   * @param target has room for {@link #bound} bytes from {@code at}
   * @return how many bytes were written, which may be more than there were
   */
  int compress(byte[] raw, int from, int length, byte[] target, int at);
}
