package io.channelindex.embedded.protocol;

import org.jspecify.annotations.Nullable;

/** The opcodes that this node answers; every other one gets {@link Status#UNKNOWN_COMMAND}. */
public enum Opcode {
  GET(0x00),
  SET(0x01),
  ADD(0x02),
  REPLACE(0x03),
  DELETE(0x04),
  INCREMENT(0x05),
  DECREMENT(0x06),
  QUIT(0x07),
  NOOP(0x0a),
  VERSION(0x0b),
  APPEND(0x0e),
  PREPEND(0x0f),
  STAT(0x10),
  TOUCH(0x1c),
  GET_AND_TOUCH(0x1d),
  HELLO(0x1f),
  SASL_LIST_MECHANISMS(0x20),
  SASL_AUTH(0x21),
  SASL_STEP(0x22),
  GET_ALL_VBUCKET_SEQNOS(0x48),
  DCP_OPEN(0x50),
  DCP_ADD_STREAM(0x51),
  DCP_CLOSE_STREAM(0x52),
  DCP_STREAM_REQUEST(0x53),
  DCP_FAILOVER_LOG(0x54),
  DCP_STREAM_END(0x55),
  DCP_SNAPSHOT_MARKER(0x56),
  DCP_MUTATION(0x57),
  DCP_DELETION(0x58),
  DCP_EXPIRATION(0x59),
  DCP_NOOP(0x5c),
  DCP_BUFFER_ACKNOWLEDGEMENT(0x5d),
  DCP_CONTROL(0x5e),
  DCP_SYSTEM_EVENT(0x5f),
  DCP_SEQNO_ADVANCED(0x64),
  GET_REPLICA(0x83),
  LIST_BUCKETS(0x87),
  SELECT_BUCKET(0x89),
  OBSERVE_SEQNO(0x91),
  OBSERVE(0x92),
  GET_AND_LOCK(0x94),
  UNLOCK(0x95),
  GET_FAILOVER_LOG(0x96),
  GET_META(0xa0),
  GET_CLUSTER_CONFIG(0xb5),
  GET_RANDOM_KEY(0xb6),
  COLLECTIONS_GET_MANIFEST(0xba),
  COLLECTIONS_GET_ID(0xbb),
  COLLECTIONS_GET_SCOPE_ID(0xbc),
  SUBDOC_GET(0xc5),
  SUBDOC_EXISTS(0xc6),
  SUBDOC_DICT_ADD(0xc7),
  SUBDOC_DICT_UPSERT(0xc8),
  SUBDOC_DELETE(0xc9),
  SUBDOC_REPLACE(0xca),
  SUBDOC_ARRAY_PUSH_LAST(0xcb),
  SUBDOC_ARRAY_PUSH_FIRST(0xcc),
  SUBDOC_ARRAY_INSERT(0xcd),
  SUBDOC_ARRAY_ADD_UNIQUE(0xce),
  SUBDOC_COUNTER(0xcf),
  SUBDOC_MULTI_LOOKUP(0xd0),
  SUBDOC_MULTI_MUTATION(0xd1),
  SUBDOC_GET_COUNT(0xd2),
  SUBDOC_REPLACE_BODY_WITH_XATTR(0xd3),
  GET_ERROR_MAP(0xfe);

  private static final @Nullable Opcode[] BY_CODE = new Opcode[256];

  static {
    for (Opcode opcode : values()) {
      BY_CODE[opcode.code] = opcode;
    }
  }

  private final int code;

  Opcode(int code) {
    this.code = code;
  }

  /** The u8 on the wire. */
  public int code() {
    return code;
  }

  /** Whether the command works on parts of a document. */
  public boolean isSubdoc() {
    return compareTo(SUBDOC_GET) >= 0 && compareTo(SUBDOC_REPLACE_BODY_WITH_XATTR) <= 0;
  }

  /** Whether a request can say how durable its write is to be; touching then refuses it. */
  public boolean takesDurability() {
    return this == ADD || this == DELETE || this == TOUCH || this == GET_AND_TOUCH || keepsExpiry();
  }

  /** Whether a request can ask for the document's expiry time to stay. */
  public boolean keepsExpiry() {
    return switch (this) {
      case SET, REPLACE, INCREMENT, DECREMENT, APPEND, PREPEND -> true;
      case SUBDOC_GET, SUBDOC_EXISTS, SUBDOC_MULTI_LOOKUP, SUBDOC_GET_COUNT -> false;
      default -> isSubdoc();
    };
  }

  /** The opcode of a u8 on the wire, or null if this node does not know it. */
  public static @Nullable Opcode of(int code) {
    return BY_CODE[code & 0xff];
  }
}
