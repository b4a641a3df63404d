package io.channelindex.server.documents;

import java.util.Arrays;

/** What bytes are worth as hexadecimal digits of ASCII; looked up, because every change has 72. */
final class HexDigit {
  private static final byte NONE = -1;
  private static final byte[] LOWERCASE = values("0123456789abcdef");
  private static final byte[] ANY = values("0123456789abcdefABCDEF");

  private HexDigit() {}

  private static byte[] values(String digits) {
    byte[] values = new byte[256];
    Arrays.fill(values, NONE);
    digits.chars().forEach(digit -> values[digit] = (byte) Character.digit(digit, 16));
    return values;
  }

  /** 0 … 15; -1 for what is no lowercase digit. */
  static int lowercase(byte character) {
    return LOWERCASE[character & 0xff];
  }

  /** 0 … 15; -1 for what is no digit. */
  static int any(byte character) {
    return ANY[character & 0xff];
  }
}
