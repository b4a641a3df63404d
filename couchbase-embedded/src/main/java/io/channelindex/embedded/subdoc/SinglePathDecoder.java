package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Opcode;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a request of one path.
 *
 * <pre>
 *   extras: | u16 path length | u8 path flags | Extras |
 *   value:  | path | value |
 * </pre>
 */
final class SinglePathDecoder {
  private static final int FIXED_EXTRAS = 3;

  private SinglePathDecoder() {}

  static SubdocRequest decode(
      Opcode opcode, long cas, byte[] extras, byte[] value, XattrSupport xattrs) {
    PathOperation operation = PathOperation.of(opcode.code());
    if (operation == null || operation.isWholeDocument()) {
      throw new IllegalArgumentException("opcode=" + opcode);
    }
    Extras optional = Extras.decode(extras, FIXED_EXTRAS, operation.isMutation());
    int pathLength = (extras[0] & 0xff) << 8 | (extras[1] & 0xff);
    if (pathLength > value.length) {
      throw RequestRules.invalid("path length beyond the value");
    }
    PathSpec spec =
        new PathSpec(
            operation,
            extras[2] & 0xff,
            Arrays.copyOf(value, pathLength),
            Arrays.copyOfRange(value, pathLength, value.length));
    int docFlags = optional.docFlags();
    RequestRules.checkValue(spec);
    RequestRules.checkDocFlags(docFlags, cas);
    if ((docFlags & DocFlag.CREATE_AS_DELETED) != 0
        && (!spec.isXattr() || (docFlags & (DocFlag.MKDOC | DocFlag.ADD)) == 0)) {
      throw RequestRules.invalid("create as deleted");
    }
    RequestRules.checkPath(spec, docFlags, xattrs);
    return new SubdocRequest(
        SubdocRequest.Shape.SINGLE,
        operation.isMutation(),
        docFlags,
        optional.expiry(),
        optional.userFlags(),
        List.of(spec));
  }
}
