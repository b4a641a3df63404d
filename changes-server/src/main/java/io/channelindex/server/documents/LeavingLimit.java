package io.channelindex.server.documents;

import io.channelindex.sequence.VbucketHash;

/**
 * How many leavings a document remembers: enough for every indexer that is not far behind, and
 * never too few for one that is.
 */
final class LeavingLimit {
  private static final int MAX_LEAVINGS = 50;

  private final StableSeqnos stable;
  private final int vbuckets;

  LeavingLimit(StableSeqnos stable, int vbuckets) {
    this.stable = stable;
    this.vbuckets = vbuckets;
  }

  /** The metadata without the leavings that need not be remembered. */
  DocumentMetadata applied(DocumentMetadata metadata, ObservedDocument document) {
    if (metadata.leavings().size() <= MAX_LEAVINGS) {
      return metadata;
    }
    int vbucket = VbucketHash.vbucket(document.id(), vbuckets);
    return metadata.pruned(MAX_LEAVINGS, stable.stable(vbucket, document.vbuuid()));
  }
}
