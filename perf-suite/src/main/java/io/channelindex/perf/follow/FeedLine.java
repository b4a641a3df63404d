package io.channelindex.perf.follow;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One line of a feed's answer, read in place: a row, the end with its token, a part of the frame,
 * or nothing. One instance is used again for every line; what it says refers to the bytes that were
 * given last. For one thread.
 *
 * <p>Only what a follower needs is looked at, in any order of the members; other members are
 * skipped as JSON. Escapes in ids, revisions and tokens stay as they are written: the suite's own
 * have none.
 */
final class FeedLine {
  private static final byte[] RESULTS = ascii("{\"results\":[");
  private static final byte[] SEQ = ascii("seq");
  private static final byte[] LAST_SEQ = ascii("last_seq");
  private static final byte[] ID = ascii("id");
  private static final byte[] CHANGES = ascii("changes");
  private static final byte[] REV = ascii("rev");
  private static final byte[] DELETED = ascii("deleted");
  private static final byte[] REMOVED = ascii("removed");
  private static final int SHOWN = 120;

  /** What a line can be. */
  enum Kind {
    /** A heartbeat, or nothing. */
    BLANK,
    /** The beginning of an answer, or the end of its rows. */
    FRAME,
    /** A row. */
    ROW,
    /** The end of an answer. */
    END
  }

  private byte[] bytes = new byte[0];
  private int start;
  private int at;
  private int end;
  private boolean row;
  private boolean last;
  private boolean deleted;
  private boolean removed;
  private int tokenFrom;
  private int tokenTo;
  private int idFrom;
  private int idTo;
  private int revisionFrom;
  private int revisionTo;

  /**
   * Reads a line, without its newline.
   *
   * @throws MalformedFeedException if it is nothing that a feed may say
   */
  Kind read(byte[] line, int from, int to) {
    bytes = line;
    start = from;
    at = from;
    end = to;
    while (end > from && (line[end - 1] == ',' || line[end - 1] == '\r')) {
      end--;
    }
    forget();
    if (at == end) {
      if (to > from && line[from] == ',') {
        throw malformed("a comma alone");
      }
      return Kind.BLANK;
    }
    if (line[at] == ']' || is(at, end, RESULTS)) {
      return Kind.FRAME;
    }
    members();
    if (row == last) {
      throw malformed("neither a row nor an end");
    }
    if (row && (idFrom == idTo || revisionFrom == revisionTo)) {
      throw malformed("a row without id or revision");
    }
    if (tokenFrom == tokenTo) {
      throw malformed("an empty token");
    }
    return row ? Kind.ROW : Kind.END;
  }

  private void forget() {
    row = false;
    last = false;
    deleted = false;
    removed = false;
    tokenFrom = 0;
    tokenTo = 0;
    idFrom = 0;
    idTo = 0;
    revisionFrom = 0;
    revisionTo = 0;
  }

  /** The members of an object whose opening brace may be on an earlier line. */
  private void members() {
    if (bytes[at] == '{') {
      at++;
    }
    do {
      int keyFrom = string();
      int keyTo = at - 1;
      expect(':');
      member(keyFrom, keyTo);
    } while (next(','));
    expect('}');
    if (at != end) {
      throw malformed("more after the end");
    }
  }

  private void member(int keyFrom, int keyTo) {
    if (is(keyFrom, keyTo, SEQ) || is(keyFrom, keyTo, LAST_SEQ)) {
      row |= is(keyFrom, keyTo, SEQ);
      last |= is(keyFrom, keyTo, LAST_SEQ);
      token();
    } else if (is(keyFrom, keyTo, ID)) {
      idFrom = string();
      idTo = at - 1;
    } else if (is(keyFrom, keyTo, CHANGES)) {
      changes();
    } else if (is(keyFrom, keyTo, DELETED)) {
      deleted = peek() == 't';
      skipValue();
    } else if (is(keyFrom, keyTo, REMOVED)) {
      removed = true;
      skipValue();
    } else {
      skipValue();
    }
  }

  private void token() {
    if (peek() == '"') {
      tokenFrom = string();
      tokenTo = at - 1;
    } else {
      tokenFrom = at;
      skipValue();
      tokenTo = at;
    }
  }

  /** {@code [{"rev":"…"}, …]}: the first one is the winner. */
  private void changes() {
    expect('[');
    expect('{');
    do {
      int keyFrom = string();
      int keyTo = at - 1;
      expect(':');
      if (is(keyFrom, keyTo, REV)) {
        revisionFrom = string();
        revisionTo = at - 1;
      } else {
        skipValue();
      }
    } while (next(','));
    expect('}');
    while (next(',')) {
      skipValue();
    }
    expect(']');
  }

  /**
   * Passes a string and returns where its first character is; the last is two before {@code at}.
   */
  private int string() {
    expect('"');
    int from = at;
    while (at < end && bytes[at] != '"') {
      at += bytes[at] == '\\' ? 2 : 1;
    }
    expect('"');
    return from;
  }

  private void skipValue() {
    int depth = 0;
    int from = at;
    while (at < end) {
      byte character = bytes[at];
      if (character == '"') {
        string();
        continue;
      }
      if (depth == 0 && (character == ',' || character == '}' || character == ']')) {
        break;
      }
      if (character == '{' || character == '[') {
        depth++;
      } else if (character == '}' || character == ']') {
        depth--;
      }
      at++;
    }
    if (at == from || depth != 0) {
      throw malformed("a value is missing or not closed");
    }
  }

  private byte peek() {
    if (at >= end) {
      throw malformed("it ends too early");
    }
    return bytes[at];
  }

  private boolean next(char character) {
    if (at < end && bytes[at] == character) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char character) {
    if (!next(character)) {
      throw malformed("expected " + character + " at byte " + (at - start));
    }
  }

  private boolean is(int from, int to, byte[] text) {
    return Arrays.equals(bytes, from, to, text, 0, text.length);
  }

  private MalformedFeedException malformed(String what) {
    int to = Math.min(end, start + SHOWN);
    return new MalformedFeedException(
        what
            + ": line="
            + new String(bytes, start, Math.max(0, to - start), StandardCharsets.UTF_8));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Where the line's bytes are. */
  byte[] bytes() {
    return bytes;
  }

  /** Where the id of a row begins. */
  int idFrom() {
    return idFrom;
  }

  /** Where it ends, exclusive. */
  int idTo() {
    return idTo;
  }

  /** Where the revision of a row begins. */
  int revisionFrom() {
    return revisionFrom;
  }

  /** Where it ends, exclusive. */
  int revisionTo() {
    return revisionTo;
  }

  /** Where the token of a row or of the end begins. */
  int tokenFrom() {
    return tokenFrom;
  }

  /** Where it ends, exclusive. */
  int tokenTo() {
    return tokenTo;
  }

  /** The generation of a row's revision: the number before its hyphen; -1 if there is none. */
  int generation() {
    int generation = 0;
    for (int digit = revisionFrom; digit < revisionTo; digit++) {
      if (bytes[digit] == '-') {
        return digit == revisionFrom ? -1 : generation;
      }
      if (bytes[digit] < '0' || bytes[digit] > '9' || generation > Integer.MAX_VALUE / 10 - 1) {
        return -1;
      }
      generation = generation * 10 + bytes[digit] - '0';
    }
    return -1;
  }

  /** Whether a row says that its document is deleted. */
  boolean isDeleted() {
    return deleted;
  }

  /** Whether a row says that its document left channels. */
  boolean isRemoved() {
    return removed;
  }
}
