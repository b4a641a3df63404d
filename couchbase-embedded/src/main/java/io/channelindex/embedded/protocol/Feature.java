package io.channelindex.embedded.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a connection can agree on in HELLO. A feature that is not listed here is not granted.
 *
 * <p>Source: HELLO in {@code docs/BinaryProtocol.md}.
 */
public enum Feature {
  TCP_NODELAY(0x03),
  MUTATION_SEQNO(0x04),
  XATTR(0x06),
  XERROR(0x07),
  SELECT_BUCKET(0x08),
  SNAPPY(0x0a),
  JSON(0x0b),
  DUPLEX(0x0c),
  CLUSTERMAP_CHANGE_NOTIFICATION(0x0d),
  UNORDERED_EXECUTION(0x0e),
  TRACING(0x0f),
  ALT_REQUEST(0x10),
  SYNC_REPLICATION(0x11),
  COLLECTIONS(0x12),
  SNAPPY_EVERYWHERE(0x13),
  PRESERVE_TTL(0x14),
  VATTR(0x15),
  SUBDOC_CREATE_AS_DELETED(0x17),
  SUBDOC_DOCUMENT_MACRO_SUPPORT(0x18),
  SUBDOC_REPLACE_BODY_WITH_XATTR(0x19),
  SUBDOC_REPLICA_READ(0x1c),
  GET_CLUSTER_CONFIG_WITH_KNOWN_VERSION(0x1d),
  DEDUPE_NOT_MY_VBUCKET_CLUSTERMAP(0x1e),
  CLUSTERMAP_CHANGE_NOTIFICATION_BRIEF(0x1f),
  SUBDOC_ALLOWS_ACCESS_ON_MULTIPLE_XATTR_KEYS(0x20),
  SUBDOC_BINARY_XATTR(0x21);

  private static final @Nullable Feature[] BY_CODE = new Feature[0x40];

  static {
    for (Feature feature : values()) {
      BY_CODE[feature.code] = feature;
    }
  }

  private final int code;

  Feature(int code) {
    this.code = code;
  }

  /** The u16 on the wire. */
  public int code() {
    return code;
  }

  /** The feature of a u16 on the wire, or null if this node does not have it. */
  public static @Nullable Feature of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
