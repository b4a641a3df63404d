package io.channelindex.embedded.json;

import java.util.Arrays;

/**
 * A parsed path into a JSON document: names of object members and indexes of array elements.
 *
 * <p>Components are separated by dots; indexes stand in brackets, {@code [-1]} is the last element.
 * What stands between backticks is literal, a doubled backtick is a backtick. A name is compared
 * with the document as JSON text, so it must be escaped as in a JSON string, but without {@code
 * \\u}: a member whose key is spelled with {@code \\u} escapes is found by its characters. An empty
 * path is the whole document. Immutable.
 *
 * <p>Source: "Path" in {@code docs/SubDocument.md}.
 */
public final class JsonPath {
  /** Most components of a path; the root is a level of its own. */
  public static final int MAX_COMPONENTS = 31;

  /** The index of {@code [-1]}. */
  static final long LAST = -1;

  private final byte[][] names;
  private final long[] indexes;

  private JsonPath(byte[][] names, long[] indexes) {
    this.names = names;
    this.indexes = indexes;
  }

  /**
   * Parses a path.
   *
   * @throws JsonEditException PATH_INVALID or PATH_TOO_BIG
   */
  public static JsonPath parse(byte[] path) {
    if (!JsonValidator.isPrintableUtf8(path, 0, path.length)) {
      throw JsonProblem.PATH_INVALID.exception();
    }
    return new Parser(path).parse();
  }

  /** The number of components. */
  int size() {
    return indexes.length;
  }

  /** Whether a component is an index. */
  boolean isIndex(int component) {
    return names[component].length == 0;
  }

  /** The name, as it stands between the quotes of a key; empty for an index. */
  byte[] name(int component) {
    return names[component];
  }

  /** The index, or {@link #LAST}; meaningless for a name. */
  long index(int component) {
    return indexes[component];
  }

  /** Whether the path has components and the last of them is an index. */
  boolean endsWithIndex() {
    return size() > 0 && isIndex(size() - 1);
  }

  private static final class Parser {
    private static final byte[] NO_NAME = new byte[0];

    private final byte[] path;
    private final byte[][] names = new byte[MAX_COMPONENTS][];
    private final long[] indexes = new long[MAX_COMPONENTS];
    private int size;

    Parser(byte[] path) {
      this.path = path;
    }

    JsonPath parse() {
      int pos = 0;
      while (pos < path.length) {
        pos = path[pos] == '[' ? parseIndex(pos) : parseName(pos);
      }
      return new JsonPath(Arrays.copyOf(names, size), Arrays.copyOf(indexes, size));
    }

    private int parseIndex(int open) {
      int close = open + 1;
      while (close < path.length && path[close] != ']') {
        close++;
      }
      if (close == path.length) {
        throw JsonProblem.PATH_INVALID.exception();
      }
      add(NO_NAME, indexBetween(open + 1, close));
      int next = close + 1;
      if (next == path.length || path[next] == '[') {
        return next;
      }
      if (path[next] != '.') {
        throw JsonProblem.PATH_INVALID.exception();
      }
      return next + 1;
    }

    private long indexBetween(int from, int to) {
      if (to - from == 2 && path[from] == '-' && path[from + 1] == '1') {
        return LAST;
      }
      long value = 0;
      for (int i = from; i < to; i++) {
        int digit = path[i] - '0';
        if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
          throw JsonProblem.PATH_INVALID.exception();
        }
        value = value * 10 + digit;
      }
      if (from == to) {
        throw JsonProblem.PATH_INVALID.exception();
      }
      return value;
    }

    private int parseName(int from) {
      boolean quoted = false;
      boolean escaped = false;
      int pos = from;
      for (; pos < path.length; pos++) {
        byte c = path[pos];
        if (escaped) {
          if ("\"\\/bfnrt".indexOf(c) < 0) {
            throw JsonProblem.PATH_INVALID.exception();
          }
          escaped = false;
        } else if (c == '\\') {
          escaped = true;
        } else if (c == '"') {
          throw JsonProblem.PATH_INVALID.exception();
        } else if (c == '`') {
          quoted = !quoted;
        } else if (!quoted && c == ']') {
          throw JsonProblem.PATH_INVALID.exception();
        } else if (!quoted && (c == '.' || c == '[')) {
          add(nameBetween(from, pos), 0);
          return c == '.' ? pos + 1 : pos;
        }
      }
      if (quoted || escaped) {
        throw JsonProblem.PATH_INVALID.exception();
      }
      add(nameBetween(from, pos), 0);
      return pos;
    }

    private byte[] nameBetween(int from, int to) {
      int start = from;
      int end = to;
      if (end - start > 1 && path[start] == '`' && path[end - 1] == '`') {
        start++;
        end--;
      }
      byte[] name = new byte[end - start];
      int length = 0;
      for (int i = start; i < end; i++) {
        if (path[i] != '`') {
          name[length++] = path[i];
        } else if (i + 1 < end && path[i + 1] == '`') {
          name[length++] = path[i++];
        }
      }
      if (length == 0) {
        throw JsonProblem.PATH_INVALID.exception();
      }
      return length == name.length ? name : Arrays.copyOf(name, length);
    }

    private void add(byte[] name, long index) {
      if (size == MAX_COMPONENTS) {
        throw JsonProblem.PATH_TOO_BIG.exception();
      }
      names[size] = name;
      indexes[size] = index;
      size++;
    }
  }
}
