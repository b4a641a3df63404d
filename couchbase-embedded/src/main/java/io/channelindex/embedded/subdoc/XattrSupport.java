package io.channelindex.embedded.subdoc;

/** Whether a connection agreed on extended attributes. */
public enum XattrSupport {
  /** Paths into attributes are allowed. */
  ENABLED,
  /** Paths into attributes are refused with NOT_SUPPORTED. */
  DISABLED
}
