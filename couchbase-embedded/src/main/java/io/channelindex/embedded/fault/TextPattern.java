package io.channelindex.embedded.fault;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A condition on a text. Immutable.
 *
 * @param text as it was written
 * @param regex what that means
 */
record TextPattern(Kind kind, String text, Pattern regex) {
  /** How a pattern is written. */
  enum Kind {
    /** The text itself. */
    LITERAL,
    /** {@code *} stands for any characters, {@code ?} for one, all else for itself. */
    GLOB,
    /** A regular expression for the whole text. */
    REGEX
  }

  static TextPattern literal(String text) {
    return new TextPattern(Kind.LITERAL, text, Pattern.compile(text, Pattern.LITERAL));
  }

  static TextPattern glob(String glob) {
    StringBuilder regex = new StringBuilder();
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      if (c == '*' || c == '?') {
        regex.append(Pattern.quote(literal.toString())).append(c == '*' ? ".*" : ".");
        literal.setLength(0);
      } else {
        literal.append(c);
      }
    }
    regex.append(Pattern.quote(literal.toString()));
    return new TextPattern(Kind.GLOB, glob, Pattern.compile(regex.toString(), Pattern.DOTALL));
  }

  static TextPattern regex(String regex) {
    try {
      return new TextPattern(Kind.REGEX, regex, Pattern.compile(regex, Pattern.DOTALL));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "regex=" + regex + ", index=" + e.getIndex() + ": " + e.getDescription(), e);
    }
  }

  boolean matches(String candidate) {
    return kind == Kind.LITERAL ? text.equals(candidate) : regex.matcher(candidate).matches();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextPattern pattern
        && pattern.kind == kind
        && pattern.text.equals(text);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + text.hashCode();
  }
}
