package io.channelindex.embedded.json;

/**
 * Strict validation of JSON text: RFC 8259, with well-formed UTF-8 in strings.
 *
 * <p>One pass without recursion. The kinds of the open containers are bits, the innermost 64 of
 * them in one long, so that a text nested less deeply than that is validated without an allocation.
 *
 * <p>A level is one step of nesting: the outermost value is at level 1, what it contains at level
 * 2, and so on; scalars count.
 */
public final class JsonValidator {
  /** The deepest level of a text that {@link #isJson} accepts. */
  public static final int MAX_LEVELS = 1024;

  static final int INVALID = -1;
  static final int TOO_DEEP = -2;

  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final long[] NO_OUTER = new long[0];

  private static final byte PLAIN = 0;
  private static final byte QUOTE = 1;
  private static final byte BACKSLASH = 2;
  private static final byte FORBIDDEN = 3;
  private static final byte MULTIBYTE = 4;

  private static final byte[] STRING_CLASS = new byte[256];

  static {
    for (int i = 0; i < 256; i++) {
      STRING_CLASS[i] = i < 0x20 ? FORBIDDEN : i < 0x80 ? PLAIN : MULTIBYTE;
    }
    STRING_CLASS['"'] = QUOTE;
    STRING_CLASS['\\'] = BACKSLASH;
  }

  private JsonValidator() {}

  /**
   * Whether the range is one JSON value of any type, with nothing but whitespace around it.
   *
   * @param offset first byte, in [0, bytes.length]
   * @param length bytes, in [0, bytes.length - offset]
   */
  public static boolean isJson(byte[] bytes, int offset, int length) {
    int end = offset + length;
    int next = scanValue(bytes, offset, end, MAX_LEVELS);
    return next >= 0 && skipWhitespace(bytes, next, end) == end;
  }

  /** Whether {@code bytes} is one JSON value, as in {@link #isJson(byte[], int, int)}. */
  public static boolean isJson(byte[] bytes) {
    return isJson(bytes, 0, bytes.length);
  }

  /**
   * Scans one value and the whitespace before it.
   *
   * @return the position after the value, {@link #INVALID} or {@link #TOO_DEEP}
   */
  static int scanValue(byte[] b, int from, int end, int maxLevels) {
    int pos = from;
    int depth = 0;
    long objects = 0;
    long[] outer = NO_OUTER;
    while (true) {
      pos = skipWhitespace(b, pos, end);
      if (pos == end) {
        return INVALID;
      }
      if (depth >= maxLevels) {
        return TOO_DEEP;
      }
      byte c = b[pos];
      if (c == '{' || c == '[') {
        boolean object = c == '{';
        pos = skipWhitespace(b, pos + 1, end);
        if (pos < end && b[pos] == (object ? '}' : ']')) {
          pos++;
        } else {
          if ((depth & 63) == 0 && depth > 0) {
            outer = store(outer, depth, objects);
          }
          objects = (objects << 1) | (object ? 1 : 0);
          depth++;
          if (object) {
            pos = scanKey(b, pos, end);
            if (pos < 0) {
              return INVALID;
            }
          }
          continue;
        }
      } else {
        pos = scanScalar(b, pos, end);
        if (pos < 0) {
          return INVALID;
        }
      }
      // A value is complete: close what it closes, until a comma asks for another one.
      while (true) {
        if (depth == 0) {
          return pos;
        }
        pos = skipWhitespace(b, pos, end);
        if (pos == end) {
          return INVALID;
        }
        boolean object = (objects & 1) != 0;
        c = b[pos++];
        if (c == ',') {
          if (object) {
            pos = scanKey(b, skipWhitespace(b, pos, end), end);
            if (pos < 0) {
              return INVALID;
            }
          }
          break;
        }
        if (c != (object ? '}' : ']')) {
          return INVALID;
        }
        depth--;
        objects = (depth & 63) == 0 && depth > 0 ? outer[(depth >> 6) - 1] : objects >>> 1;
      }
    }
  }

  private static long[] store(long[] outer, int depth, long objects) {
    long[] result = outer.length == 0 ? new long[MAX_LEVELS >> 6] : outer;
    result[(depth >> 6) - 1] = objects;
    return result;
  }

  /** Scans a key, which begins at {@code pos}, and its colon. */
  private static int scanKey(byte[] b, int pos, int end) {
    if (pos >= end || b[pos] != '"') {
      return INVALID;
    }
    int next = scanString(b, pos + 1, end);
    if (next < 0) {
      return INVALID;
    }
    next = skipWhitespace(b, next, end);
    return next < end && b[next] == ':' ? next + 1 : INVALID;
  }

  private static int scanScalar(byte[] b, int pos, int end) {
    return switch (b[pos]) {
      case '"' -> scanString(b, pos + 1, end);
      case 't' -> scanLiteral(TRUE, b, pos, end);
      case 'f' -> scanLiteral(FALSE, b, pos, end);
      case 'n' -> scanLiteral(NULL, b, pos, end);
      default -> scanNumber(b, pos, end);
    };
  }

  private static int scanLiteral(byte[] literal, byte[] b, int pos, int end) {
    if (end - pos < literal.length) {
      return INVALID;
    }
    for (int i = 1; i < literal.length; i++) {
      if (b[pos + i] != literal[i]) {
        return INVALID;
      }
    }
    return pos + literal.length;
  }

  /** Scans a string whose opening quote is at {@code pos - 1}; the result is after the other. */
  static int scanString(byte[] b, int from, int end) {
    int pos = from;
    while (true) {
      while (pos < end && STRING_CLASS[b[pos] & 0xff] == PLAIN) {
        pos++;
      }
      if (pos == end) {
        return INVALID;
      }
      switch (STRING_CLASS[b[pos] & 0xff]) {
        case QUOTE -> {
          return pos + 1;
        }
        case BACKSLASH -> pos = scanEscape(b, pos + 1, end);
        case MULTIBYTE -> pos = scanMultibyte(b, pos, end);
        default -> pos = INVALID;
      }
      if (pos < 0) {
        return INVALID;
      }
    }
  }

  private static int scanEscape(byte[] b, int pos, int end) {
    if (pos >= end) {
      return INVALID;
    }
    return switch (b[pos]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> pos + 1;
      case 'u' -> scanHexDigits(b, pos + 1, end);
      default -> INVALID;
    };
  }

  /** Scans four hexadecimal digits. */
  private static int scanHexDigits(byte[] b, int pos, int end) {
    if (end - pos < 4) {
      return INVALID;
    }
    for (int i = pos; i < pos + 4; i++) {
      if (Character.digit(b[i], 16) < 0) {
        return INVALID;
      }
    }
    return pos + 4;
  }

  /** Scans one UTF-8 sequence of two to four bytes: no overlong forms, no surrogates. */
  private static int scanMultibyte(byte[] b, int pos, int end) {
    int lead = b[pos] & 0xff;
    if (lead < 0xc2 || lead > 0xf4) {
      return INVALID;
    }
    int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (end - pos < length) {
      return INVALID;
    }
    int second = b[pos + 1] & 0xff;
    int low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    int high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) {
      return INVALID;
    }
    for (int i = pos + 2; i < pos + length; i++) {
      if ((b[i] & 0xc0) != 0x80) {
        return INVALID;
      }
    }
    return pos + length;
  }

  /** Whether the range is well-formed UTF-8 without control characters below 0x20. */
  static boolean isPrintableUtf8(byte[] b, int from, int end) {
    int pos = from;
    while (pos < end) {
      int c = b[pos];
      if (c >= 0) {
        if (c < 0x20) {
          return false;
        }
        pos++;
      } else {
        pos = scanMultibyte(b, pos, end);
        if (pos < 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static int scanNumber(byte[] b, int from, int end) {
    int pos = from;
    if (b[pos] == '-') {
      pos++;
    }
    if (pos < end && b[pos] == '0') {
      pos++;
    } else {
      pos = scanDigits(b, pos, end);
    }
    if (pos >= 0 && pos < end && b[pos] == '.') {
      pos = scanDigits(b, pos + 1, end);
    }
    if (pos >= 0 && pos < end && (b[pos] | 0x20) == 'e') {
      pos++;
      if (pos < end && (b[pos] == '+' || b[pos] == '-')) {
        pos++;
      }
      pos = scanDigits(b, pos, end);
    }
    return pos;
  }

  /** Scans at least one digit. */
  private static int scanDigits(byte[] b, int from, int end) {
    int pos = from;
    while (pos < end && b[pos] >= '0' && b[pos] <= '9') {
      pos++;
    }
    return pos == from ? INVALID : pos;
  }

  static int skipWhitespace(byte[] b, int from, int end) {
    int pos = from;
    while (pos < end && isWhitespace(b[pos])) {
      pos++;
    }
    return pos;
  }

  static boolean isWhitespace(byte c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }
}
