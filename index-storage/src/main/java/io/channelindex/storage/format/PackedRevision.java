package io.channelindex.storage.format;

import java.nio.charset.StandardCharsets;

/**
 * Revisions of the form "generation-digest", in half their length: the generation as a number, the
 * digest in binary. Only what comes back exactly is packed: a generation without leading zeroes and
 * of at most 18 digits, and a digest of an even number of lowercase hex digits.
 */
final class PackedRevision {
  private static final int MAX_GENERATION_DIGITS = 18;
  private static final int MAX_DIGEST_BYTES = 255;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private PackedRevision() {}

  /** Whether the revision has the form. */
  static boolean fits(String revision) {
    int dash = revision.indexOf('-');
    int digits = revision.length() - dash - 1;
    if (dash < 1
        || dash > MAX_GENERATION_DIGITS
        || digits < 2
        || digits > 2 * MAX_DIGEST_BYTES
        || digits % 2 != 0
        || (revision.charAt(0) == '0' && dash > 1)) {
      return false;
    }
    for (int i = 0; i < dash; i++) {
      if (revision.charAt(i) < '0' || revision.charAt(i) > '9') {
        return false;
      }
    }
    for (int i = dash + 1; i < revision.length(); i++) {
      if (nibble(revision.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Writes a revision that {@link #fits}. */
  static void write(PayloadWriter payload, String revision) {
    int dash = revision.indexOf('-');
    payload.varint(Long.parseLong(revision, 0, dash, 10));
    payload.varint((revision.length() - dash - 1) / 2);
    for (int i = dash + 1; i < revision.length(); i += 2) {
      payload.octet((nibble(revision.charAt(i)) << 4) | nibble(revision.charAt(i + 1)));
    }
  }

  static String read(PayloadReader payload) {
    long generation = payload.varint();
    if (generation < 0 || generation > 999_999_999_999_999_999L) {
      throw payload.corrupt("out of range: generation=" + Long.toUnsignedString(generation));
    }
    int bytes = payload.varint("digest", MAX_DIGEST_BYTES);
    if (bytes == 0) {
      throw payload.corrupt("empty digest: generation=" + generation);
    }
    int from = payload.skip(bytes);
    int dash = decimals(generation);
    byte[] text = new byte[dash + 1 + 2 * bytes];
    for (int i = dash - 1; i >= 0; i--) {
      text[i] = (byte) ('0' + generation % 10);
      generation /= 10;
    }
    text[dash] = '-';
    for (int i = 0; i < bytes; i++) {
      int octet = payload.array()[from + i];
      text[dash + 1 + 2 * i] = HEX[(octet >>> 4) & 15];
      text[dash + 2 + 2 * i] = HEX[octet & 15];
    }
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /** Passes over a revision that {@link #read} would read. */
  static void pass(PayloadReader payload) {
    payload.varint();
    payload.skip(payload.varint("digest", MAX_DIGEST_BYTES));
  }

  private static int decimals(long value) {
    int decimals = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      decimals++;
    }
    return decimals;
  }

  private static int nibble(char digit) {
    if (digit >= '0' && digit <= '9') {
      return digit - '0';
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
  }
}
