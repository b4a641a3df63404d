package io.channelindex.storage.format;

import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.format.UnreadableDocumentException.Reason;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The first bytes of every document. Their arrangement never changes, whatever the version, so that
 * an old reader tells a damaged document from one that is too new for it.
 *
 * <pre>
 *   0       1       2        3       4                               8
 *  +-------+-------+--------+-------+-------+-------+-------+-------+----
 *  | 0xC1  | 0x1D  | format | version |  CRC32C, big-endian          | payload …
 *  +-------+-------+--------+-------+-------+-------+-------+-------+----
 * </pre>
 *
 * The checksum (RFC 3720, B.4) covers bytes 0 to 3 and the payload as it is stored.
 *
 * <p>The high nibble of the version says how the payload is compressed ({@code BlockCompression}),
 * so that a reader from before compression takes such a document for too new. It stands only in
 * formats that may be compressed; a payload as it is has 0 there.
 */
final class DocumentHeader {
  /** Where the payload begins. */
  static final int SIZE = 8;

  private static final byte MAGIC_0 = (byte) 0xC1;
  private static final byte MAGIC_1 = 0x1D;
  private static final int FORMAT = 2;
  private static final int VERSION = 3;
  private static final int CHECKSUM = 4;

  private DocumentHeader() {}

  /**
   * A frame of a document.
   *
   * @param payload what stands behind its length, decompressed
   * @param end where it ends in the document
   */
  record Frame(PayloadReader payload, int end) {}

  /** Writes the header before a payload that is complete. */
  static void seal(byte[] document, DocumentFormat format, BlockCompression compression) {
    document[0] = MAGIC_0;
    document[1] = MAGIC_1;
    document[FORMAT] = (byte) format.id();
    document[VERSION] = (byte) (compression.id() << 4 | format.newestVersion());
    int checksum = checksum(document, 0, document.length);
    for (int i = 0; i < Integer.BYTES; i++) {
      document[CHECKSUM + i] = (byte) (checksum >>> (24 - 8 * i));
    }
  }

  /**
   * The payload of a document of the format, which is never compressed.
   *
   * @param key for messages
   * @throws UnreadableDocumentException if the document is damaged, of another format, or of a
   *     version that cannot be read
   */
  static PayloadReader open(String key, DocumentFormat format, byte[] document) {
    requireFormat(key, format, document);
    requireVersion(key, format, document[VERSION] & 0xff);
    return PayloadReader.ofDocument(key, format, document);
  }

  /**
   * The payload of a document of the format, decompressed.
   *
   * @param key for messages
   * @throws UnreadableDocumentException if the document is damaged, of another format, or of a
   *     version or compression that cannot be read
   */
  static PayloadReader open(
      String key, DocumentFormat format, byte[] document, Compressions compressions) {
    requireFormat(key, format, document);
    PayloadReader stored = PayloadReader.ofDocument(key, format, document);
    return decompressed(stored, key, format, document[VERSION] & 0xff, compressions);
  }

  /**
   * What stands behind the header of a frame, decompressed. A frame is a document with others
   * behind it: the length of what follows stands behind its header, as a varint.
   *
   * @param key for messages
   * @param at where the frame begins in {@code document}
   * @throws UnreadableDocumentException as for a document
   */
  static Frame openFrame(
      String key, DocumentFormat format, byte[] document, int at, Compressions compressions) {
    requireMagic(key, format, document, at);
    if ((document[at + FORMAT] & 0xff) != format.id()) {
      requireFormat(key, format, Arrays.copyOfRange(document, at, document.length));
    }
    PayloadReader stored = PayloadReader.ofFrame(key, format, document, at);
    int length = stored.varint("length", document.length);
    int end = document.length - stored.remaining() + length;
    stored.limit(length);
    requireChecksum(key, format, document, at, end);
    int version = document[at + VERSION] & 0xff;
    return new Frame(decompressed(stored, key, format, version, compressions), end);
  }

  private static PayloadReader decompressed(
      PayloadReader stored,
      String key,
      DocumentFormat format,
      int version,
      Compressions compressions) {
    int id = version >>> 4;
    if (id >= BlockCompression.count()) {
      String what = "compression=" + id + ", known=" + BlockCompression.count();
      throw unreadable(Reason.TOO_NEW, key, format, what);
    }
    requireVersion(key, format, version & 0xf);
    BlockCompression compression = BlockCompression.ofId(id);
    return compression == BlockCompression.NONE
        ? stored
        : stored.decompressed(compression, compressions);
  }

  private static void requireFormat(String key, DocumentFormat format, byte[] document) {
    requireMagic(key, format, document, 0);
    requireChecksum(key, format, document, 0, document.length);
    int found = document[FORMAT] & 0xff;
    if (found != format.id()) {
      String what = "found=" + DocumentFormat.describe(found);
      throw unreadable(Reason.OTHER, key, format, what);
    }
  }

  private static void requireMagic(String key, DocumentFormat format, byte[] document, int at) {
    if (document.length - at < SIZE || document[at] != MAGIC_0 || document[at + 1] != MAGIC_1) {
      String what = "no magic, offset=" + at + ", length=" + document.length;
      throw unreadable(Reason.CORRUPT, key, format, what);
    }
  }

  private static void requireChecksum(
      String key, DocumentFormat format, byte[] document, int from, int to) {
    int stored = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      stored = (stored << 8) | (document[from + CHECKSUM + i] & 0xff);
    }
    int actual = checksum(document, from, to);
    if (stored != actual) {
      String what =
          "checksum="
              + Integer.toHexString(actual)
              + ", stored="
              + Integer.toHexString(stored)
              + ", offset="
              + from;
      throw unreadable(Reason.CORRUPT, key, format, what);
    }
  }

  /** The version that a document says it has. */
  static int version(byte[] document) {
    return document[VERSION] & 0xf;
  }

  /** The number of the format that a document says it has; -1 if it is none of ours. */
  static int format(byte[] document) {
    boolean ours = document.length >= SIZE && document[0] == MAGIC_0 && document[1] == MAGIC_1;
    return ours ? document[FORMAT] & 0xff : -1;
  }

  private static void requireVersion(String key, DocumentFormat format, int version) {
    if (version < format.oldestVersion()) {
      String what = "version=" + version + ", oldest=" + format.oldestVersion();
      throw unreadable(Reason.TOO_OLD, key, format, what);
    }
    if (version > format.newestVersion()) {
      String what = "version=" + version + ", newest=" + format.newestVersion();
      throw unreadable(Reason.TOO_NEW, key, format, what);
    }
  }

  static UnreadableDocumentException unreadable(
      Reason reason, String key, DocumentFormat format, String what) {
    return new UnreadableDocumentException(
        reason,
        "unreadable document: key="
            + key
            + ", reason="
            + reason
            + ", expected="
            + format
            + ", "
            + what);
  }

  private static int checksum(byte[] document, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(document, from, CHECKSUM);
    crc.update(document, from + SIZE, to - from - SIZE);
    return (int) crc.getValue();
  }
}
