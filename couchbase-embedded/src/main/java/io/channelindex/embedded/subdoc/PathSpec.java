package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.json.MissingParents;
import java.nio.charset.StandardCharsets;

/**
 * One path of a request: what to do there.
 *
 * @param flags bits of {@link PathFlag}
 * @param path with the name of the attribute in front if it is one of an attribute
 * @param value empty if the operation takes none
 */
// Bytes on their way through, handed over and never compared.
@SuppressWarnings("ArrayRecordComponent")
record PathSpec(PathOperation operation, int flags, byte[] path, byte[] value) {
  boolean isXattr() {
    return (flags & PathFlag.XATTR) != 0;
  }

  boolean expandsMacro() {
    return (flags & PathFlag.EXPAND_MACROS) != 0;
  }

  boolean isBinary() {
    return (flags & PathFlag.BINARY) != 0;
  }

  MissingParents missingParents() {
    return (flags & PathFlag.MKDIR_P) != 0 ? MissingParents.CREATE : MissingParents.REFUSE;
  }

  /** Whether the path is that of a virtual attribute. */
  boolean isVirtual() {
    return isXattr() && path[0] == '$';
  }

  /** The name of the attribute. */
  String attribute() {
    return new String(path, 0, XattrName.lengthIn(path), StandardCharsets.UTF_8);
  }
}
