package io.channelindex.feed;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.core.deps.io.netty.buffer.ByteBufUtil;
import com.couchbase.client.core.deps.io.netty.buffer.Unpooled;
import com.couchbase.client.dcp.message.DataType;
import com.couchbase.client.dcp.message.MessageUtil;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A mutation, deletion or expiration as it came (kv_engine, docs/BinaryProtocol.md and docs/dcp:
 * mutation, deletion, expiration), of which a {@link Change} is made.
 *
 * <p>The message is copied as a whole and read from there: a buffer checks on each access whether
 * it may still be used, and there is a dozen of them for each change.
 */
final class ChangeMessage {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int OPCODE = 1;

  // Deletions and expirations have these two in the same places, but no expiry.
  private static final int SEQNO = MessageUtil.HEADER_SIZE;
  private static final int REVISION_SEQNO = SEQNO + Long.BYTES;
  private static final int EXPIRY = REVISION_SEQNO + Long.BYTES + Integer.BYTES;

  private final byte[] message;

  private ChangeMessage(byte[] message) {
    this.message = message;
  }

  /** Copies an event that is complete. */
  static ChangeMessage of(ByteBuf event) {
    return new ChangeMessage(ByteBufUtil.getBytes(event));
  }

  /** The seqno of the change, unsigned. */
  long seqno() {
    return (long) LONGS.get(message, SEQNO);
  }

  /**
   * Reads the change. The datatype says whether the value begins with attributes; there is nothing
   * else in it if bodies were not asked for, and nothing at all for a document without attributes.
   *
   * @param keys what stands before the document's key
   * @param acknowledge to be run when it is needed no more
   * @throws IllegalArgumentException if it is none, or its attributes are malformed
   */
  Change change(Keys keys, Runnable acknowledge) {
    Change.Kind kind = kind();
    return new Change(
        kind,
        key(keys),
        (short) SHORTS.get(message, MessageUtil.VBUCKET_OFFSET),
        seqno(),
        (long) LONGS.get(message, MessageUtil.CAS_OFFSET),
        (long) LONGS.get(message, REVISION_SEQNO),
        kind == Change.Kind.MUTATION ? Integer.toUnsignedLong((int) INTS.get(message, EXPIRY)) : 0,
        attributes(),
        acknowledge);
  }

  /** What the keys of a connection's events look like. */
  enum Keys {
    /** The id of the collection, LEB128, then the document's key. */
    WITH_COLLECTION,
    /** The document's key. */
    PLAIN
  }

  private Change.Kind kind() {
    return switch (message[OPCODE]) {
      case MessageUtil.DCP_MUTATION_OPCODE -> Change.Kind.MUTATION;
      case MessageUtil.DCP_DELETION_OPCODE -> Change.Kind.DELETION;
      case MessageUtil.DCP_EXPIRATION_OPCODE -> Change.Kind.EXPIRATION;
      default ->
          throw new IllegalArgumentException(
              "not a change: opcode=" + Byte.toUnsignedInt(message[OPCODE]));
    };
  }

  private String key(Keys keys) {
    int at = keyStart();
    int end = valueStart();
    if (keys == Keys.WITH_COLLECTION) {
      while (message[at++] < 0) {
        // All bytes of the id but its last have their highest bit set.
      }
    }
    return new String(message, at, end - at, StandardCharsets.UTF_8);
  }

  private Map<String, byte[]> attributes() {
    byte datatype = message[MessageUtil.DATA_TYPE_OFFSET];
    if (!DataType.contains(datatype, DataType.XATTR)) {
      return Map.of();
    }
    int start = valueStart();
    if (start < message.length && DataType.contains(datatype, DataType.SNAPPY)) {
      byte[] value = MessageUtil.getContentAsByteArray(Unpooled.wrappedBuffer(message));
      return AttributeSection.parse(value, 0);
    }
    return AttributeSection.parse(message, start);
  }

  private int keyStart() {
    return MessageUtil.HEADER_SIZE + message[MessageUtil.EXTRAS_LENGTH_OFFSET];
  }

  private int valueStart() {
    return keyStart() + (short) SHORTS.get(message, MessageUtil.KEY_LENGTH_OFFSET);
  }
}
