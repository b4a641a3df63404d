package io.channelindex.perf.load;

/**
 * Numbers as exactly eight lower-case hexadecimal digits: fixed width, so that they can be read in
 * place.
 */
final class Hex8 {
  static final int LENGTH = 8;

  private Hex8() {}

  static void write(int number, byte[] target, int offset) {
    for (int digit = 0; digit < LENGTH; digit++) {
      int nibble = (number >>> (28 - 4 * digit)) & 15;
      target[offset + digit] = (byte) (nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
    }
  }

  /** The number at an offset, or -1 if there is none. */
  static long read(byte[] source, int offset) {
    if (offset < 0 || source.length - offset < LENGTH) {
      return -1;
    }
    long number = 0;
    for (int at = offset; at < offset + LENGTH; at++) {
      int digit = digit(source[at]);
      if (digit < 0) {
        return -1;
      }
      number = (number << 4) | digit;
    }
    return number;
  }

  private static int digit(byte character) {
    if (character >= '0' && character <= '9') {
      return character - '0';
    }
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
  }
}
