package io.channelindex.storage.format;

import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing array of bytes, and how values are written into it.
 *
 * <ul>
 *   <li><em>varint</em>: unsigned LEB128 of 64 bits, 1 … 10 bytes, the shortest form only
 *   <li><em>signed</em>: a varint of the zigzag form
 *   <li><em>fixed</em>: 8 bytes, big-endian: identities and hashes, which no varint makes shorter
 *   <li><em>text</em>: its length in bytes as a varint, then UTF-8
 * </ul>
 *
 * <p>Confined to one thread.
 */
final class PayloadWriter {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  // Below that, a block's own header eats what there is to save.
  private static final int LEAST_COMPRESSED_BYTES = 64;
  private static final int LEAST_SAVING = 16;

  private byte[] bytes;
  private int size;

  private PayloadWriter(int capacity, int begin) {
    bytes = new byte[capacity];
    size = begin;
  }

  /** A writer of a payload, with room for the header before it. */
  static PayloadWriter ofDocument(int capacity) {
    return new PayloadWriter(DocumentHeader.SIZE + capacity, DocumentHeader.SIZE);
  }

  /** A writer of a part of a payload. */
  static PayloadWriter ofPart(int capacity) {
    return new PayloadWriter(capacity, 0);
  }

  /** How many bytes there are, room for a header included. */
  int size() {
    return size;
  }

  /** The bytes up to {@link #size}; valid until the next write. */
  byte[] array() {
    return bytes;
  }

  /** Forgets what was written from there on. */
  void truncate(int newSize) {
    size = newSize;
  }

  PayloadWriter octet(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
    return this;
  }

  PayloadWriter varint(long value) {
    reserve(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
    return this;
  }

  PayloadWriter signed(long value) {
    return varint(zigzag(value));
  }

  /** The form in which a value near 0 is a short varint. */
  static long zigzag(long value) {
    return (value << 1) ^ (value >> 63);
  }

  PayloadWriter fixed(long value) {
    reserve(Long.BYTES);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[size++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** 4 bytes, big-endian. */
  PayloadWriter half(int value) {
    reserve(Integer.BYTES);
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes[size++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** The lowest bytes of a value, the lowest first. */
  void littleEndian(long value, int count) {
    reserve(Long.BYTES);
    LONGS.set(bytes, size, value);
    size += count;
  }

  PayloadWriter text(String value) {
    return sized(utf8(value));
  }

  /**
   * A document id and nothing else.
   *
   * @throws IllegalArgumentException if it is too long, or has a surrogate alone
   */
  void documentId(String id) {
    reserve(IdText.MAX_BYTES);
    size += IdText.utf8(id, bytes, size);
  }

  /** The bytes of hexadecimal digits, between which dashes may be. */
  void hexDigits(byte[] digits, int from, int to) {
    reserve((to - from) / 2);
    for (int i = from; i < to; i += 2) {
      if (digits[i] == '-') {
        i++;
      }
      bytes[size++] = (byte) (nibble(digits[i]) << 4 | nibble(digits[i + 1]));
    }
  }

  /**
   * The bytes of lowercase hexadecimal digits, two of them each.
   *
   * @return false, and nothing is written, if something else is among them
   */
  boolean lowercaseHex(byte[] digits, int from, int octets) {
    reserve(octets);
    boolean parsed = HexDigits.parse(digits, from, octets, bytes, size);
    size += parsed ? octets : 0;
    return parsed;
  }

  private static int nibble(byte digit) {
    // The low bits of letters count from 1, and theirs is bit 6.
    return (digit & 15) + 9 * (digit >>> 6);
  }

  /** The length as a varint, then the bytes. */
  PayloadWriter sized(byte[] value) {
    varint(value.length);
    return raw(value, value.length);
  }

  /** The bytes and nothing else. */
  PayloadWriter raw(byte[] value, int length) {
    return raw(value, 0, length);
  }

  PayloadWriter raw(byte[] value, int from, int length) {
    reserve(length);
    System.arraycopy(value, from, bytes, size, length);
    size += length;
    return this;
  }

  /** The document, for a writer {@link #ofDocument}. */
  byte[] seal(DocumentFormat format) {
    byte[] document = bytes.length == size ? bytes : Arrays.copyOf(bytes, size);
    DocumentHeader.seal(document, format, BlockCompression.NONE);
    return document;
  }

  /** The document, compressed if that {@linkplain #compressed pays}. */
  byte[] seal(DocumentFormat format, Compressor compressor) {
    PayloadWriter compressed = compressor == Compressor.NONE ? this : ofDocument(size);
    int from = DocumentHeader.SIZE;
    if (compressed == this || !compressed.compressed(compressor, bytes, from, size - from)) {
      return seal(format);
    }
    byte[] document = Arrays.copyOf(compressed.bytes, compressed.size);
    DocumentHeader.seal(document, format, compressor.compression());
    return document;
  }

  /** A frame of a document, for a writer {@link #ofPart}; what was written stays. */
  byte[] sealFrame(DocumentFormat format, BlockCompression compression) {
    int header = DocumentHeader.SIZE + sizeOfVarint(size);
    byte[] frame = new byte[header + size];
    int at = DocumentHeader.SIZE;
    for (int rest = size; at < header; rest >>>= 7) {
      frame[at++] = (byte) (rest > 0x7f ? rest | 0x80 : rest);
    }
    System.arraycopy(bytes, 0, frame, header, size);
    DocumentHeader.seal(frame, format, compression);
    return frame;
  }

  /**
   * A payload in the compressed form: its length as a varint, then what the compressor makes of it.
   * Nothing is written if that does not pay: every reader allocates and fills the payload once
   * more, which a saving of less than a sixteenth of what is sent and stored does not earn back.
   *
   * @return whether it was written
   */
  boolean compressed(Compressor compressor, byte[] raw, int from, int length) {
    if (length < LEAST_COMPRESSED_BYTES || length > PayloadReader.MAX_DECOMPRESSED_BYTES) {
      return false;
    }
    int start = size;
    varint(length).reserve(compressor.bound(length));
    size += compressor.compress(raw, from, length, bytes, size);
    if (size - start > length - length / LEAST_SAVING) {
      size = start;
      return false;
    }
    return true;
  }

  static int sizeOfVarint(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  /**
   * The text in UTF-8.
   *
   * @throws IllegalArgumentException if it has a surrogate alone, which UTF-8 cannot say
   */
  static byte[] utf8(String value) {
    return requireText(value).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The same text.
   *
   * @throws IllegalArgumentException if it has a surrogate alone: it would be read back as another
   */
  static String requireText(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (Character.isSurrogate(value.charAt(i))) {
        if (!Character.isSupplementaryCodePoint(value.codePointAt(i))) {
          throw new IllegalArgumentException("text with half a surrogate pair: index=" + i);
        }
        i++;
      }
    }
    return value;
  }

  /** Makes room for so many bytes. */
  void reserve(int more) {
    if (bytes.length - size < more) {
      int doubled = (int) Math.min(Integer.MAX_VALUE - 8L, 2L * bytes.length);
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), doubled));
    }
  }
}
