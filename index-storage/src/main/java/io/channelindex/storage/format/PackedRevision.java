package io.channelindex.storage.format;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Revisions of the form "generation-digest", in half their length: the generation as a number, the
 * digest in binary. Only what comes back exactly is packed: a generation without leading zeroes and
 * of at most 18 digits, and a digest of an even number of lowercase hex digits.
 */
final class PackedRevision {
  private static final int MAX_GENERATION_DIGITS = 18;
  private static final int MAX_DECIMALS = 18;
  static final int MAX_DIGEST_BYTES = 255;

  /** The longest revision of the form. */
  static final int MAX_CHARS = MAX_GENERATION_DIGITS + 1 + 2 * MAX_DIGEST_BYTES;

  private static final long MAX_GENERATION = 999_999_999_999_999_999L;

  private PackedRevision() {}

  /**
   * A revision as the other methods look at it: what is not Latin 1 becomes no part of the form.
   */
  static byte[] bytes(String revision) {
    return revision.getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * The length of the digest of a revision that has the form but for its digits, which {@link
   * PayloadWriter#lowercaseHex} looks at as it writes them; 0 for any other.
   */
  static int digestLength(byte[] revision) {
    int dash = 0;
    while (dash < revision.length && revision[dash] >= '0' && revision[dash] <= '9') {
      dash++;
    }
    int digits = revision.length - dash - 1;
    if (dash < 1
        || dash > MAX_GENERATION_DIGITS
        || digits < 2
        || digits > 2 * MAX_DIGEST_BYTES
        || digits % 2 != 0
        || revision[dash] != '-'
        || (revision[0] == '0' && dash > 1)) {
      return 0;
    }
    return digits / 2;
  }

  /** The generation of a revision that has a digest. */
  static long generation(byte[] revision) {
    long generation = 0;
    for (int i = 0; revision[i] != '-'; i++) {
      generation = 10 * generation + (revision[i] - '0');
    }
    return generation;
  }

  /**
   * Writes a revision.
   *
   * @return false, and nothing is written, if it has not the form
   */
  static boolean write(PayloadWriter payload, String revision) {
    byte[] text = bytes(revision);
    int digest = digestLength(text);
    if (digest == 0) {
      return false;
    }
    int start = payload.size();
    payload.varint(generation(text)).varint(digest);
    boolean fits = payload.lowercaseHex(text, text.length - 2 * digest, digest);
    if (!fits) {
      payload.truncate(start);
    }
    return fits;
  }

  static String read(PayloadReader payload) {
    return Objects.requireNonNull(read(payload, true));
  }

  /** Reads a revision; null if it is not wanted. */
  static @Nullable String read(PayloadReader payload, boolean wanted) {
    long generation = readGeneration(payload);
    int bytes = payload.varint("digest", MAX_DIGEST_BYTES);
    if (bytes == 0) {
      throw payload.corrupt("empty digest: generation=" + generation);
    }
    int from = payload.skip(bytes);
    return wanted ? text(generation, payload.array(), from, bytes) : null;
  }

  static long readGeneration(PayloadReader payload) {
    return requireGeneration(payload, payload.varint());
  }

  /** The same generation, if it is one. */
  static long requireGeneration(PayloadReader payload, long generation) {
    if (generation < 0 || generation > MAX_GENERATION) {
      throw payload.corrupt("out of range: generation=" + Long.toUnsignedString(generation));
    }
    return generation;
  }

  /** The revision of a generation and so many bytes of digest. */
  static String text(long generation, byte[] digest, int from, int bytes) {
    return text(generation, digest, from, bytes, new byte[MAX_CHARS]);
  }

  /** The same, made in an array of {@link #MAX_CHARS} that is used again. */
  static String text(long generation, byte[] digest, int from, int bytes, byte[] text) {
    int at = decimals(generation);
    long rest = generation;
    for (int i = at - 1; i >= 0; i--) {
      text[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    text[at++] = '-';
    HexDigits.format(digest, from, bytes, text, at);
    at += 2 * bytes;
    return new String(text, 0, at, StandardCharsets.ISO_8859_1);
  }

  /** Passes over a revision that {@link #read} would read. */
  static void pass(PayloadReader payload) {
    payload.varint();
    payload.skip(payload.varint("digest", MAX_DIGEST_BYTES));
  }

  /** The number of decimal digits of a number of 0 … 999,999,999,999,999,999. */
  static int decimals(long value) {
    int decimals = 1;
    for (long power = 10; decimals < MAX_DECIMALS && power <= value; power *= 10) {
      decimals++;
    }
    return decimals;
  }
}
