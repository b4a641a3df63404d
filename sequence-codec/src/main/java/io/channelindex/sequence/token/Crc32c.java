package io.channelindex.sequence.token;

import java.util.zip.CRC32C;

/**
 * CRC-32C (RFC 3720, appendix B.4) that can be continued: the JDK's cannot be copied, and the rows
 * of an iteration share almost all of what they check.
 */
final class Crc32c {
  private static final int POLYNOMIAL = 0x82f63b78;
  private static final int[] TABLE = new int[256];

  static {
    for (int i = 0; i < TABLE.length; i++) {
      int remainder = i;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        remainder = (remainder >>> 1) ^ (POLYNOMIAL & -(remainder & 1));
      }
      TABLE[i] = remainder;
    }
  }

  private Crc32c() {}

  /** The checksum of bytes. */
  static int of(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }

  /** The checksum of what {@code checksum} is of and the bytes from {@code from} to {@code to}. */
  static int continued(int checksum, byte[] bytes, int from, int to) {
    int remainder = ~checksum;
    for (int i = from; i < to; i++) {
      remainder = TABLE[(remainder ^ bytes[i]) & 0xff] ^ (remainder >>> Byte.SIZE);
    }
    return ~remainder;
  }
}
