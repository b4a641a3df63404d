package io.channelindex.embedded.subdoc;

/** The bits of a path's flags. */
final class PathFlag {
  static final int NONE = 0;

  /** Missing objects on the way to the path are created. */
  static final int MKDIR_P = 0x01;

  /** The path begins with the name of an extended attribute. */
  static final int XATTR = 0x04;

  /** The value is a macro. */
  static final int EXPAND_MACROS = 0x10;

  /** The value is bytes that are kept as a string in base64. */
  static final int BINARY = 0x20;

  private PathFlag() {}
}
