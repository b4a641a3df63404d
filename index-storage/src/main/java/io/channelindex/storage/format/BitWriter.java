package io.channelindex.storage.format;

/**
 * Writes values of any number of bits into a payload, lowest bit first, and whole bytes in the end.
 *
 * <p>Confined to one thread.
 */
final class BitWriter {
  private final PayloadWriter payload;
  private long word;
  private int filled;

  BitWriter(PayloadWriter payload) {
    this.payload = payload;
  }

  /** Writes the lowest bits of a value; the others are 0. */
  void bits(long value, int count) {
    word |= value << filled;
    if (filled + count < Long.SIZE) {
      filled += count;
      return;
    }
    payload.littleEndian(word, Long.BYTES);
    int written = Long.SIZE - filled;
    // A shift by 64 would be one by 0.
    word = written == Long.SIZE ? 0 : value >>> written;
    filled += count - Long.SIZE;
  }

  /** Writes what is left, padded with zeroes. */
  void finish() {
    payload.littleEndian(word, (filled + 7) / 8);
    word = 0;
    filled = 0;
  }
}
