package io.channelindex.storage.format;

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
  private static final char REPLACEMENT = '\uFFFD';

  private final String key;
  private final DocumentFormat format;
  private final byte[] bytes;
  private int at = DocumentHeader.SIZE;

  PayloadReader(String key, DocumentFormat format, byte[] bytes) {
    this.key = key;
    this.format = format;
    this.bytes = bytes;
  }

  /**
   * Opens a document, reads it, and takes care that nothing is left over and that values which
   * their own types refuse are {@code CORRUPT}.
   */
  static <T> T decode(
      String key, DocumentFormat format, byte[] document, Function<PayloadReader, T> body) {
    PayloadReader reader = DocumentHeader.open(key, format, document);
    T value;
    try {
      value = body.apply(reader);
    } catch (IllegalArgumentException e) {
      throw reader.corrupt(e);
    }
    if (reader.at != document.length) {
      throw reader.corrupt("bytes left over: offset=" + reader.at + ", length=" + document.length);
    }
    return value;
  }

  /** The version of the document's format. */
  int version() {
    return DocumentHeader.version(bytes);
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
    return bytes.length - at;
  }

  /** An octet that is 0 or 1. */
  boolean flag(String name) {
    int octet = octet();
    if (octet > 1) {
      throw corrupt("out of range: " + name + '=' + octet + ", max=1");
    }
    return octet == 1;
  }

  long signed() {
    long zigzag = varint();
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

  String text() {
    return text(Integer.MAX_VALUE);
  }

  /** A text of at most so many bytes. */
  String text(int maxBytes) {
    int length = varint("length", maxBytes);
    require(length);
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      requireUtf8(length);
    }
    at += length;
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
    return DocumentHeader.unreadable(Reason.CORRUPT, key, format, what);
  }

  /** It is what it should be, of something else. */
  UnreadableDocumentException other(String what) {
    return DocumentHeader.unreadable(Reason.OTHER, key, format, what);
  }

  private UnreadableDocumentException corrupt(Exception cause) {
    UnreadableDocumentException exception = corrupt("offset=" + at + ", cause=" + cause);
    exception.initCause(cause);
    return exception;
  }

  private void require(int more) {
    if (bytes.length - at < more) {
      throw corrupt("truncated: offset=" + at + ", length=" + bytes.length + ", needed=" + more);
    }
  }

  /** A replacement character is either what was written or the decoder's word for "malformed". */
  private void requireUtf8(int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length));
    } catch (CharacterCodingException e) {
      throw corrupt(e);
    }
  }
}
