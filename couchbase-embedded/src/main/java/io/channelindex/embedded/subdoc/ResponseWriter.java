package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Status;
import java.io.ByteArrayOutputStream;

/**
 * The value of a response about many paths.
 *
 * <pre>
 *   lookup, for every path:               | u16 status | u32 length | value |
 *   mutation, for paths with a value: | u8 index | u16 status | u32 length | value |
 *   mutation, for the path that failed:   | u8 index | u16 status |
 * </pre>
 */
final class ResponseWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  void writeLookup(Status status, byte[] value) {
    writeShort(status.code());
    writeInt(value.length);
    out.writeBytes(value);
  }

  void writeMutation(int index, byte[] value) {
    out.write(index);
    writeLookup(Status.SUCCESS, value);
  }

  void writeFailure(int index, Status status) {
    out.write(index);
    writeShort(status.code());
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }

  private void writeShort(int value) {
    out.write(value >> 8);
    out.write(value);
  }

  private void writeInt(int value) {
    writeShort(value >> 16);
    writeShort(value);
  }
}
