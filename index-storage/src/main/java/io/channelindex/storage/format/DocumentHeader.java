package io.channelindex.storage.format;

import io.channelindex.storage.format.UnreadableDocumentException.Reason;
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
 * The checksum (RFC 3720, B.4) covers bytes 0 to 3 and the payload.
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

  /** Writes the header before a payload that is complete. */
  static void seal(byte[] document, DocumentFormat format) {
    document[0] = MAGIC_0;
    document[1] = MAGIC_1;
    document[FORMAT] = (byte) format.id();
    document[VERSION] = (byte) format.newestVersion();
    int checksum = checksum(document);
    for (int i = 0; i < Integer.BYTES; i++) {
      document[CHECKSUM + i] = (byte) (checksum >>> (24 - 8 * i));
    }
  }

  /**
   * The payload of a document of the format.
   *
   * @param key for messages
   * @throws UnreadableDocumentException if the document is damaged, of another format, or of a
   *     version that cannot be read
   */
  static PayloadReader open(String key, DocumentFormat format, byte[] document) {
    if (document.length < SIZE || document[0] != MAGIC_0 || document[1] != MAGIC_1) {
      throw unreadable(Reason.CORRUPT, key, format, "no magic, length=" + document.length);
    }
    int stored = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      stored = (stored << 8) | (document[CHECKSUM + i] & 0xff);
    }
    int actual = checksum(document);
    if (stored != actual) {
      throw unreadable(
          Reason.CORRUPT,
          key,
          format,
          "checksum=" + Integer.toHexString(actual) + ", stored=" + Integer.toHexString(stored));
    }
    int found = document[FORMAT] & 0xff;
    if (found != format.id()) {
      String what = "found=" + DocumentFormat.describe(found);
      throw unreadable(Reason.OTHER, key, format, what);
    }
    requireVersion(key, format, document[VERSION] & 0xff);
    return new PayloadReader(key, format, document);
  }

  /** The version that a document says it has. */
  static int version(byte[] document) {
    return document[VERSION] & 0xff;
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

  private static int checksum(byte[] document) {
    CRC32C crc = new CRC32C();
    crc.update(document, 0, CHECKSUM);
    crc.update(document, SIZE, document.length - SIZE);
    return (int) crc.getValue();
  }
}
