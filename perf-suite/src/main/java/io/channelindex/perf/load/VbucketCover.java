package io.channelindex.perf.load;

import io.channelindex.sequence.VbucketHash;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Documents that lie in all vbuckets of a bucket, one in each. */
public final class VbucketCover {
  private VbucketCover() {}

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
      int vbucket = VbucketHash.vbucket(namespace.key(document), vbuckets);
      if (!covered.get(vbucket)) {
        covered.set(vbucket);
        documents.add(document);
      }
    }
    return documents;
  }
}
