package io.channelindex.embedded.connection;

import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.protocol.FrameHeader;
import io.channelindex.embedded.protocol.Leb128;
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

  private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
  private int start;
  private boolean flexible;
  private int framingLength;
  private int extrasLength;
  private int keyLength;
  private int bodyLength;
  private int durabilityLevel;
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
    durabilityLevel = 0;
    preservesExpiry = false;
    barrier = false;
    return framingLength + extrasLength + keyLength <= bodyLength;
  }

  /**
   * Reads the frame infos.
   *
   * @throws StatusException if one is unknown or malformed
   */
  void readFrameInfos() {
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
      readFrameInfo(id, position, length);
      position += length;
    }
  }

  private void readFrameInfo(int id, int position, int length) {
    switch (id) {
      case DURABILITY -> {
        if (length != 1 && length != 3) {
          throw StatusException.of(Status.EINVAL);
        }
        durabilityLevel = buffer.getUnsignedByte(position);
      }
      case PRESERVE_TTL -> preservesExpiry = true;
      // Requests of a connection are answered in order, unless one is delayed on purpose.
      case BARRIER -> barrier = true;
      // A tracing context is for the server's own traces.
      case OPEN_TRACING_CONTEXT -> {}
      case DCP_STREAM_ID, IMPERSONATE -> throw StatusException.of(Status.NOT_SUPPORTED);
      default -> throw StatusException.of(Status.UNKNOWN_FRAME_INFO);
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

  /** 0 for none, else a level of the protocol. */
  int durabilityLevel() {
    return durabilityLevel;
  }

  boolean preservesExpiry() {
    return preservesExpiry;
  }

  /** Whether its frame infos, which are read here, forbid to execute it before or after others. */
  boolean isOrdered() {
    if (!hasFrameInfos()) {
      return false;
    }
    try {
      readFrameInfos();
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
