package io.channelindex.index.write;

import io.channelindex.storage.Entry;
import java.util.List;

/**
 * Who this writer is to the documents that it finds: whether it may go on writing them, and which
 * entries in them it keeps.
 *
 * <p>Confined to the partition's serial executor.
 */
final class Owner {
  private final Scope scope;
  private final StableRecord stable;
  private final List<VbucketProgress> vbuckets;

  /**
   * The owner of the stable document's epoch.
   *
   * @param vbuckets where the owner itself is ahead of the stable document
   */
  Owner(Scope scope, StableRecord stable, List<VbucketProgress> vbuckets) {
    this.scope = scope;
    this.stable = stable;
    this.vbuckets = vbuckets;
  }

  long epoch() {
    return stable.document().epoch();
  }

  /**
   * Refuses to go on where a later owner has been.
   *
   * @throws FencedException if the epoch is later than this owner's
   */
  void requireNotAfter(String key, long epochInside) {
    if (Long.compareUnsigned(epochInside, epoch()) > 0) {
      throw new FencedException(
          "partition has a later owner: partition="
              + scope.partition()
              + ", epoch="
              + Long.toUnsignedString(epoch())
              + ", laterEpoch="
              + Long.toUnsignedString(epochInside)
              + ", owner="
              + stable.document().owner()
              + ", key="
              + key);
    }
  }

  /**
   * Whether an entry stays when its block is written again: if it is true for readers, who know the
   * committed history, or for the next commit, or if a rebuild has to find its document.
   */
  boolean keeps(Entry entry) {
    return keeps(entry.vbucket(), entry.seqno(), entry.vbuuid());
  }

  /** The same of what an entry stands for. */
  boolean keeps(int vbucket, long seqno, long vbuuid) {
    VbucketProgress progress = vbuckets.get(scope.index(vbucket));
    return progress.rebuild() != null
        || progress.history().contains(vbuuid, seqno)
        || stable.document().vbucket(vbucket).history().contains(vbuuid, seqno);
  }

  /** Whether a rebuild keeps entries, whatever they are. */
  boolean isRebuilding() {
    return vbuckets.stream().anyMatch(progress -> progress.rebuild() != null);
  }
}
