package io.channelindex.embedded.subdoc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.embedded.protocol.Opcode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Builds requests as clients encode them. */
final class Requests {
  private final boolean mutation;
  private final ByteArrayOutputStream paths = new ByteArrayOutputStream();
  private byte[] extras = {};

  private Requests(boolean mutation) {
    this.mutation = mutation;
  }

  static Requests lookup() {
    return new Requests(false);
  }

  static Requests mutation() {
    return new Requests(true);
  }

  Requests docFlags(int flags) {
    extras = new byte[] {(byte) flags};
    return this;
  }

  Requests extras(int... bytes) {
    extras = bytes(bytes);
    return this;
  }

  Requests path(int opcode, int flags, String path) {
    return path(opcode, flags, path, "");
  }

  Requests path(int opcode, int flags, String path, String value) {
    byte[] pathBytes = path.getBytes(UTF_8);
    byte[] valueBytes = value.getBytes(UTF_8);
    ByteBuffer header = ByteBuffer.allocate(mutation ? 8 : 4);
    header.put((byte) opcode).put((byte) flags).putShort((short) pathBytes.length);
    if (mutation) {
      header.putInt(valueBytes.length);
    }
    paths.writeBytes(header.array());
    paths.writeBytes(pathBytes);
    paths.writeBytes(valueBytes);
    return this;
  }

  byte[] value() {
    return paths.toByteArray();
  }

  SubdocRequest decode() {
    return decode(0);
  }

  SubdocRequest decode(long cas) {
    Opcode opcode = mutation ? Opcode.SUBDOC_MULTI_MUTATION : Opcode.SUBDOC_MULTI_LOOKUP;
    return SubdocRequest.decode(opcode, cas, extras, value(), XattrSupport.ENABLED);
  }

  /** A request of one path, with the optional extras behind the path's flags. */
  static SubdocRequest single(Opcode opcode, int flags, String path, String value, int... more) {
    byte[] pathBytes = path.getBytes(UTF_8);
    ByteArrayOutputStream extras = new ByteArrayOutputStream();
    extras.write(pathBytes.length >> 8);
    extras.write(pathBytes.length);
    extras.write(flags);
    extras.writeBytes(bytes(more));
    return SubdocRequest.decode(
        opcode, 0, extras.toByteArray(), (path + value).getBytes(UTF_8), XattrSupport.ENABLED);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
