package io.channelindex.embedded.wire;

/**
 * One field in which the node answered otherwise than the captured server.
 *
 * @param line in the capture; 0 for its counts
 * @param field name of the field, with the part of it behind a dot
 * @param expected what the capture says, in this run's numbers
 */
record Difference(
    String capture, int line, int opcode, String field, String expected, String actual) {

  @Override
  public String toString() {
    return String.format(
        "%s:%d op=%02x %s%n    expected: %s%n    actual:   %s",
        capture, line, opcode, field, expected, actual);
  }
}
