package io.channelindex.embedded.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A change of the collections manifest, as it appears in the history of every vbucket. Source:
 * {@code docs/dcp/documentation/commands/system_event.md}.
 */
public final class SystemEvent extends Item {
  /** What happened; the code is the event id on the wire. */
  public enum Type {
    CREATE_COLLECTION(0),
    DROP_COLLECTION(1),
    CREATE_SCOPE(3),
    DROP_SCOPE(4);

    private final int code;

    Type(int code) {
      this.code = code;
    }

    public int code() {
      return code;
    }

    private boolean isOfCollection() {
      return this == CREATE_COLLECTION || this == DROP_COLLECTION;
    }
  }

  private final Type type;
  private final int version;
  private final int scope;

  private SystemEvent(
      Type type,
      int version,
      int scope,
      int collection,
      String name,
      byte[] payload,
      long cas,
      long seqno) {
    super(
        Kind.SYSTEM_EVENT,
        collection,
        name.getBytes(StandardCharsets.UTF_8),
        0,
        payload,
        0,
        0,
        0,
        cas,
        seqno,
        1);
    this.type = type;
    this.version = version;
    this.scope = scope;
  }

  private SystemEvent(SystemEvent other) {
    super(
        Kind.SYSTEM_EVENT,
        other.collection(),
        other.key(),
        0,
        other.value(),
        0,
        0,
        0,
        other.cas(),
        other.seqno(),
        1);
    this.type = other.type;
    this.version = other.version;
    this.scope = other.scope;
  }

  static SystemEvent of(ManifestChange change, long cas, long seqno) {
    boolean ofCollection = change.type().isOfCollection();
    boolean withTtl = change.type() == Type.CREATE_COLLECTION && change.maxTtlSeconds() > 0;
    ByteBuffer payload =
        ByteBuffer.allocate(
            Long.BYTES + Integer.BYTES * (1 + (ofCollection ? 1 : 0) + (withTtl ? 1 : 0)));
    payload.putLong(change.manifestUid()).putInt(change.scope());
    if (ofCollection) {
      payload.putInt(change.collection());
    }
    if (withTtl) {
      payload.putInt(change.maxTtlSeconds());
    }
    return new SystemEvent(
        change.type(),
        withTtl ? 1 : 0,
        change.scope(),
        change.collection(),
        change.name(),
        payload.array(),
        cas,
        seqno);
  }

  /** The same event for another copy of the vbucket. */
  SystemEvent copy() {
    return new SystemEvent(this);
  }

  /** Whether this event makes {@code earlier} one irrelevant: it drops what that one created. */
  boolean undoes(SystemEvent earlier) {
    return switch (type) {
      case DROP_COLLECTION ->
          earlier.type == Type.CREATE_COLLECTION && earlier.collection() == collection();
      case DROP_SCOPE -> earlier.type == Type.CREATE_SCOPE && earlier.scope == scope;
      case CREATE_COLLECTION, CREATE_SCOPE -> false;
    };
  }

  public Type type() {
    return type;
  }

  /** Whether a collection was changed, and not a scope. */
  boolean isOfCollection() {
    return type.isOfCollection();
  }

  /** The manifest's uid after the change. */
  long manifestUid() {
    return ByteBuffer.wrap(value()).getLong();
  }

  /** Layout of {@link #value()}: 1 when it carries a maximum expiry time, else 0. */
  public int version() {
    return version;
  }

  /** Id of the scope that was changed, or that the changed collection is in. */
  public int scope() {
    return scope;
  }
}
