package io.channelindex.embedded.protocol;

/** The bits of a frame's datatype byte: how the value is to be read. */
public final class Datatype {
  /** Uninterpreted bytes. */
  public static final int RAW = 0;

  /** The body is a valid JSON document. */
  public static final int JSON = 0x01;

  /** The value is one block of raw snappy. */
  public static final int SNAPPY = 0x02;

  /** The value begins with a section of extended attributes. */
  public static final int XATTR = 0x04;

  private Datatype() {}

  /** Whether {@code datatype} has the JSON bit. */
  public static boolean isJson(int datatype) {
    return (datatype & JSON) != 0;
  }

  /** Whether {@code datatype} has the snappy bit. */
  public static boolean isSnappy(int datatype) {
    return (datatype & SNAPPY) != 0;
  }

  /** Whether {@code datatype} has the extended-attributes bit. */
  public static boolean isXattr(int datatype) {
    return (datatype & XATTR) != 0;
  }
}
