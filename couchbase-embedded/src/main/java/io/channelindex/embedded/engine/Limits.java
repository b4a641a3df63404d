package io.channelindex.embedded.engine;

/** The sizes that the node refuses to go beyond. Source: {@code docs/DocumentSizeLimits.md}. */
public final class Limits {
  /** Bytes of a key in the default collection. */
  public static final int KEY_IN_DEFAULT_COLLECTION = 250;

  /** Bytes of a key in any other collection. */
  public static final int KEY_IN_COLLECTION = 246;

  /** Bytes of a document's body. */
  public static final int BODY = 20 * 1024 * 1024;

  /** Bytes of a document's extended attributes, on top of the body. */
  public static final int XATTRS = 1024 * 1024;

  /** Bytes of a frame's body; a longer frame ends the connection. */
  public static final int FRAME_BODY = 30 * 1024 * 1024;

  private Limits() {}
}
