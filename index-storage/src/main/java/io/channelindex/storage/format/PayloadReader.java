package io.channelindex.storage.format;

import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.format.UnreadableDocumentException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * Reads what {@link PayloadWriter} wrote. Strict: whatever is not the one form that is written is
 * {@code CORRUPT}. Bounded: nothing is allocated for a count that the bytes at hand cannot hold.
 *
 * <p>Confined to one thread.
 */
final class PayloadReader {
  /**
   * The most bytes that a payload is decompressed to: more than a document can have, and little
   * enough that a wrong length costs no more than a large document would.
   */
  static final int MAX_DECOMPRESSED_BYTES = 32 << 20;

  private static final char REPLACEMENT = '\uFFFD';
  private static final int NO_FRAME = -1;

  private final String key;
  private final DocumentFormat format;
  private final byte[] bytes;
  // Where in its document the frame begins, for messages; or NO_FRAME.
  private final int frame;
  private int at;
  private int end;

  private PayloadReader(
      String key, DocumentFormat format, int frame, byte[] bytes, int from, int end) {
    this.key = key;
    this.format = format;
    this.frame = frame;
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /** A reader of all behind a document's header. */
  static PayloadReader ofDocument(String key, DocumentFormat format, byte[] document) {
    return new PayloadReader(key, format, NO_FRAME, document, DocumentHeader.SIZE, document.length);
  }

  /** A reader of all behind the header of the frame that begins there. */
  static PayloadReader ofFrame(String key, DocumentFormat format, byte[] document, int frame) {
    return new PayloadReader(
        key, format, frame, document, frame + DocumentHeader.SIZE, document.length);
  }

  /** Opens a document that is never compressed, and reads {@linkplain #all all} of it. */
  static <T> T decode(
      String key, DocumentFormat format, byte[] document, Function<PayloadReader, T> body) {
    return DocumentHeader.open(key, format, document).all(body);
  }

  /** The same for a document that may be compressed. */
  static <T> T decode(
      String key,
      DocumentFormat format,
      byte[] document,
      Compressions compressions,
      Function<PayloadReader, T> body) {
    return DocumentHeader.open(key, format, document, compressions).all(body);
  }

  /**
   * Reads all that there is, and takes care that nothing is left over and that values which their
   * own types refuse are {@code CORRUPT}.
   */
  <T> T all(Function<PayloadReader, T> body) {
    T value;
    try {
      value = body.apply(this);
    } catch (IllegalArgumentException e) {
      throw corrupt(e);
    }
    if (at != end) {
      throw corrupt("bytes left over: offset=" + at + ", length=" + end);
    }
    return value;
  }

  /** The version of the document's format. */
  int version() {
    return DocumentHeader.version(bytes);
  }

  /** Leaves out all but so many of the bytes that are left, which must be there. */
  void limit(int length) {
    require(length);
    end = at + length;
  }

  /** A reader of what the rest was before it was compressed. */
  PayloadReader decompressed(BlockCompression compression, Compressions compressions) {
    byte[] raw = new byte[varint("decompressed length", MAX_DECOMPRESSED_BYTES)];
    try {
      compressions.decompress(compression, bytes, at, remaining(), raw, 0);
    } catch (IllegalArgumentException e) {
      throw corrupt(e);
    }
    return new PayloadReader(key, format, frame, raw, 0, raw.length);
  }

  int octet() {
    require(1);
    return bytes[at++] & 0xff;
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int octet = octet();
      value |= (long) (octet & 0x7f) << shift;
      if (octet < 0x80) {
        boolean overlong = octet == 0 && shift > 0;
        boolean overflow = shift == 63 && octet > 1;
        if (overlong || overflow) {
          break;
        }
        return value;
      }
    }
    throw corrupt("malformed varint: offset=" + at);
  }

  /** A varint of 0 … {@code max}. */
  int varint(String name, int max) {
    long value = varint();
    if (max < 0 || Long.compareUnsigned(value, max) > 0) {
      throw corrupt("out of range: " + name + '=' + Long.toUnsignedString(value) + ", max=" + max);
    }
    return (int) value;
  }

  /** How many of something follow that takes at least {@code least} bytes each. */
  int count(String name, int least) {
    return varint(name, remaining() / least);
  }

  /** Bytes that are left. */
  int remaining() {
    return end - at;
  }

  /** An octet that is 0 or 1. */
  boolean flag(String name) {
    return octet(name, 1) == 1;
  }

  /** An octet of 0 … {@code max}. */
  int octet(String name, int max) {
    int octet = octet();
    if (octet > max) {
      throw corrupt("out of range: " + name + '=' + octet + ", max=" + max);
    }
    return octet;
  }

  long signed() {
    return unzigzag(varint());
  }

  /** Undoes {@link PayloadWriter#zigzag}. */
  static long unzigzag(long zigzag) {
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  long fixed() {
    require(Long.BYTES);
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      value = (value << 8) | (bytes[at++] & 0xff);
    }
    return value;
  }

  /** 4 bytes, big-endian. */
  int half() {
    require(Integer.BYTES);
    int value = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      value = (value << 8) | (bytes[at++] & 0xff);
    }
    return value;
  }

  String text() {
    return text(Integer.MAX_VALUE);
  }

  /** A text of at most so many bytes. */
  String text(int maxBytes) {
    int length = varint("length", maxBytes);
    return utf8(bytes, skip(length), length);
  }

  /** The text of bytes that were read, wherever they are now. */
  String utf8(byte[] array, int from, int length) {
    String text = new String(array, from, length, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      requireUtf8(array, from, length);
    }
    return text;
  }

  /** The document's channel, which must be the one expected. */
  String channel(String expected) {
    String channel = text();
    if (!channel.equals(expected)) {
      throw other("channel=" + expected + ", found=" + channel);
    }
    // The caller's string, which it holds on to anyway.
    return expected;
  }

  /** Bytes that follow without a length; the caller reads them in place. */
  int skip(int length) {
    require(length);
    int from = at;
    at += length;
    return from;
  }

  byte[] array() {
    return bytes;
  }

  UnreadableDocumentException corrupt(String what) {
    String where = frame == NO_FRAME ? "" : ", frame offset=" + frame;
    return DocumentHeader.unreadable(Reason.CORRUPT, key, format, what + where);
  }

  /** It is what it should be, of something else. */
  UnreadableDocumentException other(String what) {
    return DocumentHeader.unreadable(Reason.OTHER, key, format, what);
  }

  UnreadableDocumentException corrupt(Exception cause) {
    UnreadableDocumentException exception = corrupt("offset=" + at + ", cause=" + cause);
    exception.initCause(cause);
    return exception;
  }

  private void require(int more) {
    if (end - at < more) {
      throw corrupt("truncated: offset=" + at + ", length=" + end + ", needed=" + more);
    }
  }

  /** A replacement character is either what was written or the decoder's word for "malformed". */
  private void requireUtf8(byte[] array, int from, int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(array, from, length));
    } catch (CharacterCodingException e) {
      throw corrupt(e);
    }
  }
}
