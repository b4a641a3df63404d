package io.channelindex.feed;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The extended attributes before a document's body (kv_engine, docs/Document.md):
 *
 * <pre>
 * +--------------------+---------------------------------------------------+------+
 * | u32 length of all  | pairs: u32 length | name | 0 | JSON value | 0      | body |
 * +--------------------+---------------------------------------------------+------+
 * </pre>
 *
 * Lengths are big endian and do not count themselves.
 */
final class AttributeSection {
  private static final int MIN_PAIR_BYTES = 2;
  private static final VarHandle BIG_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] content;
  private final int end;
  private int at = Integer.BYTES;

  private AttributeSection(byte[] content) {
    this.content = content;
    if (content.length < Integer.BYTES) {
      throw malformed("shorter than its length field");
    }
    long length = length(0);
    if (length > content.length - Integer.BYTES) {
      throw malformed("longer than the value: length=" + length);
    }
    this.end = Integer.BYTES + (int) length;
  }

  /**
   * Reads the attributes; whatever follows them is left alone.
   *
   * @param content an uncompressed value whose datatype says that it has attributes
   * @return the JSON bytes by name, in the order in which they were sent
   * @throws IllegalArgumentException if the section is not as above, or a name comes twice
   */
  static Map<String, byte[]> parse(byte[] content) {
    AttributeSection section = new AttributeSection(content);
    Map<String, byte[]> attributes = new LinkedHashMap<>();
    while (section.at < section.end) {
      section.readPair(attributes);
    }
    return attributes;
  }

  private void readPair(Map<String, byte[]> attributes) {
    if (end - at < Integer.BYTES) {
      throw malformed("pair without a length: at=" + at);
    }
    long length = length(at);
    at += Integer.BYTES;
    if (length < MIN_PAIR_BYTES || length > end - at) {
      throw malformed("pair out of bounds: at=" + at + ", length=" + length);
    }
    int pairEnd = at + (int) length;
    int nameEnd = zero(pairEnd);
    String name = new String(content, at, nameEnd - at, StandardCharsets.UTF_8);
    at = nameEnd + 1;
    int valueEnd = zero(pairEnd);
    if (valueEnd != pairEnd - 1) {
      throw malformed("pair does not end with its value: name=" + name);
    }
    byte[] value = new byte[valueEnd - at];
    System.arraycopy(content, at, value, 0, value.length);
    if (attributes.put(name, value) != null) {
      throw malformed("attribute twice: name=" + name);
    }
    at = pairEnd;
  }

  private int zero(int limit) {
    for (int i = at; i < limit; i++) {
      if (content[i] == 0) {
        return i;
      }
    }
    throw malformed("text without an end: at=" + at);
  }

  private long length(int offset) {
    return Integer.toUnsignedLong((int) BIG_ENDIAN.get(content, offset));
  }

  private IllegalArgumentException malformed(String how) {
    return new IllegalArgumentException(
        "attribute section is malformed: " + how + ", bytes=" + content.length);
  }
}
