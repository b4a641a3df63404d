package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Status;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Bytes as an attribute's value: a JSON string of a prefix and base64.
 *
 * <p>Source: "Binary values" in {@code docs/ExtendedAttributes.md}.
 */
final class BinaryAttribute {
  private static final byte[] PREFIX =
      "cb-content-base64-encoded:".getBytes(StandardCharsets.US_ASCII);

  private BinaryAttribute() {}

  /** The JSON string for {@code bytes}. */
  static byte[] encode(byte[] bytes) {
    byte[] base64 = Base64.getEncoder().encode(bytes);
    byte[] json = new byte[PREFIX.length + base64.length + 2];
    json[0] = '"';
    System.arraycopy(PREFIX, 0, json, 1, PREFIX.length);
    System.arraycopy(base64, 0, json, 1 + PREFIX.length, base64.length);
    json[json.length - 1] = '"';
    return json;
  }

  /**
   * The bytes that a JSON string stands for.
   *
   * @throws SubdocException SUBDOC_FIELD_NOT_BINARY_VALUE
   */
  static byte[] decode(byte[] json) {
    return decode(json, 0, json.length, Status.SUBDOC_FIELD_NOT_BINARY_VALUE);
  }

  /**
   * Refuses a value that a client sends and in which the prefix is not followed by base64.
   *
   * @throws SubdocException XATTR_EINVAL
   */
  static void validate(byte[] value) {
    int start = indexOfPrefix(value);
    if (start < 0) {
      return;
    }
    if (start == 0 || (start == 1 && value[0] == '"')) {
      decode(value, 0, value.length, Status.XATTR_EINVAL);
      return;
    }
    int end = start;
    while (end < value.length && value[end] != '"') {
      end++;
    }
    if (end == value.length) {
      throw notBinary(Status.XATTR_EINVAL);
    }
    decode(value, start, end, Status.XATTR_EINVAL);
  }

  private static byte[] decode(byte[] json, int from, int to, Status failure) {
    int start = from;
    int end = to;
    if (end - start >= 2 && json[start] == '"' && json[end - 1] == '"') {
      start++;
      end--;
    }
    if (end - start < PREFIX.length || !startsWithPrefix(json, start)) {
      throw notBinary(failure);
    }
    byte[] base64 = Arrays.copyOfRange(json, start + PREFIX.length, end);
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw notBinary(failure);
    }
  }

  private static int indexOfPrefix(byte[] value) {
    for (int i = 0; i <= value.length - PREFIX.length; i++) {
      if (startsWithPrefix(value, i)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean startsWithPrefix(byte[] value, int from) {
    return Arrays.equals(value, from, from + PREFIX.length, PREFIX, 0, PREFIX.length);
  }

  private static SubdocException notBinary(Status status) {
    return new SubdocException(status, "not a base64 encoded value");
  }
}
