package io.channelindex.perf.load;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.zip.CRC32;

/** Documents that lie in all vbuckets of a bucket, one in each. */
public final class VbucketCover {
  private static final int SHIFT = 16;
  private static final int MASK = 0x7fff;

  private VbucketCover() {}

  /** Where a key lies: Couchbase's own hash of keys outside collections of their own. */
  static int vbucket(String key, int vbuckets) {
    CRC32 crc = new CRC32();
    crc.update(key.getBytes(StandardCharsets.UTF_8));
    return (int) (crc.getValue() >>> SHIFT) & MASK & (vbuckets - 1);
  }

  /**
   * Indexes of documents of a namespace, one for each vbucket.
   *
   * @param from the least index that may be taken
   * @param vbuckets a power of two
   */
  public static List<Integer> of(Namespace namespace, int from, int vbuckets) {
    List<Integer> documents = new ArrayList<>(vbuckets);
    BitSet covered = new BitSet(vbuckets);
    for (int document = from; documents.size() < vbuckets; document++) {
      int vbucket = vbucket(namespace.key(document), vbuckets);
      if (!covered.get(vbucket)) {
        covered.set(vbucket);
        documents.add(document);
      }
    }
    return documents;
  }
}
