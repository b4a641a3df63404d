package io.channelindex.embedded.json;

/** Checks of what a client wants to insert into a document. */
final class JsonFragment {
  private JsonFragment() {}

  /**
   * Requires exactly one JSON value.
   *
   * @param maxLevels how deep it may be; a scalar is one level
   * @throws JsonEditException VALUE_CANNOT_INSERT or VALUE_TOO_DEEP
   */
  static void requireValue(byte[] value, int maxLevels) {
    if (scan(value, 0, maxLevels) != value.length) {
      throw JsonProblem.VALUE_CANNOT_INSERT.exception();
    }
  }

  /** Requires exactly one JSON value that is not a container, as {@link #requireValue}. */
  static void requireScalar(byte[] value, int maxLevels) {
    requireValue(value, maxLevels);
    byte first = value[JsonValidator.skipWhitespace(value, 0, value.length)];
    if (first == '{' || first == '[') {
      throw JsonProblem.VALUE_CANNOT_INSERT.exception();
    }
  }

  /** Requires one or more JSON values with commas between them, as {@link #requireValue}. */
  static void requireElements(byte[] values, int maxLevels) {
    int pos = scan(values, 0, maxLevels);
    while (pos < values.length) {
      if (values[pos] != ',') {
        throw JsonProblem.VALUE_CANNOT_INSERT.exception();
      }
      pos = scan(values, pos + 1, maxLevels);
    }
  }

  /** The first position after a value that is not whitespace. */
  private static int scan(byte[] value, int from, int maxLevels) {
    int pos = JsonValidator.scanValue(value, from, value.length, maxLevels);
    if (pos == JsonValidator.TOO_DEEP) {
      throw JsonProblem.VALUE_TOO_DEEP.exception();
    }
    if (pos == JsonValidator.INVALID) {
      throw JsonProblem.VALUE_CANNOT_INSERT.exception();
    }
    return JsonValidator.skipWhitespace(value, pos, value.length);
  }
}
