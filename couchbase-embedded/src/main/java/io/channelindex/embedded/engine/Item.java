package io.channelindex.embedded.engine;

import io.channelindex.embedded.protocol.Datatype;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One version of a document, its tombstone, or a system event: what a seqno of a vbucket stands
 * for.
 *
 * <p>Immutable but for the field that chains it into its vbucket's table, which only the vbucket
 * touches, under its lock. Arrays handed out are the stored ones: callers read them only. About 72
 * bytes beside key and value.
 */
public sealed class Item permits SystemEvent {
  /** What a version is. */
  public enum Kind {
    /** A document that can be read. */
    DOCUMENT,
    /** A tombstone that a client's delete left. */
    DELETION,
    /** A tombstone that the expiry time left. */
    EXPIRATION,
    /** A scope or collection was created or dropped: always a {@link SystemEvent}. */
    SYSTEM_EVENT
  }

  /**
   * What an item costs beside key and value: itself, the headers of its arrays, its slots in table
   * and log.
   */
  static final int OVERHEAD_BYTES = 128;

  private static final byte[] NO_BYTES = new byte[0];

  private final byte[] key;
  private final byte[] value;
  private final long cas;
  private final long seqno;
  private final long revision;
  private final int collection;
  private final int hash;
  private final int flags;
  private final int expiry;
  private final byte datatype;
  private final Kind kind;

  /** Next item of the same slot of the {@link ItemTable}. */
  @Nullable Item next;

  /** Waits for its commit, and is not part of the history. */
  private boolean prepared;

  /** No longer the newest version, but kept in the log by {@link History}. */
  boolean superseded;

  Item(
      Kind kind,
      int collection,
      byte[] key,
      int hash,
      byte[] value,
      int datatype,
      int flags,
      int expiry,
      long cas,
      long seqno,
      long revision) {
    this.kind = kind;
    this.collection = collection;
    this.key = key;
    this.hash = hash;
    this.value = value;
    this.datatype = (byte) datatype;
    this.flags = flags;
    this.expiry = expiry;
    this.cas = cas;
    this.seqno = seqno;
    this.revision = revision;
  }

  /**
   * A write that waits for its commit; its seqno is the one that it would have if it were committed
   * next.
   */
  Item prepared() {
    Item copy = at(seqno, revision);
    copy.prepared = true;
    return copy;
  }

  /** The same version at another place of the history. */
  Item at(long newSeqno, long newRevision) {
    return new Item(
        kind, collection, key, hash, value, datatype, flags, expiry, cas, newSeqno, newRevision);
  }

  static byte[] noBytes() {
    return NO_BYTES;
  }

  public final Kind kind() {
    return kind;
  }

  /** Whether this is a durable write that waits for its commit. */
  public final boolean isPrepared() {
    return prepared;
  }

  /** Whether this version is a tombstone. */
  public final boolean isDeleted() {
    return kind == Kind.DELETION || kind == Kind.EXPIRATION;
  }

  /** The collection's id; 0 is the default collection. */
  public final int collection() {
    return collection;
  }

  /** The key without its collection. */
  public final byte[] key() {
    return key;
  }

  final int hash() {
    return hash;
  }

  /**
   * The stored bytes: attribute section (if {@link Datatype#XATTR}) and body, or a snappy block.
   */
  public final byte[] value() {
    return value;
  }

  /** Bits of {@link Datatype}. */
  public final int datatype() {
    return datatype;
  }

  public final int flags() {
    return flags;
  }

  /**
   * Unix time in seconds, unsigned: when a document expires (0: never); when a tombstone was made.
   */
  public final int expiry() {
    return expiry;
  }

  public final long cas() {
    return cas;
  }

  /** Position in the vbucket's history, from 1. */
  public final long seqno() {
    return seqno;
  }

  /** How often the document was written, over tombstones. */
  public final long revision() {
    return revision;
  }

  /** Bytes of key and value, the part of an item that a reader's budget counts. */
  public final int payloadBytes() {
    return key.length + value.length;
  }

  /** Bytes that this version takes of the bucket's memory. */
  final int memoryBytes() {
    return OVERHEAD_BYTES + payloadBytes();
  }

  final boolean hasKey(Key other) {
    return hash == other.hash()
        && collection == other.collection()
        && Arrays.equals(key, 0, key.length, other.bytes(), other.offset(), other.end());
  }

  final boolean hasKeyOf(Item other) {
    return hash == other.hash && collection == other.collection && Arrays.equals(key, other.key);
  }

  @Override
  public String toString() {
    return "Item[kind="
        + kind
        + ", collection="
        + collection
        + ", key="
        + new String(key, StandardCharsets.UTF_8)
        + ", seqno="
        + seqno
        + ", cas="
        + Long.toUnsignedString(cas)
        + ", valueLength="
        + value.length
        + "]";
  }
}
