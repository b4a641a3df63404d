package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a request of many paths. Its extras are {@link Extras} alone; its value is a list of:
 *
 * <pre>
 *   lookup:   | u8 opcode | u8 flags | u16 path length | path |
 *   mutation: | u8 opcode | u8 flags | u16 path length | u32 value length | path | value |
 * </pre>
 */
final class MultiPathDecoder {
  private static final int LOOKUP_HEADER = 4;
  private static final int MUTATION_HEADER = 8;

  private final boolean mutation;
  private final long cas;
  private final byte[] extras;
  private final byte[] value;
  private final XattrSupport xattrs;

  private int pos;

  MultiPathDecoder(Opcode opcode, long cas, byte[] extras, byte[] value, XattrSupport xattrs) {
    this.mutation = opcode == Opcode.SUBDOC_MULTI_MUTATION;
    this.cas = cas;
    this.extras = extras;
    this.value = value;
    this.xattrs = xattrs;
  }

  SubdocRequest decode() {
    Extras optional = Extras.decode(extras, 0, mutation);
    int docFlags = optional.docFlags();
    RequestRules.checkDocFlags(docFlags, cas);
    if ((docFlags & DocFlag.REVIVE_DOCUMENT) != 0
        && (docFlags & (DocFlag.ACCESS_DELETED | DocFlag.CREATE_AS_DELETED))
            != DocFlag.ACCESS_DELETED) {
      throw RequestRules.invalid("revive document");
    }
    List<PathSpec> paths = new ArrayList<>();
    while (pos < value.length && paths.size() < SubdocRequest.MAX_PATHS) {
      PathSpec spec = readPath(docFlags);
      checkOrder(paths, spec);
      paths.add(spec);
    }
    if (paths.isEmpty() || pos < value.length) {
      throw RequestRules.refused(Status.SUBDOC_INVALID_COMBO, "number of paths");
    }
    return new SubdocRequest(
        SubdocRequest.Shape.MULTI,
        mutation,
        docFlags,
        optional.expiry(),
        optional.userFlags(),
        paths);
  }

  private PathSpec readPath(int docFlags) {
    int header = mutation ? MUTATION_HEADER : LOOKUP_HEADER;
    if (value.length - pos < header) {
      throw RequestRules.invalid("path truncated");
    }
    int pathLength = (value[pos + 2] & 0xff) << 8 | (value[pos + 3] & 0xff);
    long valueLength = mutation ? readUnsignedInt(pos + LOOKUP_HEADER) : 0;
    if (value.length - pos - header < pathLength + valueLength) {
      throw RequestRules.invalid("path and value truncated");
    }
    PathOperation operation = PathOperation.of(value[pos]);
    if (operation == null || operation.isMutation() != mutation) {
      throw RequestRules.refused(Status.SUBDOC_INVALID_COMBO, "opcode of a path");
    }
    int path = pos + header;
    int end = path + pathLength + (int) valueLength;
    PathSpec spec =
        new PathSpec(
            operation,
            value[pos + 1] & 0xff,
            Arrays.copyOfRange(value, path, path + pathLength),
            Arrays.copyOfRange(value, path + pathLength, end));
    RequestRules.checkPath(spec, docFlags, xattrs);
    RequestRules.checkValue(spec);
    pos = end;
    return spec;
  }

  /** Attributes come first, and what deletes the body is the only operation on it. */
  private static void checkOrder(List<PathSpec> before, PathSpec spec) {
    if (before.isEmpty()) {
      return;
    }
    PathSpec last = before.get(before.size() - 1);
    if (last.operation() == PathOperation.DELETE_DOCUMENT) {
      throw RequestRules.refused(Status.SUBDOC_INVALID_COMBO, "operation after a deletion");
    }
    if (last.isXattr()) {
      return;
    }
    if (spec.isXattr()) {
      throw RequestRules.refused(Status.SUBDOC_INVALID_XATTR_ORDER, "attribute after the body");
    }
    if (spec.operation() == PathOperation.DELETE_DOCUMENT) {
      throw RequestRules.refused(Status.SUBDOC_INVALID_COMBO, "deletion after an operation");
    }
  }

  private long readUnsignedInt(int at) {
    return (value[at] & 0xffL) << 24
        | (value[at + 1] & 0xff) << 16
        | (value[at + 2] & 0xff) << 8
        | (value[at + 3] & 0xff);
  }
}
