package io.channelindex.embedded.connection;

import io.channelindex.embedded.engine.Durability;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.protocol.FrameHeader;
import io.channelindex.embedded.protocol.Leb128;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * A view of the request frame that is being answered: offsets into the connection's read buffer, no
 * copies. One per connection, moved from frame to frame; not valid after the command returned.
 */
final class Request {
  /** Frame infos that a client can put before the extras, as numbered in the protocol. */
  private static final int BARRIER = 0;

  private static final int DURABILITY = 1;
  private static final int DCP_STREAM_ID = 2;
  private static final int OPEN_TRACING_CONTEXT = 3;
  private static final int IMPERSONATE = 4;
  private static final int PRESERVE_TTL = 5;

  private static final int NIBBLE_ESCAPE = 15;

  private static final int LEVEL_MAJORITY = 1;
  private static final int LEVEL_PERSIST_TO_MAJORITY = 3;

  /** How long a durable write waits if its request does not say; as on the real server. */
  private static final int DEFAULT_TIMEOUT_MILLIS = 30_000;

  /** Stands for "never", which clients may not ask for. */
  private static final int INFINITE_TIMEOUT_MILLIS = 0xffff;

  private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
  private int start;
  private boolean flexible;
  private int framingLength;
  private int extrasLength;
  private int keyLength;
  private int bodyLength;
  private Durability.Level durabilityLevel = Durability.Level.NONE;
  private int durabilityTimeoutMillis;
  private int streamId;
  private boolean preservesExpiry;
  private boolean barrier;

  /**
   * Moves to the frame at {@code start}, which is complete.
   *
   * @return whether the lengths in its header fit into its body
   */
  boolean moveTo(ByteBuf buffer, int start) {
    this.buffer = buffer;
    this.start = start;
    flexible = buffer.getByte(start) == FrameHeader.MAGIC_FLEXIBLE_REQUEST;
    if (flexible) {
      framingLength = buffer.getUnsignedByte(start + FrameHeader.FLEXIBLE_FRAMING_LENGTH);
      keyLength = buffer.getUnsignedByte(start + FrameHeader.FLEXIBLE_KEY_LENGTH);
    } else {
      framingLength = 0;
      keyLength = buffer.getUnsignedShort(start + FrameHeader.KEY_LENGTH);
    }
    extrasLength = buffer.getUnsignedByte(start + FrameHeader.EXTRAS_LENGTH);
    bodyLength = buffer.getInt(start + FrameHeader.BODY_LENGTH);
    durabilityLevel = Durability.Level.NONE;
    streamId = 0;
    preservesExpiry = false;
    barrier = false;
    return framingLength + extrasLength + keyLength <= bodyLength;
  }

  /**
   * Reads the frame infos.
   *
   * @throws StatusException if one is unknown or malformed, or not for requests with {@code opcode}
   */
  void readFrameInfos(Opcode opcode) {
    int position = start + FrameHeader.LENGTH;
    int end = position + framingLength;
    while (position < end) {
      int head = buffer.getUnsignedByte(position++);
      int id = head >> 4;
      int length = head & 0xf;
      if (id == NIBBLE_ESCAPE) {
        id += position < end ? buffer.getUnsignedByte(position++) : 0;
      }
      if (length == NIBBLE_ESCAPE) {
        length += position < end ? buffer.getUnsignedByte(position++) : 0;
      }
      if (position + length > end) {
        throw StatusException.of(Status.EINVAL);
      }
      readFrameInfo(opcode, id, position, length);
      position += length;
    }
  }

  private void readFrameInfo(Opcode opcode, int id, int position, int length) {
    switch (id) {
      case DURABILITY -> {
        require(length == 1 || length == 3, Status.EINVAL);
        readDurability(position, length);
        require(opcode.takesDurability(), Status.EINVAL);
      }
      case PRESERVE_TTL -> {
        require(length == 0, Status.EINVAL);
        require(opcode.keepsExpiry(), Status.NOT_SUPPORTED);
        preservesExpiry = true;
      }
      case DCP_STREAM_ID -> {
        require(length == Short.BYTES, Status.EINVAL);
        streamId = buffer.getUnsignedShort(position);
      }
      // Requests of a connection are answered in order, unless one is delayed on purpose.
      case BARRIER -> {
        require(length == 0, Status.EINVAL);
        barrier = true;
      }
      // A tracing context is for the server's own traces.
      case OPEN_TRACING_CONTEXT -> {}
      case IMPERSONATE -> throw StatusException.of(Status.NOT_SUPPORTED);
      default -> throw StatusException.of(Status.UNKNOWN_FRAME_INFO);
    }
  }

  private void readDurability(int position, int length) {
    int level = buffer.getUnsignedByte(position);
    int timeout =
        length == 1 ? DEFAULT_TIMEOUT_MILLIS : buffer.getUnsignedShort(position + Byte.BYTES);
    // The real server reports a timeout that is not allowed with the same status.
    require(
        level >= LEVEL_MAJORITY
            && level <= LEVEL_PERSIST_TO_MAJORITY
            && timeout != 0
            && timeout != INFINITE_TIMEOUT_MILLIS,
        Status.DURABILITY_INVALID_LEVEL);
    durabilityLevel =
        switch (level) {
          case LEVEL_MAJORITY -> Durability.Level.MAJORITY;
          case LEVEL_PERSIST_TO_MAJORITY -> Durability.Level.PERSIST_TO_MAJORITY;
          default -> Durability.Level.MAJORITY_AND_PERSIST_ACTIVE;
        };
    durabilityTimeoutMillis = timeout;
  }

  private static void require(boolean condition, Status status) {
    if (!condition) {
      throw StatusException.of(status);
    }
  }

  int opcode() {
    return buffer.getUnsignedByte(start + FrameHeader.OPCODE);
  }

  int datatype() {
    return buffer.getUnsignedByte(start + FrameHeader.DATATYPE);
  }

  int vbucket() {
    return buffer.getUnsignedShort(start + FrameHeader.VBUCKET);
  }

  int opaque() {
    return buffer.getInt(start + FrameHeader.OPAQUE);
  }

  long cas() {
    return buffer.getLong(start + FrameHeader.CAS);
  }

  Durability.Level durabilityLevel() {
    return durabilityLevel;
  }

  /** How long a durable write may wait for its commit. */
  int durabilityTimeoutMillis() {
    return durabilityTimeoutMillis;
  }

  /** The DCP stream that the request is about, 0 if it does not say. */
  int streamId() {
    return streamId;
  }

  boolean preservesExpiry() {
    return preservesExpiry;
  }

  /** Whether its frame infos, which are read here, forbid to execute it before or after others. */
  boolean isOrdered() {
    Opcode known = Opcode.of(opcode());
    if (!hasFrameInfos() || known == null) {
      return hasFrameInfos();
    }
    try {
      readFrameInfos(known);
      return barrier;
    } catch (StatusException refused) {
      return true;
    }
  }

  boolean hasFrameInfos() {
    return framingLength > 0;
  }

  int extrasLength() {
    return extrasLength;
  }

  int keyLength() {
    return keyLength;
  }

  int valueLength() {
    return bodyLength - framingLength - extrasLength - keyLength;
  }

  private int extrasStart() {
    return start + FrameHeader.LENGTH + framingLength;
  }

  private int keyStart() {
    return extrasStart() + extrasLength;
  }

  private int valueStart() {
    return keyStart() + keyLength;
  }

  int extrasByte(int offset) {
    return buffer.getUnsignedByte(extrasStart() + offset);
  }

  int extrasInt(int offset) {
    return buffer.getInt(extrasStart() + offset);
  }

  long extrasLong(int offset) {
    return buffer.getLong(extrasStart() + offset);
  }

  byte[] extras() {
    return copy(extrasStart(), extrasLength);
  }

  byte[] value() {
    return copy(valueStart(), valueLength());
  }

  String keyText() {
    return buffer.toString(keyStart(), keyLength, StandardCharsets.UTF_8);
  }

  String valueText() {
    return buffer.toString(valueStart(), valueLength(), StandardCharsets.UTF_8);
  }

  int valueUnsignedShort(int offset) {
    return buffer.getUnsignedShort(valueStart() + offset);
  }

  long valueLong(int offset) {
    return buffer.getLong(valueStart() + offset);
  }

  /** Reads the key as it is on a connection that knows of no collections. */
  void readKey(Key key) {
    copyKey(key, 0, 0);
  }

  /**
   * Reads a key with its collection in front.
   *
   * @throws StatusException {@link Status#EINVAL} if the collection id is malformed
   */
  void readCollectionKey(Key key) {
    long collection = Leb128.decode(buffer, keyStart(), keyStart() + keyLength);
    if (collection == Leb128.MALFORMED) {
      throw StatusException.of(Status.EINVAL);
    }
    copyKey(key, (int) collection, Leb128.length((int) collection));
  }

  private void copyKey(Key key, int collection, int prefix) {
    int length = keyLength - prefix;
    buffer.getBytes(keyStart() + prefix, key.buffer(length), 0, length);
    key.set(collection, 0, length);
  }

  private byte[] copy(int position, int length) {
    byte[] bytes = new byte[length];
    buffer.getBytes(position, bytes);
    return bytes;
  }
}
