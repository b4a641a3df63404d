package io.channelindex.embedded.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One frame of the binary protocol, in either direction. Unsigned fields are held in wider types;
 * arrays are not copied, nobody here writes to them.
 *
 * @param magic u8: 80 or 08 from a client, 81 or 18 as its answer, 80 or 82 on the server's own
 *     initiative
 * @param opcode u8
 * @param framing framing extras; the magic says whether there may be any
 * @param vbucketOrStatus u16: vbucket of requests, status of responses
 */
// Equality is by content, so arrays do no harm here.
@SuppressWarnings("ArrayRecordComponent")
record Frame(
    int magic,
    int opcode,
    byte[] framing,
    byte[] extras,
    int datatype,
    int vbucketOrStatus,
    int opaque,
    long cas,
    byte[] key,
    byte[] value) {

  static final int HEADER = 24;
  static final byte[] NONE = new byte[0];

  static Frame request(Opcode opcode) {
    return request(opcode.code());
  }

  static Frame request(int opcode) {
    return new Frame(0x80, opcode, NONE, NONE, 0, 0, 0, 0, NONE, NONE);
  }

  /**
   * Reads one whole frame.
   *
   * @throws IllegalArgumentException if the lengths in the header do not fit together
   */
  static Frame decode(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int magic = buffer.get() & 0xff;
    int opcode = buffer.get() & 0xff;
    boolean flexible = isFlexible(magic);
    int framingLength = flexible ? buffer.get() & 0xff : 0;
    int keyLength = flexible ? buffer.get() & 0xff : buffer.getShort() & 0xffff;
    int extrasLength = buffer.get() & 0xff;
    int datatype = buffer.get() & 0xff;
    int vbucketOrStatus = buffer.getShort() & 0xffff;
    int bodyLength = buffer.getInt();
    int opaque = buffer.getInt();
    long cas = buffer.getLong();
    int valueLength = bodyLength - framingLength - extrasLength - keyLength;
    if (valueLength < 0 || bytes.length != HEADER + bodyLength) {
      throw new IllegalArgumentException(
          String.format(
              "frame lengths disagree: frame=%d body=%d framing=%d extras=%d key=%d",
              bytes.length, bodyLength, framingLength, extrasLength, keyLength));
    }
    byte[] framing = take(buffer, framingLength);
    byte[] extras = take(buffer, extrasLength);
    byte[] key = take(buffer, keyLength);
    byte[] value = take(buffer, valueLength);
    return new Frame(
        magic, opcode, framing, extras, datatype, vbucketOrStatus, opaque, cas, key, value);
  }

  static boolean isFlexible(int magic) {
    return magic == 0x08 || magic == 0x18;
  }

  byte[] encode() {
    int body = framing.length + extras.length + key.length + value.length;
    ByteBuffer buffer = ByteBuffer.allocate(HEADER + body);
    buffer.put((byte) magic).put((byte) opcode);
    if (isFlexible(magic)) {
      buffer.put((byte) framing.length).put((byte) key.length);
    } else {
      buffer.putShort((short) key.length);
    }
    buffer.put((byte) extras.length).put((byte) datatype).putShort((short) vbucketOrStatus);
    buffer.putInt(body).putInt(opaque).putLong(cas);
    return buffer.put(framing).put(extras).put(key).put(value).array();
  }

  /** Whether a server sent this without being asked: DCP traffic and notifications. */
  boolean isServerSent() {
    return magic == 0x80 || magic == 0x82;
  }

  boolean is(Opcode candidate) {
    return opcode == candidate.code();
  }

  boolean has(Status status) {
    return vbucketOrStatus == status.code();
  }

  int status() {
    return vbucketOrStatus;
  }

  int vbucket() {
    return vbucketOrStatus;
  }

  String text() {
    return new String(value, UTF_8);
  }

  ByteBuffer extrasBuffer() {
    return ByteBuffer.wrap(extras);
  }

  ByteBuffer valueBuffer() {
    return ByteBuffer.wrap(value);
  }

  Frame withVbucket(int vbucket) {
    return new Frame(magic, opcode, framing, extras, datatype, vbucket, opaque, cas, key, value);
  }

  Frame withOpaque(int newOpaque) {
    return new Frame(
        magic, opcode, framing, extras, datatype, vbucketOrStatus, newOpaque, cas, key, value);
  }

  Frame withCas(long newCas) {
    return new Frame(
        magic, opcode, framing, extras, datatype, vbucketOrStatus, opaque, newCas, key, value);
  }

  Frame withDatatype(int newDatatype) {
    return new Frame(
        magic, opcode, framing, extras, newDatatype, vbucketOrStatus, opaque, cas, key, value);
  }

  Frame withOpcode(Opcode newOpcode) {
    return new Frame(
        magic,
        newOpcode.code(),
        framing,
        extras,
        datatype,
        vbucketOrStatus,
        opaque,
        cas,
        key,
        value);
  }

  Frame withMagic(int newMagic) {
    return new Frame(
        newMagic, opcode, framing, extras, datatype, vbucketOrStatus, opaque, cas, key, value);
  }

  /** With framing extras, which make it a flexible frame. */
  Frame withFraming(byte[] newFraming) {
    return new Frame(
        0x08, opcode, newFraming, extras, datatype, vbucketOrStatus, opaque, cas, key, value);
  }

  Frame withExtras(byte[] newExtras) {
    return new Frame(
        magic, opcode, framing, newExtras, datatype, vbucketOrStatus, opaque, cas, key, value);
  }

  /** With extras given as hex digits. */
  Frame withExtras(String hex) {
    return withExtras(HexFormat.of().parseHex(hex));
  }

  Frame withKey(byte[] newKey) {
    return new Frame(
        magic, opcode, framing, extras, datatype, vbucketOrStatus, opaque, cas, newKey, value);
  }

  Frame withKey(String newKey) {
    return withKey(newKey.getBytes(UTF_8));
  }

  /** With the encoded key of a document and the vbucket that it belongs to. */
  Frame withDocument(DocumentKey document) {
    return withKey(document.encoded()).withVbucket(document.vbucket());
  }

  Frame withValue(byte[] newValue) {
    return new Frame(
        magic, opcode, framing, extras, datatype, vbucketOrStatus, opaque, cas, key, newValue);
  }

  Frame withValue(String newValue) {
    return withValue(newValue.getBytes(UTF_8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Frame frame && Arrays.equals(encode(), frame.encode());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encode());
  }

  /** In the form of the captures, so that the two can be laid side by side. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return String.format(
        "m=%02x op=%02x klen=%d extlen=%d fram=%s dt=%02x %s=%d cas=%x ext=%s key=%s val(%d)=%s",
        magic,
        opcode,
        key.length,
        extras.length,
        hex.formatHex(framing),
        datatype,
        magic == 0x81 || magic == 0x18 ? "st" : "vb",
        vbucketOrStatus,
        cas,
        hex.formatHex(extras),
        printable(key),
        value.length,
        printable(value));
  }

  /** Bytes with everything outside printable ASCII escaped. */
  static String printable(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (char c : new String(bytes, ISO_8859_1).toCharArray()) {
      if (c >= ' ' && c < 0x7f) {
        text.append(c);
      } else {
        text.append(String.format("\\x%02x", (int) c));
      }
    }
    return text.toString();
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] take(ByteBuffer buffer, int length) {
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return bytes;
  }
}
