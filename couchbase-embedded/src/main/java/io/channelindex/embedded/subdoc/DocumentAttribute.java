package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Datatype;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The virtual attribute {@code $document}: what the node knows about a document, as JSON. Of a
 * mutation it tells the state before.
 *
 * <p>Source: captures of 7.6.12, and "Virtual XATTRS" in {@code docs/ExtendedAttributes.md}.
 */
final class DocumentAttribute {
  static final String NAME = "$document";

  private static final List<String> MEMBERS =
      List.of(
          "CAS",
          "datatype",
          "deleted",
          "exptime",
          "flags",
          "last_modified",
          "revid",
          "seqno",
          "value_bytes",
          "value_crc32c",
          "vbucket_uuid");

  /** A document that does not exist yet: it has an identity of zeros and counts as deleted. */
  private static final SubdocSource NOTHING =
      new SubdocSource(new byte[0], Datatype.RAW, 0, 0, 0, 0, 0, DocumentState.DELETED, 0);

  private final SubdocSource source;
  private final boolean exists;
  private final byte[] value;
  private final int bodyOffset;

  private DocumentAttribute(SubdocSource source, boolean exists, byte[] value, int bodyOffset) {
    this.source = source;
    this.exists = exists;
    this.value = value;
    this.bodyOffset = bodyOffset;
  }

  /** The attribute of a stored document. */
  static DocumentAttribute of(SubdocSource source) {
    byte[] value = source.value();
    int offset = Datatype.isXattr(source.datatype()) ? XattrSection.bodyOffset(value) : 0;
    return new DocumentAttribute(source, true, value, offset);
  }

  /** The attribute of a document that is about to be created from {@code body}. */
  static DocumentAttribute ofNew(byte[] body) {
    return new DocumentAttribute(NOTHING, false, body, 0);
  }

  /** The attribute's value, a JSON object. */
  String json() {
    StringJoiner members = new StringJoiner(",", "{", "}");
    for (String name : MEMBERS) {
      String member = member(name);
      if (member != null) {
        members.add("\"" + name + "\":" + member);
      }
    }
    return members.toString();
  }

  /** The JSON of one member, or null if there is no such member. */
  @Nullable String member(String name) {
    return switch (name) {
      case "CAS" -> hex(source.cas());
      case "datatype" -> datatypes();
      case "deleted" -> String.valueOf(source.isDeleted());
      case "exptime" -> Integer.toUnsignedString(source.expiry());
      case "flags" -> Integer.toUnsignedString(source.flags());
      case "last_modified" -> exists ? "\"" + lastModified() + "\"" : null;
      case "revid" -> "\"" + Long.toUnsignedString(source.revision()) + "\"";
      case "seqno" -> hex(source.seqno());
      case "value_bytes" -> String.valueOf(value.length - bodyOffset);
      case "value_crc32c" -> crc32c(value, bodyOffset);
      case "vbucket_uuid" -> hex(source.vbucketUuid());
      default -> null;
    };
  }

  /**
   * What a macro for one member stands for, or null if there is no such member. The real server
   * gives the time of the last modification as a number here and as a string in the attribute.
   */
  @Nullable String macro(String member) {
    return member.equals("last_modified") && exists ? lastModified() : member(member);
  }

  /** The seconds in a CAS, which is a time in nanoseconds. */
  private String lastModified() {
    return Long.toString(source.cas() / 1_000_000_000L);
  }

  private String datatypes() {
    int datatype = source.datatype();
    StringJoiner names = new StringJoiner("\",\"", "[\"", "\"]").setEmptyValue("[\"raw\"]");
    if (Datatype.isJson(datatype)) {
      names.add("json");
    }
    if (Datatype.isXattr(datatype)) {
      names.add("xattr");
    }
    return names.toString();
  }

  /** The attribute as the member of an object, for a search by path. */
  byte[] document() {
    return ("{\"" + NAME + "\":" + json() + "}").getBytes(StandardCharsets.UTF_8);
  }

  /** A JSON string of 16 hexadecimal digits. */
  static String hex(long number) {
    return String.format("\"0x%016x\"", number);
  }

  /** The checksum of a body as a JSON string of 8 hexadecimal digits. */
  static String crc32c(byte[] value, int bodyOffset) {
    CRC32C crc = new CRC32C();
    crc.update(value, bodyOffset, value.length - bodyOffset);
    return String.format("\"0x%08x\"", crc.getValue());
  }
}
