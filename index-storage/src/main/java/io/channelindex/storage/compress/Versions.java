package io.channelindex.storage.compress;

/** The version of a dictionary before a block: unsigned LEB128, as elsewhere in documents. */
final class Versions {
  /** The most bytes. */
  static final int MAX_BYTES = 3;

  /** The newest version that there can be. */
  static final int MAX = (1 << (7 * MAX_BYTES)) - 1;

  private Versions() {}

  static int size(int version) {
    return version < 1 << 7 ? 1 : version < 1 << 14 ? 2 : 3;
  }

  static int write(int version, byte[] target, int at) {
    int size = size(version);
    for (int i = 0; i < size; i++) {
      int more = i < size - 1 ? 0x80 : 0;
      target[at + i] = (byte) ((version >>> (7 * i) & 0x7f) | more);
    }
    return size;
  }

  /**
   * Reads a version in its shortest form.
   *
   * @throws IllegalArgumentException if there is none
   */
  static int read(byte[] stored, int from, int length) {
    int version = 0;
    for (int i = 0; i < Math.min(length, MAX_BYTES); i++) {
      int octet = stored[from + i] & 0xff;
      version |= (octet & 0x7f) << (7 * i);
      if (octet < 0x80) {
        if (size(version) != i + 1) {
          break;
        }
        return version;
      }
    }
    throw new IllegalArgumentException("no version of a dictionary: length=" + length);
  }
}
