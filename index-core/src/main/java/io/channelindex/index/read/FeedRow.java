package io.channelindex.index.read;

import java.util.List;

/**
 * A row without its token: the newest state of a document as a set of channels shows it. Rows come
 * in the order (vbucket, seqno, document id): several documents can share a seqno where the index
 * made up deletions.
 *
 * @param removed the channels that the document left, sorted; empty if it is in one or was deleted
 */
record FeedRow(
    int vbucket,
    long seqno,
    String documentId,
    String revision,
    boolean deleted,
    List<String> removed)
    implements Comparable<FeedRow> {

  boolean isActive() {
    return !deleted && removed.isEmpty();
  }

  boolean sharesSeqno(FeedRow other) {
    return vbucket == other.vbucket && seqno == other.seqno;
  }

  @Override
  public int compareTo(FeedRow other) {
    int order = Integer.compare(vbucket, other.vbucket);
    if (order == 0) {
      order = Long.compareUnsigned(seqno, other.seqno);
    }
    return order == 0 ? documentId.compareTo(other.documentId) : order;
  }
}
