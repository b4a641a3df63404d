package io.channelindex.embedded.subdoc;

import static io.channelindex.embedded.subdoc.DocFlag.ACCESS_DELETED;
import static io.channelindex.embedded.subdoc.DocFlag.ADD;
import static io.channelindex.embedded.subdoc.DocFlag.CREATE_AS_DELETED;
import static io.channelindex.embedded.subdoc.DocFlag.MKDOC;
import static io.channelindex.embedded.subdoc.DocFlag.REPLICA_READ;
import static io.channelindex.embedded.subdoc.DocFlag.REVIVE_DOCUMENT;
import static io.channelindex.embedded.subdoc.PathFlag.BINARY;
import static io.channelindex.embedded.subdoc.PathFlag.EXPAND_MACROS;
import static io.channelindex.embedded.subdoc.PathFlag.MKDIR_P;
import static io.channelindex.embedded.subdoc.PathFlag.NONE;
import static io.channelindex.embedded.subdoc.PathFlag.XATTR;

import io.channelindex.embedded.protocol.Opcode;
import org.jspecify.annotations.Nullable;

/** What can be done to one path, and what a request for it may and must carry. */
enum PathOperation {
  GET_DOCUMENT(Opcode.GET, Kind.LOOKUP, NONE, Flags.LOOKUP),
  SET_DOCUMENT(Opcode.SET, Kind.MUTATION, NONE, MKDOC | ADD),
  DELETE_DOCUMENT(Opcode.DELETE, Kind.MUTATION, NONE, Flags.TOMBSTONE),
  GET(Opcode.SUBDOC_GET, Kind.LOOKUP, XATTR | BINARY, Flags.LOOKUP),
  EXISTS(Opcode.SUBDOC_EXISTS, Kind.LOOKUP, XATTR, Flags.LOOKUP),
  GET_COUNT(Opcode.SUBDOC_GET_COUNT, Kind.LOOKUP, XATTR, Flags.LOOKUP),
  DICT_ADD(
      Opcode.SUBDOC_DICT_ADD,
      Kind.MUTATION,
      MKDIR_P | XATTR | EXPAND_MACROS | BINARY,
      Flags.CREATION),
  DICT_UPSERT(
      Opcode.SUBDOC_DICT_UPSERT,
      Kind.MUTATION,
      MKDIR_P | XATTR | EXPAND_MACROS | BINARY,
      Flags.CREATION),
  DELETE(Opcode.SUBDOC_DELETE, Kind.MUTATION, XATTR, Flags.TOMBSTONE),
  REPLACE(
      Opcode.SUBDOC_REPLACE, Kind.MUTATION, XATTR | EXPAND_MACROS | BINARY, Flags.TOMBSTONE | ADD),
  ARRAY_PUSH_LAST(
      Opcode.SUBDOC_ARRAY_PUSH_LAST,
      Kind.MUTATION,
      MKDIR_P | XATTR | EXPAND_MACROS,
      Flags.CREATION),
  ARRAY_PUSH_FIRST(
      Opcode.SUBDOC_ARRAY_PUSH_FIRST,
      Kind.MUTATION,
      MKDIR_P | XATTR | EXPAND_MACROS,
      Flags.CREATION),
  ARRAY_INSERT(
      Opcode.SUBDOC_ARRAY_INSERT, Kind.MUTATION, XATTR | EXPAND_MACROS, Flags.CREATION & ~MKDOC),
  ARRAY_ADD_UNIQUE(Opcode.SUBDOC_ARRAY_ADD_UNIQUE, Kind.MUTATION, MKDIR_P | XATTR, Flags.CREATION),
  COUNTER(Opcode.SUBDOC_COUNTER, Kind.MUTATION, MKDIR_P | XATTR, Flags.CREATION),
  REPLACE_BODY_WITH_XATTR(
      Opcode.SUBDOC_REPLACE_BODY_WITH_XATTR, Kind.MUTATION, XATTR | BINARY, Flags.TOMBSTONE);

  private enum Kind {
    LOOKUP,
    MUTATION
  }

  private static final class Flags {
    static final int TOMBSTONE = ACCESS_DELETED | REVIVE_DOCUMENT;
    static final int LOOKUP = TOMBSTONE | REPLICA_READ;
    static final int CREATION = TOMBSTONE | MKDOC | ADD | CREATE_AS_DELETED;
  }

  private static final @Nullable PathOperation[] BY_CODE = new PathOperation[256];

  static {
    for (PathOperation operation : values()) {
      BY_CODE[operation.opcode.code()] = operation;
    }
  }

  private final Opcode opcode;
  private final Kind kind;
  private final int pathFlags;
  private final int docFlags;

  PathOperation(Opcode opcode, Kind kind, int pathFlags, int docFlags) {
    this.opcode = opcode;
    this.kind = kind;
    this.pathFlags = pathFlags;
    this.docFlags = docFlags;
  }

  /** The operation of a u8 on the wire, or null if it is not one on a path. */
  static @Nullable PathOperation of(int code) {
    return BY_CODE[code & 0xff];
  }

  boolean isMutation() {
    return kind == Kind.MUTATION;
  }

  /** Whether the operation is on the body as a whole: it has no path. */
  boolean isWholeDocument() {
    return this == GET_DOCUMENT || this == SET_DOCUMENT || this == DELETE_DOCUMENT;
  }

  boolean allowsPathFlags(int flags) {
    return (flags & ~pathFlags) == 0;
  }

  boolean allowsDocFlags(int flags) {
    return (flags & ~docFlags) == 0;
  }

  /** Whether the path must be one of an extended attribute. */
  boolean requiresXattr() {
    return this == REPLACE_BODY_WITH_XATTR;
  }

  /** Whether the request carries a value; if not, it must not. */
  boolean hasRequestValue() {
    return isMutation()
        && this != DELETE_DOCUMENT
        && this != DELETE
        && this != REPLACE_BODY_WITH_XATTR;
  }

  /** Whether a successful answer carries a value. */
  boolean hasResponseValue() {
    return this == GET_DOCUMENT || this == GET || this == GET_COUNT || this == COUNTER;
  }

  boolean allowsEmptyPath() {
    return isWholeDocument() || this == GET_COUNT || isArrayPush();
  }

  /** Whether the path is that of an array rather than that of one of its elements. */
  boolean isArrayPush() {
    return this == ARRAY_PUSH_LAST || this == ARRAY_PUSH_FIRST || this == ARRAY_ADD_UNIQUE;
  }
}
