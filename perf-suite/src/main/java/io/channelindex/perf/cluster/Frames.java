package io.channelindex.perf.cluster;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Frames of the binary protocol as far as a relay has to know them (kv_engine,
 * docs/BinaryProtocol.md): 24 bytes of header, of which byte 1 is the opcode, bytes 6 and 7 vbucket
 * or status, bytes 8 to 11 the length of what follows, bytes 12 to 15 what a request and its answer
 * have in common.
 */
final class Frames {
  static final int GET_CONFIG = 0xb5;
  static final int STREAM_REQUEST = 0x53;
  static final int STREAM_END = 0x55;
  static final int BUFFER_ACKNOWLEDGEMENT = 0x5d;

  private static final int HEADER = 24;
  private static final int OPCODE = 1;
  private static final int VBUCKET = 6;
  private static final int BODY_LENGTH = 8;
  private static final int OPAQUE = 12;
  private static final int RESPONSE = 0x81;
  private static final int RESPONSE_WITH_FRAMING_EXTRAS = 0x18;

  private Frames() {}

  /**
   * The next frame.
   *
   * @throws EOFException if the other side has closed
   */
  static byte[] read(DataInputStream in) throws IOException {
    byte[] header = in.readNBytes(HEADER);
    if (header.length < HEADER) {
      throw new EOFException("connection was closed: bytes=" + header.length);
    }
    int body = ByteBuffer.wrap(header).getInt(BODY_LENGTH);
    byte[] frame = new byte[HEADER + body];
    System.arraycopy(header, 0, frame, 0, HEADER);
    in.readFully(frame, HEADER, body);
    return frame;
  }

  static int opcode(byte[] frame) {
    return frame[OPCODE] & 0xff;
  }

  static boolean isResponse(byte[] frame) {
    int magic = frame[0] & 0xff;
    return magic == RESPONSE || magic == RESPONSE_WITH_FRAMING_EXTRAS;
  }

  /** Whether a node sends it as part of a stream: snapshot marker, changes, end and the like. */
  static boolean isOfStream(byte[] frame) {
    return !isResponse(frame)
        && switch (opcode(frame)) {
          case STREAM_END, 0x56, 0x57, 0x58, 0x59, 0x5f, 0x64 -> true;
          default -> false;
        };
  }

  static int vbucket(byte[] frame) {
    return vbucket(ByteBuffer.wrap(frame), 0);
  }

  static int vbucket(ByteBuffer frames, int at) {
    return frames.getShort(at + VBUCKET) & 0xffff;
  }

  static int opaque(byte[] frame) {
    return ByteBuffer.wrap(frame).getInt(OPAQUE);
  }

  static void opaque(ByteBuffer frames, int at, int opaque) {
    frames.putInt(at + OPAQUE, opaque);
  }

  /** Bytes of the frame that begins at {@code at}. */
  static int length(ByteBuffer frames, int at) {
    return HEADER + frames.getInt(at + BODY_LENGTH);
  }

  /** The frame with another body, of which the value is all but framing extras, extras and key. */
  static byte[] withValue(byte[] frame, int valueOffset, byte[] value) {
    byte[] changed = new byte[valueOffset + value.length];
    System.arraycopy(frame, 0, changed, 0, valueOffset);
    System.arraycopy(value, 0, changed, valueOffset, value.length);
    ByteBuffer.wrap(changed).putInt(BODY_LENGTH, changed.length - HEADER);
    return changed;
  }

  /** Where the value begins. */
  static int valueOffset(byte[] frame) {
    boolean framed = (frame[0] & 0xff) == RESPONSE_WITH_FRAMING_EXTRAS;
    int framing = framed ? frame[2] & 0xff : 0;
    int key = framed ? frame[3] & 0xff : ByteBuffer.wrap(frame).getShort(2) & 0xffff;
    int extras = frame[4] & 0xff;
    return HEADER + framing + extras + key;
  }
}
