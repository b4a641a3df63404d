package io.channelindex.embedded.subdoc;

/**
 * The rules for names of extended attributes: 1 to 15 bytes, not beginning with punctuation or a
 * control character except for {@code _} (system attributes) and {@code $} (virtual ones), which
 * need at least one byte more.
 *
 * <p>Source: "XATTR Features" in {@code docs/ExtendedAttributes.md}.
 */
final class XattrName {
  static final int MAX_LENGTH = 15;

  /** The result of {@link #lengthIn} where there is no valid name. */
  static final int INVALID = -1;

  private XattrName() {}

  /**
   * The length of the name that a path begins with: up to the first dot or bracket, which a name
   * cannot contain.
   *
   * @return the length, or {@link #INVALID}; also if the path has a zero byte or ill-formed UTF-8
   */
  static int lengthIn(byte[] path) {
    int length = path.length;
    for (int i = path.length - 1; i >= 0; i--) {
      if (path[i] == '.' || path[i] == '[') {
        length = i;
      }
    }
    return isUtf8WithoutZero(path) && isName(path, 0, length) ? length : INVALID;
  }

  /** Whether a range of well-formed UTF-8 is a name; it may be a virtual one. */
  static boolean isName(byte[] bytes, int offset, int length) {
    if (length == 0 || length > MAX_LENGTH) {
      return false;
    }
    byte first = bytes[offset];
    if (first == '_' || first == '$') {
      return length > 1;
    }
    return first < 0 || Character.isLetterOrDigit(first) || first == ' ';
  }

  private static boolean isUtf8WithoutZero(byte[] path) {
    int pos = 0;
    while (pos < path.length) {
      byte lead = path[pos++];
      if (lead == 0) {
        return false;
      }
      int following = following(lead);
      if (following < 0 || path.length - pos < following) {
        return false;
      }
      for (; following > 0; following--) {
        if ((path[pos++] & 0xc0) != 0x80) {
          return false;
        }
      }
    }
    return true;
  }

  private static int following(byte lead) {
    if (lead >= 0) {
      return 0;
    }
    int bits = lead & 0xff;
    return bits >= 0xc0 && bits < 0xe0
        ? 1
        : bits >= 0xe0 && bits < 0xf0 ? 2 : bits >= 0xf0 && bits < 0xf8 ? 3 : -1;
  }
}
