package io.channelindex.embedded.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.zip.CRC32;

/** Where documents are, as clients compute it. */
final class Vbuckets {
  private Vbuckets() {}

  /** The vbucket of {@code key} in a bucket of {@code count}. */
  static int of(String key, int count) {
    CRC32 crc = new CRC32();
    crc.update(key.getBytes(UTF_8));
    return (int) ((crc.getValue() >> 16) & 0x7fff) % count;
  }
}
