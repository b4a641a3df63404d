package io.channelindex.embedded.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;

/**
 * A document's key as a client with or without collections writes it.
 *
 * @param collection collection id, or {@link #NO_COLLECTIONS} for the plain key of a connection
 *     that did not agree on collections
 */
record DocumentKey(int collection, String name) {
  static final int VBUCKETS = 64;
  static final int NO_COLLECTIONS = -1;

  /** A document of the default collection, on a connection with collections. */
  static DocumentKey of(String name) {
    return new DocumentKey(0, name);
  }

  static DocumentKey plain(String name) {
    return new DocumentKey(NO_COLLECTIONS, name);
  }

  /** The collection id in unsigned leb128, then the name. */
  byte[] encoded() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (collection != NO_COLLECTIONS) {
      int rest = collection;
      while (rest >= 0x80) {
        bytes.write((rest & 0x7f) | 0x80);
        rest >>>= 7;
      }
      bytes.write(rest);
    }
    bytes.writeBytes(name.getBytes(UTF_8));
    return bytes.toByteArray();
  }

  /** The vbucket of the name alone, out of {@value #VBUCKETS}. */
  int vbucket() {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(UTF_8));
    return (int) ((crc.getValue() >> 16) & 0x7fff) % VBUCKETS;
  }
}
