package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import java.nio.charset.StandardCharsets;

/**
 * A document id that is put together from its parts, and again for the next row. Parts that do not
 * fit are an {@link IllegalArgumentException}.
 *
 * <p>Confined to one thread.
 */
final class IdText {
  /** The longest id. */
  static final int MAX_BYTES = Entry.MAX_DOCUMENT_ID_BYTES;

  private static final byte[] LOWER = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] UPPER = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private final byte[] bytes = new byte[MAX_BYTES];
  private int length;

  /**
   * Writes an id in UTF-8.
   *
   * @param target has room for the longest id there
   * @return how many bytes it has
   * @throws IllegalArgumentException if it is too long, or has a surrogate alone
   */
  static int utf8(String id, byte[] target, int at) {
    int chars = Math.min(id.length(), MAX_BYTES);
    int ascii = 0;
    while (ascii < chars && id.charAt(ascii) < 0x80) {
      target[at + ascii] = (byte) id.charAt(ascii);
      ascii++;
    }
    if (ascii == id.length()) {
      return ascii;
    }
    byte[] bytes = PayloadWriter.utf8(id);
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "document id too long: bytes=" + bytes.length + ", max=" + MAX_BYTES);
    }
    System.arraycopy(bytes, 0, target, at, bytes.length);
    return bytes.length;
  }

  /** How many bytes there are. */
  int length() {
    return length;
  }

  /** Leaves the first bytes. */
  void truncate(int newLength) {
    length = newLength;
  }

  void append(byte[] part, int from, int count) {
    reserve(count);
    System.arraycopy(part, from, bytes, length, count);
    length += count;
  }

  /** A number, padded with zeroes to at least so many digits. */
  void appendDecimal(long number, int least) {
    int digits = Math.max(least, PackedRevision.decimals(number));
    reserve(digits);
    long rest = number;
    for (int i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
  }

  /** A field of a kind that is not decimal, from its bytes. */
  void appendField(int kind, byte[] field, int from) {
    if (kind >= IdFields.HEX) {
      appendHex(kind >= IdFields.HEX_UPPER ? UPPER : LOWER, field, from, IdFields.bytesOf(kind));
      return;
    }
    byte[] digits = kind == IdFields.UUID ? LOWER : UPPER;
    appendHex(digits, field, from, 4);
    for (int at = 4; at < 10; at += 2) {
      appendDash();
      appendHex(digits, field, from + at, 2);
    }
    appendDash();
    appendHex(digits, field, from + 10, 6);
  }

  /** The id as a text, which it must be. */
  String text(PayloadReader payload) {
    if (length == 0) {
      throw payload.corrupt("empty document id");
    }
    return payload.utf8(bytes, 0, length);
  }

  private void appendDash() {
    reserve(1);
    bytes[length++] = '-';
  }

  private void appendHex(byte[] digits, byte[] field, int from, int count) {
    reserve(2 * count);
    for (int i = 0; i < count; i++) {
      int octet = field[from + i];
      bytes[length++] = digits[(octet >>> 4) & 15];
      bytes[length++] = digits[octet & 15];
    }
  }

  private void reserve(int more) {
    if (more > MAX_BYTES - length) {
      throw new IllegalArgumentException(
          "document id too long: bytes=" + (length + more) + ", max=" + MAX_BYTES);
    }
  }
}
