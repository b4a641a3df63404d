package io.channelindex.embedded.json;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The spelling that a data node gives to extended attributes, which it parses and writes anew with
 * every mutation of one of them: no whitespace; object keys in the order of their UTF-8 bytes, of
 * equal keys the last one; characters unescaped where JSON allows it; integers of 64 bits as they
 * are, other numbers as the shortest decimal that is the same double.
 *
 * <p>A number beyond the range of doubles stays as it is spelled.
 */
public final class CanonicalJson {
  private final byte[] text;
  private final ByteArrayOutputStream out;
  private int pos;

  private CanonicalJson(byte[] text) {
    this.text = text;
    this.out = new ByteArrayOutputStream(text.length);
  }

  /**
   * The members of a JSON object, by unescaped name in the order of the names' bytes, with their
   * values in canonical spelling.
   *
   * @throws JsonEditException DOCUMENT_NOT_JSON if the text is not an object
   */
  public static Map<byte[], byte[]> members(byte[] object) {
    CanonicalJson reader = checked(object);
    if (object[reader.pos] != '{') {
      throw JsonProblem.DOCUMENT_NOT_JSON.exception();
    }
    return reader.readMembers();
  }

  /**
   * A JSON value in canonical spelling.
   *
   * @throws JsonEditException DOCUMENT_NOT_JSON
   */
  public static byte[] rewrite(byte[] value) {
    CanonicalJson reader = checked(value);
    reader.writeValue();
    return reader.out.toByteArray();
  }

  private static CanonicalJson checked(byte[] value) {
    // This also bounds the recursion below. Attributes come as members of one object, and each of
    // them may have all the levels that a text may have.
    int end = JsonValidator.scanValue(value, 0, value.length, JsonValidator.MAX_LEVELS + 1);
    if (end < 0 || JsonValidator.skipWhitespace(value, end, value.length) < value.length) {
      throw JsonProblem.DOCUMENT_NOT_JSON.exception();
    }
    CanonicalJson reader = new CanonicalJson(value);
    reader.skipWhitespace();
    return reader;
  }

  private void skipWhitespace() {
    pos = JsonValidator.skipWhitespace(text, pos, text.length);
  }

  /** Writes the value at the position, and moves behind it and the whitespace that follows. */
  private void writeValue() {
    switch (text[pos]) {
      case '{' -> writeObject();
      case '[' -> writeArray();
      case '"' -> JsonStrings.appendQuoted(readString(), out);
      default -> writeScalar();
    }
    skipWhitespace();
  }

  private void writeObject() {
    char separator = '{';
    Map<byte[], byte[]> members = readMembers();
    if (members.isEmpty()) {
      out.write(separator);
    }
    for (Map.Entry<byte[], byte[]> member : members.entrySet()) {
      out.write(separator);
      JsonStrings.appendQuoted(member.getKey(), out);
      out.write(':');
      out.writeBytes(member.getValue());
      separator = ',';
    }
    out.write('}');
  }

  private Map<byte[], byte[]> readMembers() {
    Map<byte[], byte[]> members = new TreeMap<>(Arrays::compareUnsigned);
    next();
    while (text[pos] != '}') {
      byte[] name = readString();
      skipWhitespace();
      next();
      members.put(name, canonicalValue());
      if (text[pos] == ',') {
        next();
      }
    }
    pos++;
    return members;
  }

  /** The value at the position in canonical spelling, read as {@link #writeValue} does. */
  private byte[] canonicalValue() {
    CanonicalJson nested = new CanonicalJson(text, pos);
    nested.writeValue();
    pos = nested.pos;
    return nested.out.toByteArray();
  }

  private CanonicalJson(byte[] text, int pos) {
    this.text = text;
    this.pos = pos;
    this.out = new ByteArrayOutputStream();
  }

  private void writeArray() {
    out.write('[');
    next();
    while (text[pos] != ']') {
      writeValue();
      if (text[pos] == ',') {
        out.write(',');
        next();
      }
    }
    out.write(']');
    pos++;
  }

  private void next() {
    pos++;
    skipWhitespace();
  }

  private byte[] readString() {
    int from = pos + 1;
    pos = JsonValidator.scanString(text, from, text.length);
    return JsonStrings.unescape(text, from, pos - 1);
  }

  private void writeScalar() {
    int from = pos;
    while (pos < text.length && ",]} \t\r\n".indexOf(text[pos]) < 0) {
      pos++;
    }
    byte first = text[from];
    if (first == 't' || first == 'f' || first == 'n') {
      out.write(text, from, pos - from);
    } else {
      String number = new String(text, from, pos - from, StandardCharsets.US_ASCII);
      out.writeBytes(canonicalNumber(number).getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static String canonicalNumber(String number) {
    boolean integer = number.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
    if (integer) {
      if (number.equals("-0")) {
        return "0";
      }
      // Twenty characters hold every 64-bit integer, so longer ones need not be parsed.
      if (number.length() <= 20) {
        BigDecimal value = new BigDecimal(number);
        if (value.compareTo(MIN_SIGNED) >= 0 && value.compareTo(MAX_UNSIGNED) <= 0) {
          return number;
        }
      }
    }
    double value = Double.parseDouble(number);
    return Double.isInfinite(value) ? number : shortest(value);
  }

  private static final BigDecimal MIN_SIGNED = BigDecimal.valueOf(Long.MIN_VALUE);
  private static final BigDecimal MAX_UNSIGNED =
      new BigDecimal(Long.toUnsignedString(0xffff_ffff_ffff_ffffL));

  /**
   * The fewest digits that read back as {@code value}; with an exponent if the decimal point is
   * more than 15 digits to the right or more than 4 to the left of the first digit.
   */
  private static String shortest(double value) {
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(Math.abs(value));
    BigDecimal rounded = exact;
    for (int digits = 1; digits <= 17; digits++) {
      rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == Math.abs(value)) {
        break;
      }
    }
    rounded = rounded.stripTrailingZeros();
    String digits = rounded.unscaledValue().toString();
    int point = digits.length() - rounded.scale();
    return (value < 0 ? "-" : "") + place(digits, point);
  }

  /** The digits with the decimal point behind the first {@code point} of them. */
  private static String place(String digits, int point) {
    if (point > 0 && point <= 15) {
      return digits.length() <= point
          ? digits + "0".repeat(point - digits.length()) + ".0"
          : digits.substring(0, point) + "." + digits.substring(point);
    }
    if (point > -4 && point <= 0) {
      return "0." + "0".repeat(-point) + digits;
    }
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    int exponent = Math.abs(point - 1);
    return mantissa
        + (point > 0 ? "e+" : "e-")
        + (exponent < 10 ? "0" + exponent : String.valueOf(exponent));
  }
}
