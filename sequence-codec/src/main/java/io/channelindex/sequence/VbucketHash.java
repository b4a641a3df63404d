package io.channelindex.sequence;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Which vbucket a document of the default collection is in, as the Couchbase clients compute it.
 */
public final class VbucketHash {
  private VbucketHash() {}

  /**
   * The vbucket of a key.
   *
   * @param vbuckets how many the bucket has, a power of two
   */
  public static int vbucket(String key, int vbuckets) {
    CRC32 crc = new CRC32();
    crc.update(key.getBytes(StandardCharsets.UTF_8));
    return (int) ((crc.getValue() >>> 16) & 0x7fff & (vbuckets - 1));
  }
}
