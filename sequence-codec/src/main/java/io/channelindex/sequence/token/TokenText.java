package io.channelindex.sequence.token;

import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * The outermost layer of all tokens: base64url (RFC 4648, section 5, without padding) of bytes
 * whose first says what they are and whose last check the others.
 *
 * <pre>
 *   byte 0
 *  +--------+--------+-----------------------+------------------------------------+
 *  | form   | detail | the form's            | seal: CRC-32C of all before it,    |
 *  | 4 bits | 4 bits |                       | big-endian; the high bytes of it   |
 *  +--------+--------+-----------------------+------------------------------------+
 * </pre>
 *
 * <p>Forms 1 to 4 are {@link StatelessTokens}, {@link LookupTokens} and {@link RelativeTokens}'
 * two; a changed arrangement is a new form. Details that a form does not list are refused.
 */
final class TokenText {
  /** The longest text that is made or looked at. */
  static final int MAX_CHARACTERS = 24 * 1024;

  private static final Base64.Encoder TO_TEXT = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder FROM_TEXT = Base64.getUrlDecoder();
  private static final int DETAIL_BITS = 4;
  // The first letter has the first six bits.
  private static final int LETTER_BITS = 6;

  private TokenText() {}

  /** How many bytes of the checksum a form has. */
  enum Seal {
    /** For tokens where each letter counts. */
    THREE_BYTES(3),
    /** For all others. */
    FOUR_BYTES(4);

    private final int bytes;

    Seal(int bytes) {
      this.bytes = bytes;
    }

    int bytes() {
      return bytes;
    }

    /** Ends bytes of that checksum. */
    void put(ByteBuffer out, int checksum) {
      for (int i = 0; i < bytes; i++) {
        out.put((byte) (checksum >>> (24 - Byte.SIZE * i)));
      }
    }

    private boolean fits(byte[] sealed) {
      int end = sealed.length - bytes;
      int checksum = Crc32c.of(sealed, end);
      for (int i = 0; i < bytes; i++) {
        if (sealed[end + i] != (byte) (checksum >>> (24 - Byte.SIZE * i))) {
          return false;
        }
      }
      return true;
    }
  }

  static String of(byte[] bytes) {
    return TO_TEXT.encodeToString(bytes);
  }

  /** The same text as letters in ASCII. */
  static byte[] letters(byte[] bytes) {
    return TO_TEXT.encode(bytes);
  }

  /** The first byte of a form. */
  static byte head(int form, int detail) {
    return (byte) (form << DETAIL_BITS | detail);
  }

  static int detail(byte head) {
    return head & ((1 << DETAIL_BITS) - 1);
  }

  /** The form that a text claims to be of, by its first letter; -1 if that is none. */
  static int form(String text) {
    if (text.isEmpty()) {
      return -1;
    }
    char letter = text.charAt(0);
    int bits;
    if (letter >= 'A' && letter <= 'Z') {
      bits = letter - 'A';
    } else if (letter >= 'a' && letter <= 'z') {
      bits = letter - 'a' + 26;
    } else {
      // Digits, - and _ begin no known form.
      return -1;
    }
    return bits >>> (LETTER_BITS - DETAIL_BITS);
  }

  /**
   * The bytes of a text without the seal, which is right.
   *
   * @param leastBytes of a text of its form, seal included
   * @throws TokenException if the text is malformed
   */
  static ByteBuffer unsealed(String text, int leastBytes, Seal seal) {
    byte[] bytes = decode(text);
    if (bytes.length < leastBytes) {
      throw TokenException.malformed("token too short: bytes=" + bytes.length);
    }
    if (!seal.fits(bytes)) {
      throw TokenException.malformed("token with wrong checksum: bytes=" + bytes.length);
    }
    return ByteBuffer.wrap(bytes, 0, bytes.length - seal.bytes());
  }

  private static byte[] decode(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw TokenException.malformed(
          "token too long: length=" + text.length() + ", max=" + MAX_CHARACTERS);
    }
    byte[] bytes;
    try {
      bytes = FROM_TEXT.decode(text);
    } catch (IllegalArgumentException e) {
      throw TokenException.malformed("token is no base64url: " + e.getMessage());
    }
    // The decoder lets padding and left-over bits pass: a token has one text only.
    if (!of(bytes).equals(text)) {
      throw TokenException.malformed("token is no canonical base64url: length=" + text.length());
    }
    return bytes;
  }
}
