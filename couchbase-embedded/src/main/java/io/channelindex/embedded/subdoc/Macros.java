package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Status;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Macros in the values of attributes, for one mutation.
 *
 * <p>CAS and seqno are known before, and expanded at once. The checksum of the body is known when
 * the operations on the body are done: until then a mark stands for it, a JSON string that occurs
 * nowhere else in the attributes or the request.
 *
 * <p>Source: "Macro expansion" in {@code docs/ExtendedAttributes.md}.
 */
final class Macros {
  static final String CAS = "\"${Mutation.CAS}\"";
  static final String SEQNO = "\"${Mutation.seqno}\"";
  static final String VALUE_CRC32C = "\"${Mutation.value_crc32c}\"";

  static final String DOCUMENT_PREFIX = "\"${$document";
  static final String DOCUMENT_SUFFIX = "}\"";

  private static final byte[] NO_CHECKSUM = "\"0x00000000\"".getBytes(StandardCharsets.US_ASCII);

  private final MutationStamp stamp;
  private final SubdocRequest request;
  private final byte[] attributes;
  private final DocumentAttribute document;
  private byte @Nullable [] mark;

  /**
   * @param attributes the attributes before the mutation, as one object
   * @param document the document before the mutation
   */
  Macros(
      MutationStamp stamp, SubdocRequest request, byte[] attributes, DocumentAttribute document) {
    this.stamp = stamp;
    this.request = request;
    this.attributes = attributes;
    this.document = document;
  }

  /**
   * The JSON that a macro stands for.
   *
   * @throws SubdocException SUBDOC_XATTR_UNKNOWN_VATTR_MACRO
   */
  byte[] expand(byte[] macro) {
    String name = new String(macro, StandardCharsets.ISO_8859_1);
    return switch (name) {
      // Clients compare it with the CAS in the byte order of the machine that wrote it.
      case CAS -> ascii(DocumentAttribute.hex(Long.reverseBytes(stamp.cas())));
      case SEQNO -> ascii(DocumentAttribute.hex(stamp.seqno()));
      case VALUE_CRC32C -> mark();
      default -> ascii(expandDocument(name));
    };
  }

  private String expandDocument(String macro) {
    String member =
        macro.substring(DOCUMENT_PREFIX.length(), macro.length() - DOCUMENT_SUFFIX.length());
    String json =
        member.isEmpty()
            ? document.json()
            : member.startsWith(".") ? document.macro(member.substring(1)) : null;
    if (json == null) {
      throw new SubdocException(Status.SUBDOC_XATTR_UNKNOWN_VATTR_MACRO, "macro=" + macro);
    }
    return json;
  }

  private byte[] mark() {
    // A client cannot know the CAS in advance, so that this does not search for long.
    long salt = stamp.cas();
    while (mark == null) {
      byte[] candidate = ascii(String.format("\"#%016x#\"", salt++));
      if (!occurs(candidate)) {
        mark = candidate;
      }
    }
    return mark;
  }

  private boolean occurs(byte[] candidate) {
    return indexOf(attributes, candidate, 0) >= 0
        || request.paths().stream().anyMatch(spec -> indexOf(spec.value(), candidate, 0) >= 0);
  }

  /** The attributes with the checksum of the final body. */
  byte[] withChecksum(byte[] object, byte[] body) {
    return mark == null ? object : replaceMarks(object, ascii(DocumentAttribute.crc32c(body, 0)));
  }

  /** A body that came from an attribute: it cannot hold its own checksum, so it gets zeros. */
  byte[] withoutMarks(byte[] body) {
    return mark == null ? body : replaceMarks(body, NO_CHECKSUM);
  }

  private byte[] replaceMarks(byte[] text, byte[] replacement) {
    byte[] current = mark();
    byte[] result = text;
    int at = indexOf(result, current, 0);
    while (at >= 0) {
      byte[] next = new byte[result.length - current.length + replacement.length];
      System.arraycopy(result, 0, next, 0, at);
      System.arraycopy(replacement, 0, next, at, replacement.length);
      int rest = at + current.length;
      System.arraycopy(result, rest, next, at + replacement.length, result.length - rest);
      result = next;
      at = indexOf(result, current, at + replacement.length);
    }
    return result;
  }

  private static int indexOf(byte[] text, byte[] searched, int from) {
    for (int i = from; i <= text.length - searched.length; i++) {
      if (Arrays.equals(text, i, i + searched.length, searched, 0, searched.length)) {
        return i;
      }
    }
    return -1;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
