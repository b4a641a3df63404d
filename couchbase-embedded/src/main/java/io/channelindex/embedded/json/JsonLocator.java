package io.channelindex.embedded.json;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Finds a path in a JSON text: where its value is or, if there is none, where the deepest container
 * on the way ends. One pass from the left that stops as soon as the answer is known; text behind it
 * is not looked at.
 *
 * <p>Assumes valid JSON; other text ends in DOCUMENT_NOT_JSON or in some answer, never in an
 * exception of another type.
 */
final class JsonLocator {
  /** No key: the value is an array element or the root. */
  static final int NO_KEY = -1;

  private final byte[] text;
  private final int end;

  private boolean found;
  private int keyStart = NO_KEY;
  private int valueStart;
  private int valueEnd;
  private int resolved;
  private int parentStart;
  private int parentEnd;
  private long entries;

  JsonLocator(byte[] text) {
    this.text = text;
    this.end = text.length;
  }

  /**
   * Searches {@code path}.
   *
   * @throws JsonEditException PATH_MISMATCH, DOCUMENT_NOT_JSON or DOCUMENT_TOO_DEEP
   */
  JsonLocator locate(JsonPath path) {
    int pos = valueAt(0);
    if (text[pos] == '"') {
      throw JsonProblem.DOCUMENT_NOT_JSON.exception();
    }
    keyStart = NO_KEY;
    entries = 0;
    for (resolved = 0; resolved < path.size(); resolved++) {
      boolean index = path.isIndex(resolved);
      if (text[pos] != (index ? '[' : '{')) {
        throw JsonProblem.PATH_MISMATCH.exception();
      }
      parentStart = pos;
      entries = 0;
      int child = index ? element(pos, path.index(resolved)) : member(pos, path.name(resolved));
      if (child < 0) {
        found = false;
        return this;
      }
      pos = child;
    }
    found = true;
    valueStart = pos;
    valueEnd = skipValue(pos, resolved + 1);
    return this;
  }

  /** Whether there is a value at the path. */
  boolean found() {
    return found;
  }

  /** First byte of the value; only if found. */
  int valueStart() {
    return valueStart;
  }

  /** Behind the last byte of the value; only if found. */
  int valueEnd() {
    return valueEnd;
  }

  /** The opening quote of the value's key, or {@link #NO_KEY}; only if found. */
  int keyStart() {
    return keyStart;
  }

  /** How many entries of the container come before the value or, if not found, are in it. */
  long entries() {
    return entries;
  }

  /** How many components were found; the rest is missing. */
  int resolved() {
    return resolved;
  }

  /** The bracket that opens the deepest container found; only if not found. */
  int parentStart() {
    return parentStart;
  }

  /** The bracket that closes the deepest container found; only if not found. */
  int parentEnd() {
    return parentEnd;
  }

  /** The first byte of a value that is found: what type it has. */
  byte type() {
    return text[valueStart];
  }

  /**
   * The number of entries of the container that was found.
   *
   * @throws JsonEditException PATH_MISMATCH if it is not a container, DOCUMENT_TOO_DEEP
   */
  long countEntries() {
    boolean object = type() == '{';
    if (!object && type() != '[') {
      throw JsonProblem.PATH_MISMATCH.exception();
    }
    long count = 0;
    int pos = firstEntry(valueStart);
    while (pos >= 0) {
      count++;
      pos = nextEntry(skipValue(object ? afterKey(pos) : pos, resolved + 2));
    }
    return count;
  }

  /** The start of the first entry of the container that opens at {@code open}, or -1. */
  int firstEntry(int open) {
    int pos = valueAt(open + 1);
    if (text[pos] == '}' || text[pos] == ']') {
      parentEnd = pos;
      return -1;
    }
    return pos;
  }

  /** The start of the entry after the one whose value ends at {@code pos}, or -1. */
  int nextEntry(int valueEnd) {
    int pos = valueAt(valueEnd);
    if (text[pos] == ',') {
      return valueAt(pos + 1);
    }
    if (text[pos] != '}' && text[pos] != ']') {
      throw JsonProblem.DOCUMENT_NOT_JSON.exception();
    }
    parentEnd = pos;
    return -1;
  }

  private int member(int open, byte[] name) {
    int pos = firstEntry(open);
    while (pos >= 0) {
      int value = afterKey(pos);
      if (keyMatches(pos, name)) {
        keyStart = pos;
        return value;
      }
      entries++;
      pos = nextEntry(skipValue(value, resolved + 2));
    }
    return -1;
  }

  private int element(int open, long index) {
    keyStart = NO_KEY;
    int pos = firstEntry(open);
    while (pos >= 0) {
      if (entries == index) {
        return pos;
      }
      int next = nextEntry(skipValue(pos, resolved + 2));
      if (next < 0 && index == JsonPath.LAST) {
        return pos;
      }
      entries++;
      pos = next;
    }
    return -1;
  }

  /** The start of the value whose key begins at {@code pos}. */
  private int afterKey(int pos) {
    if (text[pos] != '"') {
      throw JsonProblem.DOCUMENT_NOT_JSON.exception();
    }
    int colon = valueAt(skipString(pos));
    if (text[colon] != ':') {
      throw JsonProblem.DOCUMENT_NOT_JSON.exception();
    }
    return valueAt(colon + 1);
  }

  private boolean keyMatches(int quote, byte[] name) {
    int from = quote + 1;
    int to = skipString(quote) - 1;
    for (int i = from; i + 1 < to; i++) {
      if (text[i] == '\\') {
        if (text[i + 1] == 'u') {
          return Arrays.equals(withoutUnicodeEscapes(from, to), name);
        }
        i++;
      }
    }
    return Arrays.equals(text, from, to, name, 0, name.length);
  }

  /** The bytes of a key in which {@code \\u} escapes, and only they, became characters. */
  private byte[] withoutUnicodeEscapes(int from, int to) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(to - from);
    int pos = from;
    while (pos < to) {
      if (text[pos] != '\\') {
        out.write(text[pos++]);
      } else if (text[pos + 1] != 'u') {
        out.write(text[pos++]);
        out.write(text[pos++]);
      } else {
        pos = JsonStrings.unescapeUnicode(text, pos, to, out);
      }
    }
    return out.toByteArray();
  }

  /** Behind the value at {@code from}, which is at {@code level}. */
  int skipValue(int from, int level) {
    int pos = from;
    int depth = level;
    while (true) {
      pos = valueAt(pos);
      switch (text[pos]) {
        case '"' -> {
          checkLevel(depth);
          pos = skipString(pos);
        }
        case '{', '[' -> {
          checkLevel(depth);
          depth++;
          pos++;
        }
        case '}', ']' -> {
          depth--;
          pos++;
        }
        case ',', ':' -> pos++;
        default -> {
          checkLevel(depth);
          pos = skipScalar(pos);
        }
      }
      if (depth <= level) {
        if (depth < level) {
          throw JsonProblem.DOCUMENT_NOT_JSON.exception();
        }
        return pos;
      }
    }
  }

  private static void checkLevel(int level) {
    if (level > JsonEditor.MAX_LEVELS) {
      throw JsonProblem.DOCUMENT_TOO_DEEP.exception();
    }
  }

  private int skipScalar(int from) {
    int pos = from;
    while (pos < end && isScalarByte(text[pos])) {
      pos++;
    }
    if (pos == from) {
      throw JsonProblem.DOCUMENT_NOT_JSON.exception();
    }
    return pos;
  }

  private static boolean isScalarByte(byte c) {
    return (c >= '0' && c <= '9')
        || (c >= 'a' && c <= 'z')
        || c == '-'
        || c == '+'
        || c == '.'
        || c == 'E';
  }

  private int skipString(int quote) {
    for (int pos = quote + 1; pos < end; pos++) {
      if (text[pos] == '"') {
        return pos + 1;
      }
      if (text[pos] == '\\') {
        pos++;
      }
    }
    throw JsonProblem.DOCUMENT_NOT_JSON.exception();
  }

  private int valueAt(int from) {
    int pos = JsonValidator.skipWhitespace(text, from, end);
    if (pos >= end) {
      throw JsonProblem.DOCUMENT_NOT_JSON.exception();
    }
    return pos;
  }
}
