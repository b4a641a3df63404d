package io.channelindex.embedded.subdoc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.embedded.protocol.Datatype;

/** Stored documents for tests. */
final class Documents {
  static final long CAS = 0x18ea2adc78dd0000L;
  static final MutationStamp STAMP = new MutationStamp(0x18ea2ad85f2b0000L, 9);

  private Documents() {}

  static SubdocSource alive(String attributes, String body) {
    return document(attributes, body, Datatype.JSON, DocumentState.ALIVE);
  }

  static SubdocSource raw(String body) {
    return document("{}", body, Datatype.RAW, DocumentState.ALIVE);
  }

  static SubdocSource tombstone(String attributes) {
    return document(attributes, "", Datatype.RAW, DocumentState.DELETED);
  }

  private static SubdocSource document(
      String attributes, String body, int bodyDatatype, DocumentState state) {
    byte[] section = XattrSection.fromObject(attributes.getBytes(UTF_8));
    int datatype = bodyDatatype | (section.length > 0 ? Datatype.XATTR : 0);
    byte[] value = XattrSection.join(section, body.getBytes(UTF_8));
    return new SubdocSource(value, datatype, 7, 60, CAS, 4, 3, state, 0xe90c5ddf3e6fL);
  }

  /** The attributes of a stored value as one object, and the body behind it. */
  static String describe(MutationEffect effect) {
    boolean xattrs = Datatype.isXattr(effect.datatype());
    byte[] value = effect.value();
    String attributes = xattrs ? new String(XattrSection.toObject(value), UTF_8) : "";
    return attributes + new String(xattrs ? XattrSection.body(value) : value, UTF_8);
  }
}
