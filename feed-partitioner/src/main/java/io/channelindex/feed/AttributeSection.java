package io.channelindex.feed;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private final byte[] content;
  private final int start;
  private final int end;
  private int pairEnd;
  private int at;

  private AttributeSection(byte[] content, int start) {
    this.content = content;
    this.start = start;
    if (content.length - start < Integer.BYTES) {
      throw malformed("shorter than its length field");
    }
    long length = length(start);
    this.at = start + Integer.BYTES;
    if (length > content.length - at) {
      throw malformed("longer than the value: length=" + length);
    }
    this.end = at + (int) length;
  }

  /**
   * Reads the attributes; whatever follows them is left alone.
   *
   * @param content what ends with an uncompressed value whose datatype says that it has attributes
   * @param start where the value begins
   * @return the JSON bytes by name, in the order in which they were sent
   * @throws IllegalArgumentException if the section is not as above, or a name comes twice
   */
  static Map<String, byte[]> parse(byte[] content, int start) {
    return new AttributeSection(content, start).parse();
  }

  private Map<String, byte[]> parse() {
    if (at == end) {
      return Map.of();
    }
    String first = readName();
    byte[] value = readValue(first);
    if (at == end) {
      // Most have no other than ours.
      return Map.of(first, value);
    }
    Map<String, byte[]> attributes = new LinkedHashMap<>();
    attributes.put(first, value);
    while (at < end) {
      String name = readName();
      if (attributes.put(name, readValue(name)) != null) {
        throw malformed("attribute twice: name=" + name);
      }
    }
    return attributes;
  }

  /** Reads where the next pair ends, and its name. */
  private String readName() {
    if (end - at < Integer.BYTES) {
      throw malformed("pair without a length: at=" + at);
    }
    long length = length(at);
    at += Integer.BYTES;
    if (length < MIN_PAIR_BYTES || length > end - at) {
      throw malformed("pair out of bounds: at=" + at + ", length=" + length);
    }
    pairEnd = at + (int) length;
    int nameEnd = zero(pairEnd);
    String name = new String(content, at, nameEnd - at, StandardCharsets.UTF_8);
    at = nameEnd + 1;
    return name;
  }

  private byte[] readValue(String name) {
    int valueEnd = zero(pairEnd);
    if (valueEnd != pairEnd - 1) {
      throw malformed("pair does not end with its value: name=" + name);
    }
    byte[] value = Arrays.copyOfRange(content, at, valueEnd);
    at = pairEnd;
    return value;
  }

  private int zero(int limit) {
    int i = at;
    for (; i <= limit - Long.BYTES; i += Long.BYTES) {
      long octets = (long) EIGHT.get(content, i);
      // Only a zero borrows without having had its highest bit set. Behind the first one others do.
      long zeroes = (octets - EACH) & ~octets & HIGH_BITS;
      if (zeroes != 0) {
        return i + Long.numberOfTrailingZeros(zeroes) / Byte.SIZE;
      }
    }
    for (; i < limit; i++) {
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
        "attribute section is malformed: " + how + ", bytes=" + (content.length - start));
  }
}
