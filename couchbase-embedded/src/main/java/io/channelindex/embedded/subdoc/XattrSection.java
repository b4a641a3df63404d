package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.json.CanonicalJson;
import io.channelindex.embedded.json.JsonValidator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The extended attributes at the beginning of a value whose datatype has the XATTR bit.
 *
 * <pre>
 *   +-----------------+-----------------------------------------+------
 *   | u32 length of A | A: pairs                                | body
 *   +-----------------+-----------------------------------------+------
 *   pair:
 *   +-----------------+------------------+----+-----------------+----+
 *   | u32 length of B | B: name          | 00 | JSON value      | 00 |
 *   +-----------------+------------------+----+-----------------+----+
 * </pre>
 *
 * The length of B counts its two zero bytes. Integers are big-endian. A section without pairs is
 * not written: the value then has no XATTR bit and is the body alone. Names follow the rules of
 * attribute names and are distinct.
 *
 * <p>A section from a client must be checked once with {@link #isValid}; the other methods assume a
 * valid one. All of them leave their arguments as they are.
 *
 * <p>Source: {@code docs/Document.md} of couchbase/kv_engine.
 */
public final class XattrSection {
  /** Most bytes of all system attributes of a document, as {@link #systemSize} counts. */
  public static final int MAX_SYSTEM_SIZE = 1 << 20;

  private static final int LENGTH_BYTES = 4;

  private XattrSection() {}

  /** The offset of the body in a value that has a section. */
  public static int bodyOffset(byte[] value) {
    return LENGTH_BYTES + readInt(value, 0);
  }

  /** The body of a value that has a section. */
  public static byte[] body(byte[] value) {
    return Arrays.copyOfRange(value, bodyOffset(value), value.length);
  }

  /** The section of a value that has one, with its length in front and without the body. */
  public static byte[] section(byte[] value) {
    return Arrays.copyOf(value, bodyOffset(value));
  }

  /** A value with the section of {@code value} and another body: what a plain upsert stores. */
  public static byte[] withBody(byte[] value, byte[] body) {
    return join(section(value), body);
  }

  /** A section, which may be empty, followed by a body. */
  public static byte[] join(byte[] section, byte[] body) {
    byte[] joined = Arrays.copyOf(section, section.length + body.length);
    System.arraycopy(body, 0, joined, section.length, body.length);
    return joined;
  }

  /**
   * The section of {@code value} with its system attributes only, whose names begin with {@code _}:
   * what a plain delete leaves. Empty if there are none.
   */
  public static byte[] systemAttributes(byte[] value) {
    int end = bodyOffset(value);
    byte[] kept = new byte[end];
    int length = LENGTH_BYTES;
    for (int pos = LENGTH_BYTES; pos < end; pos = nextPair(value, pos)) {
      if (isSystem(value, pos)) {
        int pair = nextPair(value, pos) - pos;
        System.arraycopy(value, pos, kept, length, pair);
        length += pair;
      }
    }
    if (length == LENGTH_BYTES) {
      return new byte[0];
    }
    writeInt(kept, 0, length - LENGTH_BYTES);
    return Arrays.copyOf(kept, length);
  }

  /** The bytes that system attributes take in a value's section, with the section's length. */
  public static int systemSize(byte[] value) {
    int end = bodyOffset(value);
    int size = LENGTH_BYTES;
    for (int pos = LENGTH_BYTES; pos < end; pos = nextPair(value, pos)) {
      if (isSystem(value, pos)) {
        size += nextPair(value, pos) - pos;
      }
    }
    return size;
  }

  /**
   * Whether a value begins with a well-formed section: lengths that agree, valid and distinct
   * names, JSON values, and system attributes within {@link #MAX_SYSTEM_SIZE}.
   */
  public static boolean isValid(byte[] value) {
    if (value.length < LENGTH_BYTES) {
      return false;
    }
    long end = LENGTH_BYTES + Integer.toUnsignedLong(readInt(value, 0));
    if (end > value.length) {
      return false;
    }
    Set<String> names = new HashSet<>();
    int pos = LENGTH_BYTES;
    while (pos < end) {
      if (!isValidPair(value, pos, (int) end) || !names.add(name(value, pos))) {
        return false;
      }
      pos = nextPair(value, pos);
    }
    return systemSize(value) <= MAX_SYSTEM_SIZE;
  }

  private static boolean isValidPair(byte[] value, int pair, int end) {
    int from = pair + LENGTH_BYTES;
    if (end - from < 3) {
      return false;
    }
    long pairEnd = from + Integer.toUnsignedLong(readInt(value, pair));
    if (pairEnd > end || pairEnd - from < 3 || value[(int) pairEnd - 1] != 0) {
      return false;
    }
    int nameEnd = indexOfZero(value, from);
    int valueEnd = (int) pairEnd - 1;
    if (nameEnd >= valueEnd) {
      return false;
    }
    byte[] name = Arrays.copyOfRange(value, from, nameEnd);
    return XattrName.lengthIn(name) == name.length
        && JsonValidator.isJson(value, nameEnd + 1, valueEnd - nameEnd - 1);
  }

  /** The names of a value's attributes in the order of the section. */
  public static List<String> names(byte[] value) {
    int end = bodyOffset(value);
    List<String> names = new ArrayList<>();
    for (int pos = LENGTH_BYTES; pos < end; pos = nextPair(value, pos)) {
      names.add(name(value, pos));
    }
    return names;
  }

  /** The names of a value's attributes as JSON strings. */
  static List<String> quotedNames(byte[] value) {
    int end = bodyOffset(value);
    List<String> names = new ArrayList<>();
    for (int pos = LENGTH_BYTES; pos < end; pos = nextPair(value, pos)) {
      int from = pos + LENGTH_BYTES;
      ByteArrayOutputStream name = new ByteArrayOutputStream();
      appendName(value, from, indexOfZero(value, from), name);
      names.add(name.toString(StandardCharsets.UTF_8));
    }
    return names;
  }

  /** One JSON object whose members are the attributes of a value, spelled as they are stored. */
  static byte[] toObject(byte[] value) {
    int end = bodyOffset(value);
    ByteArrayOutputStream out = new ByteArrayOutputStream(end + 2);
    out.write('{');
    for (int pos = LENGTH_BYTES; pos < end; pos = nextPair(value, pos)) {
      if (pos > LENGTH_BYTES) {
        out.write(',');
      }
      int name = pos + LENGTH_BYTES;
      int nameEnd = indexOfZero(value, name);
      appendName(value, name, nameEnd, out);
      out.write(':');
      out.write(value, nameEnd + 1, nextPair(value, pos) - nameEnd - 2);
    }
    out.write('}');
    return out.toByteArray();
  }

  /** Only a quote, a backslash and control characters need an escape in a name. */
  private static void appendName(byte[] value, int from, int to, ByteArrayOutputStream out) {
    out.write('"');
    for (int i = from; i < to; i++) {
      if (value[i] == '"' || value[i] == '\\') {
        out.write('\\');
        out.write(value[i]);
      } else if (value[i] >= 0 && value[i] < 0x20) {
        out.writeBytes(
            String.format("\\u%04x", (int) value[i]).getBytes(StandardCharsets.US_ASCII));
      } else {
        out.write(value[i]);
      }
    }
    out.write('"');
  }

  /**
   * The section of the attributes that are the members of a JSON object, in the order of their
   * names and in canonical spelling; empty if there are none.
   */
  static byte[] fromObject(byte[] object) {
    Map<byte[], byte[]> members = CanonicalJson.members(object);
    int length = LENGTH_BYTES;
    for (Map.Entry<byte[], byte[]> member : members.entrySet()) {
      length += LENGTH_BYTES + member.getKey().length + member.getValue().length + 2;
    }
    if (members.isEmpty()) {
      return new byte[0];
    }
    byte[] section = new byte[length];
    writeInt(section, 0, length - LENGTH_BYTES);
    int pos = LENGTH_BYTES;
    for (Map.Entry<byte[], byte[]> member : members.entrySet()) {
      byte[] name = member.getKey();
      byte[] json = member.getValue();
      writeInt(section, pos, name.length + json.length + 2);
      pos += LENGTH_BYTES;
      System.arraycopy(name, 0, section, pos, name.length);
      pos += name.length + 1;
      System.arraycopy(json, 0, section, pos, json.length);
      pos += json.length + 1;
    }
    return section;
  }

  private static boolean isSystem(byte[] value, int pair) {
    return value[pair + LENGTH_BYTES] == '_';
  }

  private static String name(byte[] value, int pair) {
    int from = pair + LENGTH_BYTES;
    return new String(value, from, indexOfZero(value, from) - from, StandardCharsets.UTF_8);
  }

  private static int nextPair(byte[] value, int pair) {
    return pair + LENGTH_BYTES + readInt(value, pair);
  }

  private static int indexOfZero(byte[] value, int from) {
    int pos = from;
    while (value[pos] != 0) {
      pos++;
    }
    return pos;
  }

  private static int readInt(byte[] b, int pos) {
    return (b[pos] & 0xff) << 24
        | (b[pos + 1] & 0xff) << 16
        | (b[pos + 2] & 0xff) << 8
        | (b[pos + 3] & 0xff);
  }

  private static void writeInt(byte[] b, int pos, int value) {
    b[pos] = (byte) (value >> 24);
    b[pos + 1] = (byte) (value >> 16);
    b[pos + 2] = (byte) (value >> 8);
    b[pos + 3] = (byte) value;
  }
}
