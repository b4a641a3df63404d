package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Opcode;
import java.util.List;
import java.util.OptionalInt;

/**
 * A sub-document request that is well-formed: everything that can be refused without the document
 * has been. Immutable, as long as nobody changes the arrays that it was decoded from.
 */
public final class SubdocRequest {
  /** Most paths of one request. */
  public static final int MAX_PATHS = 16;

  /** Most bytes of one path. */
  public static final int MAX_PATH_LENGTH = 1024;

  /** Whether a request has one path by nature or a list of them: the answers differ. */
  enum Shape {
    SINGLE,
    MULTI
  }

  private final Shape shape;
  private final boolean mutation;
  private final int docFlags;
  private final int expiry;
  private final OptionalInt userFlags;
  private final List<PathSpec> paths;

  SubdocRequest(
      Shape shape,
      boolean mutation,
      int docFlags,
      int expiry,
      OptionalInt userFlags,
      List<PathSpec> paths) {
    this.shape = shape;
    this.mutation = mutation;
    this.docFlags = docFlags;
    this.expiry = expiry;
    this.userFlags = userFlags;
    this.paths = List.copyOf(paths);
  }

  /**
   * Reads a request.
   *
   * @param opcode one of {@code SUBDOC_*}
   * @param cas of the request; 0 is none
   * @param extras of the request, in full
   * @param value of the request, in full and not compressed
   * @throws SubdocException with EINVAL, NOT_SUPPORTED, XATTR_EINVAL or one of the SUBDOC statuses
   *     for the request as a whole; nothing else whatever the bytes are
   * @throws IllegalArgumentException if the opcode is not a sub-document one
   */
  public static SubdocRequest decode(
      Opcode opcode, long cas, byte[] extras, byte[] value, XattrSupport xattrs) {
    return switch (opcode) {
      case SUBDOC_MULTI_LOOKUP, SUBDOC_MULTI_MUTATION ->
          new MultiPathDecoder(opcode, cas, extras, value, xattrs).decode();
      default -> SinglePathDecoder.decode(opcode, cas, extras, value, xattrs);
    };
  }

  /** Whether the request changes the document. */
  public boolean isMutation() {
    return mutation;
  }

  /** Whether the lookup is for a replica vbucket. */
  public boolean isReplicaRead() {
    return has(DocFlag.REPLICA_READ);
  }

  /** The expiry as on the wire; 0, also if the request has none, is no expiry. */
  public int expiry() {
    return expiry;
  }

  /** The document's new flags, if the request changes them. */
  public OptionalInt userFlags() {
    return userFlags;
  }

  boolean isSingle() {
    return shape == Shape.SINGLE;
  }

  boolean has(int docFlag) {
    return (docFlags & docFlag) != 0;
  }

  /** Whether a missing document is created. */
  boolean createsDocument() {
    return has(DocFlag.MKDOC | DocFlag.ADD);
  }

  /** Paths into attributes first. */
  List<PathSpec> paths() {
    return paths;
  }

  /** Whether the document is deleted when everything else is done. */
  boolean deletesDocument() {
    return paths.get(paths.size() - 1).operation() == PathOperation.DELETE_DOCUMENT;
  }
}
