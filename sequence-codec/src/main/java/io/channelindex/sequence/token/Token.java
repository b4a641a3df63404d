package io.channelindex.sequence.token;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A token's text that is not put together until somebody wants it: the tokens of a page's rows
 * begin with the same kilobyte or two (decision 8), and have a few letters of their own.
 *
 * <p>Equal if the text is. Immutable and thread-safe.
 */
public final class Token {
  private static final byte[] NOTHING = {};

  private final byte[] begin;
  private final byte[] end;

  /**
   * @param begin letters in ASCII, as {@code end}; neither is changed by anybody after this
   */
  Token(byte[] begin, byte[] end) {
    this.begin = begin;
    this.end = end;
  }

  /**
   * A token of a text.
   *
   * @throws IllegalArgumentException if it has letters beyond ASCII, which no token has
   */
  public static Token of(String text) {
    byte[] letters = text.getBytes(StandardCharsets.US_ASCII);
    if (!new String(letters, StandardCharsets.US_ASCII).equals(text)) {
      throw new IllegalArgumentException("letters that no token has: length=" + text.length());
    }
    return new Token(letters, NOTHING);
  }

  /** How many letters it has, each a byte of ASCII. */
  public int length() {
    return begin.length + end.length;
  }

  /**
   * Copies its letters into an array, from a place on.
   *
   * @throws IndexOutOfBoundsException if they do not fit
   */
  public void copyTo(byte[] into, int at) {
    System.arraycopy(begin, 0, into, at, begin.length);
    System.arraycopy(end, 0, into, at + begin.length, end.length);
  }

  private byte[] letters() {
    byte[] letters = Arrays.copyOf(begin, length());
    System.arraycopy(end, 0, letters, begin.length, end.length);
    return letters;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Token token
        && length() == token.length()
        && Arrays.equals(letters(), token.letters());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(letters());
  }

  /** The text. */
  @Override
  public String toString() {
    return new String(letters(), StandardCharsets.ISO_8859_1);
  }
}
