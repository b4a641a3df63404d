package io.channelindex.embedded.json;

/** Why a path could not be parsed or an operation on a JSON text could not be done. */
public enum JsonProblem {
  /** Nothing is at the path. */
  PATH_NOT_FOUND,
  /** The path treats a value as a container of another type than it is. */
  PATH_MISMATCH,
  /** The path breaks the grammar, or ends with the wrong kind of component for the operation. */
  PATH_INVALID,
  /** The path has more components than {@link JsonPath#MAX_COMPONENTS}. */
  PATH_TOO_BIG,
  /** Something is at the path, or in the array, that must not be. */
  PATH_EXISTS,
  /** The search met a value nested deeper than {@link JsonEditor#MAX_LEVELS}. */
  DOCUMENT_TOO_DEEP,
  /** The text to search is not JSON, or its root is a string. */
  DOCUMENT_NOT_JSON,
  /** The value is not JSON that can stand at the path, or a counter would overflow. */
  VALUE_CANNOT_INSERT,
  /** With the value the document would be deeper than {@link JsonEditor#MAX_LEVELS}. */
  VALUE_TOO_DEEP,
  /** The existing number of a counter is outside of 64 signed bits. */
  NUMBER_OUT_OF_RANGE,
  /** The delta of a counter is zero, not an integer, or outside of 64 signed bits. */
  DELTA_INVALID;

  JsonEditException exception() {
    return new JsonEditException(this);
  }
}
