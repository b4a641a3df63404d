package io.channelindex.embedded.json;

import java.io.ByteArrayOutputStream;

/** The content of JSON strings: between the bytes in a text and the UTF-8 that they stand for. */
final class JsonStrings {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private JsonStrings() {}

  /**
   * What the string content in {@code [from, to)} of a valid text stands for. A surrogate without
   * its other half becomes the three bytes that UTF-8 would have for it.
   */
  static byte[] unescape(byte[] text, int from, int to) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(to - from);
    int pos = from;
    while (pos < to) {
      if (text[pos] != '\\') {
        out.write(text[pos++]);
      } else if (text[pos + 1] == 'u') {
        pos = unescapeUnicode(text, pos, to, out);
      } else {
        out.write(unescapeByte(text[pos + 1]));
        pos += 2;
      }
    }
    return out.toByteArray();
  }

  private static int unescapeByte(byte c) {
    return switch (c) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> c;
    };
  }

  /**
   * Appends the character of the {@code \\u} escape, or of the pair of them, at {@code pos}.
   *
   * @return the position after it
   * @throws JsonEditException DOCUMENT_NOT_JSON if the escape is not complete before {@code to}
   */
  static int unescapeUnicode(byte[] text, int pos, int to, ByteArrayOutputStream out) {
    int unit = codeUnit(text, pos, to);
    int next = pos + 6;
    if (Character.isHighSurrogate((char) unit)
        && to - next >= 6
        && text[next] == '\\'
        && text[next + 1] == 'u') {
      int low = codeUnit(text, next, to);
      if (Character.isLowSurrogate((char) low)) {
        appendUtf8(Character.toCodePoint((char) unit, (char) low), out);
        return next + 6;
      }
    }
    appendUtf8(unit, out);
    return next;
  }

  private static int codeUnit(byte[] text, int pos, int to) {
    if (to - pos < 6) {
      throw JsonProblem.DOCUMENT_NOT_JSON.exception();
    }
    int unit = 0;
    for (int i = pos + 2; i < pos + 6; i++) {
      int digit = Character.digit(text[i], 16);
      if (digit < 0) {
        throw JsonProblem.DOCUMENT_NOT_JSON.exception();
      }
      unit = (unit << 4) | digit;
    }
    return unit;
  }

  private static void appendUtf8(int codePoint, ByteArrayOutputStream out) {
    if (codePoint < 0x80) {
      out.write(codePoint);
      return;
    }
    if (codePoint < 0x800) {
      out.write((codePoint >> 6) | 0xc0);
    } else {
      if (codePoint < 0x10000) {
        out.write((codePoint >> 12) | 0xe0);
      } else {
        out.write((codePoint >> 18) | 0xf0);
        out.write(((codePoint >> 12) & 0x3f) | 0x80);
      }
      out.write(((codePoint >> 6) & 0x3f) | 0x80);
    }
    out.write((codePoint & 0x3f) | 0x80);
  }

  /**
   * Appends {@code content} as a quoted string with as few escapes as JSON allows: two-character
   * escapes where they exist, {@code \\u} with small hexadecimal digits for the other control
   * characters and for surrogates without their other half.
   */
  static void appendQuoted(byte[] content, ByteArrayOutputStream out) {
    out.write('"');
    for (int i = 0; i < content.length; i++) {
      int c = content[i] & 0xff;
      switch (c) {
        case '"', '\\' -> appendEscape(c, out);
        case '\b' -> appendEscape('b', out);
        case '\f' -> appendEscape('f', out);
        case '\n' -> appendEscape('n', out);
        case '\r' -> appendEscape('r', out);
        case '\t' -> appendEscape('t', out);
        default -> {
          if (c < 0x20) {
            appendUnicodeEscape(c, out);
          } else if (c == 0xed && i + 2 < content.length && (content[i + 1] & 0xff) >= 0xa0) {
            appendUnicodeEscape(
                0xd000 | ((content[i + 1] & 0x3f) << 6) | (content[i + 2] & 0x3f), out);
            i += 2;
          } else {
            out.write(c);
          }
        }
      }
    }
    out.write('"');
  }

  private static void appendEscape(int c, ByteArrayOutputStream out) {
    out.write('\\');
    out.write(c);
  }

  private static void appendUnicodeEscape(int unit, ByteArrayOutputStream out) {
    out.write('\\');
    out.write('u');
    for (int shift = 12; shift >= 0; shift -= 4) {
      out.write(HEX[(unit >> shift) & 0xf]);
    }
  }
}
