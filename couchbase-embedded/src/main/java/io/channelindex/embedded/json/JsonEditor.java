package io.channelindex.embedded.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The sub-document operations on a JSON text. An edit returns a new text in which only what had to
 * change has changed; the given arrays stay as they are.
 *
 * <p>The text must be valid JSON, as {@link JsonValidator#isJson(byte[])} tells: the parts that an
 * operation does not need are not looked at. Every operation throws {@link JsonEditException} with
 * the problems named in its documentation, and in addition PATH_MISMATCH, DOCUMENT_NOT_JSON or
 * DOCUMENT_TOO_DEEP from the search. A value to insert is checked before the document is searched.
 *
 * <p>Time is linear in the text up to the end of the edit, memory the size of the result.
 *
 * <p>Source: "Command Listings" in {@code docs/SubDocument.md}.
 */
public final class JsonEditor {
  /** Deepest level of a document that can be searched or made; the root is at level 1. */
  public static final int MAX_LEVELS = 32;

  private static final byte[] COMMA = {','};

  private JsonEditor() {}

  /** What a counter became, and the text with it. */
  // Bytes on their way through, handed over and never compared.
  @SuppressWarnings("ArrayRecordComponent")
  public record Counted(byte[] text, long value) {}

  /** The text of the value at {@code path}, or PATH_NOT_FOUND. */
  public static byte[] get(byte[] text, JsonPath path) {
    JsonLocator at = locateExisting(text, path);
    return Arrays.copyOfRange(text, at.valueStart(), at.valueEnd());
  }

  /** Returns if there is a value at {@code path}, otherwise PATH_NOT_FOUND. */
  public static void requireExists(byte[] text, JsonPath path) {
    locateExisting(text, path);
  }

  /** The number of entries of the array or object at {@code path}, or PATH_NOT_FOUND. */
  public static long count(byte[] text, JsonPath path) {
    return locateExisting(text, path).countEntries();
  }

  /**
   * Adds an object member.
   *
   * <p>VALUE_CANNOT_INSERT, VALUE_TOO_DEEP; PATH_INVALID if the path ends with an index;
   * PATH_EXISTS; PATH_NOT_FOUND if a parent is missing and is not to be, or cannot be, created.
   */
  public static byte[] add(byte[] text, JsonPath path, byte[] value, MissingParents missing) {
    requireInsertable(path, value);
    JsonLocator at = new JsonLocator(text).locate(path);
    requireName(path);
    if (at.found()) {
      throw JsonProblem.PATH_EXISTS.exception();
    }
    return insertMember(text, at, path, value, missing);
  }

  /** Adds an object member or replaces its value, otherwise as {@link #add}. */
  public static byte[] upsert(byte[] text, JsonPath path, byte[] value, MissingParents missing) {
    requireInsertable(path, value);
    JsonLocator at = new JsonLocator(text).locate(path);
    requireName(path);
    return at.found()
        ? splice(text, at.valueStart(), at.valueEnd(), value)
        : insertMember(text, at, path, value, missing);
  }

  /** Replaces a value: VALUE_CANNOT_INSERT (also for the root), VALUE_TOO_DEEP, PATH_NOT_FOUND. */
  public static byte[] replace(byte[] text, JsonPath path, byte[] value) {
    requireInsertable(path, value);
    JsonLocator at = locateExisting(text, path);
    return splice(text, at.valueStart(), at.valueEnd(), value);
  }

  /**
   * Removes an object member or array element, with the comma that it no longer needs:
   * VALUE_CANNOT_INSERT for the root, PATH_NOT_FOUND.
   */
  public static byte[] remove(byte[] text, JsonPath path) {
    if (path.size() == 0) {
      throw JsonProblem.VALUE_CANNOT_INSERT.exception();
    }
    JsonLocator at = locateExisting(text, path);
    int from = at.keyStart() == JsonLocator.NO_KEY ? at.valueStart() : at.keyStart();
    int to = at.valueEnd();
    int next = JsonValidator.skipWhitespace(text, to, text.length);
    if (next < text.length && text[next] == ',') {
      to = next + 1;
    } else if (at.entries() > 0) {
      from = lastBefore(text, from);
    }
    return splice(text, from, to);
  }

  /**
   * Appends one or more comma-separated values to the array at {@code path}.
   *
   * <p>VALUE_CANNOT_INSERT, VALUE_TOO_DEEP; PATH_MISMATCH if it is not an array; PATH_NOT_FOUND if
   * it does not exist and is not to be, or cannot be, created.
   */
  public static byte[] pushLast(byte[] text, JsonPath path, byte[] values, MissingParents missing) {
    JsonFragment.requireElements(values, MAX_LEVELS - 1 - path.size());
    if (path.size() == 0) {
      return pushLastToRoot(text, values);
    }
    JsonLocator at = new JsonLocator(text).locate(path);
    return at.found()
        ? appendElement(text, at, values)
        : insertArray(text, at, path, values, missing);
  }

  /** Puts one or more values in front of an array's elements, otherwise as {@link #pushLast}. */
  public static byte[] pushFirst(
      byte[] text, JsonPath path, byte[] values, MissingParents missing) {
    JsonFragment.requireElements(values, MAX_LEVELS - 1 - path.size());
    JsonLocator at = new JsonLocator(text).locate(path);
    if (!at.found()) {
      return insertArray(text, at, path, values, missing);
    }
    requireArray(at);
    int first = at.firstEntry(at.valueStart());
    return first < 0
        ? splice(text, at.valueStart() + 1, at.valueEnd() - 1, values)
        : splice(text, first, first, values, COMMA);
  }

  /**
   * Appends a scalar to an array of scalars that does not have it. Values are compared as text.
   *
   * <p>As {@link #pushLast}; also PATH_EXISTS if the array has it, PATH_MISMATCH if a container
   * comes before that is known.
   */
  public static byte[] addUnique(byte[] text, JsonPath path, byte[] value, MissingParents missing) {
    JsonFragment.requireScalar(value, MAX_LEVELS - 1 - path.size());
    JsonLocator at = new JsonLocator(text).locate(path);
    if (!at.found()) {
      return insertArray(text, at, path, value, missing);
    }
    requireArray(at);
    int pos = at.firstEntry(at.valueStart());
    while (pos >= 0) {
      if (text[pos] == '{' || text[pos] == '[') {
        throw JsonProblem.PATH_MISMATCH.exception();
      }
      int end = at.skipValue(pos, at.resolved() + 2);
      if (Arrays.equals(text, pos, end, value, 0, value.length)) {
        throw JsonProblem.PATH_EXISTS.exception();
      }
      pos = at.nextEntry(end);
    }
    return appendElement(text, at, value);
  }

  /**
   * Inserts one or more values before the array element at {@code path}, or behind the last one if
   * the index is the array's size.
   *
   * <p>VALUE_CANNOT_INSERT, VALUE_TOO_DEEP; PATH_INVALID if the path does not end with an index or
   * ends with {@code [-1]}; PATH_NOT_FOUND.
   */
  public static byte[] insert(byte[] text, JsonPath path, byte[] values) {
    JsonFragment.requireElements(values, MAX_LEVELS - path.size());
    int last = path.size() - 1;
    if (!path.endsWithIndex() || path.index(last) == JsonPath.LAST) {
      throw JsonProblem.PATH_INVALID.exception();
    }
    JsonLocator at = new JsonLocator(text).locate(path);
    if (at.found()) {
      return splice(text, at.valueStart(), at.valueStart(), values, COMMA);
    }
    if (at.resolved() != last || at.entries() != path.index(last)) {
      throw JsonProblem.PATH_NOT_FOUND.exception();
    }
    return at.entries() == 0
        ? splice(text, at.parentStart() + 1, at.parentEnd(), values)
        : splice(text, at.parentEnd(), at.parentEnd(), COMMA, values);
  }

  /**
   * Adds to an integer, or creates it with the delta as its value.
   *
   * <p>DELTA_INVALID; PATH_MISMATCH if there is something else than an integer;
   * NUMBER_OUT_OF_RANGE; VALUE_CANNOT_INSERT if the sum is outside of 64 signed bits;
   * PATH_NOT_FOUND, PATH_INVALID as {@link #add}. Array elements are not created.
   */
  public static Counted counter(byte[] text, JsonPath path, byte[] delta, MissingParents missing) {
    long summand = parseDelta(delta);
    JsonLocator at = new JsonLocator(text).locate(path);
    if (at.found()) {
      long sum = add(parseInteger(text, at.valueStart(), at.valueEnd()), summand);
      return new Counted(splice(text, at.valueStart(), at.valueEnd(), ascii(sum)), sum);
    }
    boolean reachable = missing == MissingParents.CREATE || at.resolved() == path.size() - 1;
    if (!reachable || text[at.parentStart()] != '{') {
      throw JsonProblem.PATH_NOT_FOUND.exception();
    }
    requireName(path);
    return new Counted(
        insertMember(text, at, path, ascii(summand), MissingParents.CREATE), summand);
  }

  private static JsonLocator locateExisting(byte[] text, JsonPath path) {
    JsonLocator at = new JsonLocator(text).locate(path);
    if (!at.found()) {
      throw JsonProblem.PATH_NOT_FOUND.exception();
    }
    return at;
  }

  private static void requireInsertable(JsonPath path, byte[] value) {
    if (path.size() == 0) {
      throw JsonProblem.VALUE_CANNOT_INSERT.exception();
    }
    JsonFragment.requireValue(value, MAX_LEVELS - path.size());
  }

  private static void requireName(JsonPath path) {
    if (path.endsWithIndex()) {
      throw JsonProblem.PATH_INVALID.exception();
    }
  }

  private static void requireArray(JsonLocator at) {
    if (at.type() != '[') {
      throw JsonProblem.PATH_MISMATCH.exception();
    }
  }

  private static byte[] appendElement(byte[] text, JsonLocator at, byte[] values) {
    requireArray(at);
    int close = at.valueEnd() - 1;
    return at.firstEntry(at.valueStart()) < 0
        ? splice(text, at.valueStart() + 1, close, values)
        : splice(text, close, close, COMMA, values);
  }

  /**
   * Appends to an array that is the whole document. The real server takes a short cut here that
   * drops whitespace around the closing bracket; so does this.
   */
  private static byte[] pushLastToRoot(byte[] text, byte[] values) {
    int close = lastBefore(text, text.length);
    if (close <= 0 || text[close] != ']') {
      throw (close > 0 && text[close] == '}'
              ? JsonProblem.PATH_MISMATCH
              : JsonProblem.DOCUMENT_NOT_JSON)
          .exception();
    }
    int last = lastBefore(text, close);
    if (last < 0) {
      throw JsonProblem.DOCUMENT_NOT_JSON.exception();
    }
    byte[] end = {']'};
    return text[last] == '['
        ? splice(text, last + 1, text.length, values, end)
        : splice(text, last + 1, text.length, COMMA, values, end);
  }

  private static byte[] insertMember(
      byte[] text, JsonLocator at, JsonPath path, byte[] value, MissingParents missing) {
    if (missing == MissingParents.REFUSE && at.resolved() < path.size() - 1) {
      throw JsonProblem.PATH_NOT_FOUND.exception();
    }
    return insertMissing(text, at, path, value);
  }

  private static byte[] insertArray(
      byte[] text, JsonLocator at, JsonPath path, byte[] values, MissingParents missing) {
    if (missing == MissingParents.REFUSE) {
      throw JsonProblem.PATH_NOT_FOUND.exception();
    }
    byte[] array = new byte[values.length + 2];
    array[0] = '[';
    System.arraycopy(values, 0, array, 1, values.length);
    array[array.length - 1] = ']';
    return insertMissing(text, at, path, array);
  }

  /** Inserts {@code value} with an object around it for every missing parent. */
  private static byte[] insertMissing(byte[] text, JsonLocator at, JsonPath path, byte[] value) {
    int length = value.length + 1;
    for (int i = at.resolved(); i < path.size(); i++) {
      if (path.isIndex(i)) {
        throw JsonProblem.PATH_NOT_FOUND.exception();
      }
      length += path.name(i).length + 5;
    }
    byte[] member = new byte[length];
    int pos = 0;
    if (at.entries() > 0) {
      member[pos++] = ',';
    }
    for (int i = at.resolved(); i < path.size(); i++) {
      if (i > at.resolved()) {
        member[pos++] = '{';
      }
      byte[] name = path.name(i);
      member[pos++] = '"';
      System.arraycopy(name, 0, member, pos, name.length);
      pos += name.length;
      member[pos++] = '"';
      member[pos++] = ':';
    }
    System.arraycopy(value, 0, member, pos, value.length);
    pos += value.length;
    for (int i = at.resolved() + 1; i < path.size(); i++) {
      member[pos++] = '}';
    }
    return splice(text, at.parentEnd(), at.parentEnd(), Arrays.copyOf(member, pos));
  }

  private static long parseDelta(byte[] delta) {
    if (delta.length == 0 || delta.length > 20) {
      throw JsonProblem.DELTA_INVALID.exception();
    }
    int digits = delta[0] == '-' ? 1 : 0;
    if (digits == delta.length || delta[digits] == '0') {
      throw JsonProblem.DELTA_INVALID.exception();
    }
    return parse(delta, 0, delta.length, JsonProblem.DELTA_INVALID, JsonProblem.DELTA_INVALID);
  }

  private static long parseInteger(byte[] text, int from, int to) {
    return parse(text, from, to, JsonProblem.PATH_MISMATCH, JsonProblem.NUMBER_OUT_OF_RANGE);
  }

  private static long parse(byte[] b, int from, int to, JsonProblem notInteger, JsonProblem range) {
    boolean negative = b[from] == '-';
    for (int i = negative ? from + 1 : from; i < to; i++) {
      if (b[i] < '0' || b[i] > '9') {
        throw notInteger.exception();
      }
    }
    // Accumulated negatively: that side of the range has one number more.
    long value = 0;
    for (int i = negative ? from + 1 : from; i < to; i++) {
      int digit = b[i] - '0';
      if (value < (Long.MIN_VALUE + digit) / 10) {
        throw range.exception();
      }
      value = value * 10 - digit;
    }
    if (!negative && value == Long.MIN_VALUE) {
      throw range.exception();
    }
    return negative ? value : -value;
  }

  private static long add(long number, long delta) {
    long sum = number + delta;
    if (((number ^ sum) & (delta ^ sum)) < 0) {
      throw JsonProblem.VALUE_CANNOT_INSERT.exception();
    }
    return sum;
  }

  private static byte[] ascii(long number) {
    return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
  }

  /** The last position before {@code end} that is not whitespace, or -1. */
  private static int lastBefore(byte[] text, int end) {
    int pos = end - 1;
    while (pos >= 0 && JsonValidator.isWhitespace(text[pos])) {
      pos--;
    }
    return pos;
  }

  /** The text with {@code [from, to)} replaced. */
  private static byte[] splice(byte[] text, int from, int to, byte[]... replacements) {
    int length = from + text.length - to;
    for (byte[] replacement : replacements) {
      length += replacement.length;
    }
    byte[] result = new byte[length];
    System.arraycopy(text, 0, result, 0, from);
    int pos = from;
    for (byte[] replacement : replacements) {
      System.arraycopy(replacement, 0, result, pos, replacement.length);
      pos += replacement.length;
    }
    System.arraycopy(text, to, result, pos, text.length - to);
    return result;
  }
}
