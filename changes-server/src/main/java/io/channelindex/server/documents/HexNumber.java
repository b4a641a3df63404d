package io.channelindex.server.documents;

/** Numbers as the data service writes them into JSON: {@code 0x} and hexadecimal digits. */
final class HexNumber {
  private static final String PREFIX = "0x";

  private HexNumber() {}

  static String format(long number) {
    return String.format("0x%016x", number);
  }

  /**
   * An unsigned number of up to 64 bits.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  static long parse(String text) {
    return Long.parseUnsignedLong(digits(text), 16);
  }

  /**
   * An unsigned number of up to 32 bits.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  static int parseInt(String text) {
    return Integer.parseUnsignedInt(digits(text), 16);
  }

  private static String digits(String text) {
    if (!text.startsWith(PREFIX)) {
      throw new IllegalArgumentException("not a hexadecimal number: text=" + text);
    }
    return text.substring(PREFIX.length());
  }
}
