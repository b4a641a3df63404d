package io.channelindex.embedded.subdoc;

import java.util.OptionalInt;

/**
 * The optional part of a request's extras; its length tells what is there.
 *
 * <pre>
 *   bytes | expiry (4) | user flags (4) | document flags (1)
 *   0     |            |                |
 *   1     |            |                | yes
 *   4     | yes        |                |
 *   5     | yes        |                | yes
 *   8     | yes        | yes            |
 *   9     | yes        | yes            | yes
 * </pre>
 *
 * A lookup has at most the document flags.
 */
record Extras(int expiry, OptionalInt userFlags, int docFlags) {

  /**
   * Reads what begins at {@code offset}.
   *
   * @throws SubdocException EINVAL
   */
  static Extras decode(byte[] extras, int offset, boolean mutation) {
    int length = extras.length - offset;
    boolean known = length >= 0 && (mutation ? length <= 9 && length % 4 < 2 : length < 2);
    if (!known) {
      throw RequestRules.invalid("extras length");
    }
    int expiry = length >= 4 ? readInt(extras, offset) : 0;
    OptionalInt userFlags =
        length >= 8 ? OptionalInt.of(readInt(extras, offset + 4)) : OptionalInt.empty();
    int docFlags = length % 4 == 1 ? extras[extras.length - 1] & 0xff : 0;
    return new Extras(expiry, userFlags, docFlags);
  }

  private static int readInt(byte[] b, int pos) {
    return (b[pos] & 0xff) << 24
        | (b[pos + 1] & 0xff) << 16
        | (b[pos + 2] & 0xff) << 8
        | (b[pos + 3] & 0xff);
  }
}
