package io.channelindex.index.read;

import io.channelindex.sequence.BranchVector;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.Collection;

/**
 * What is readable, as far as this node knows: the stable documents of all partitions, and what
 * follows from them. What is read from channels after a view was taken has everything that the view
 * says is there (invariant 11).
 *
 * <p>Immutable.
 */
final class StableView {
  private final long number;
  private final PartitionMap map;
  private final StableDocument[] documents;
  private final SequenceClock clock;
  private final BranchVector branches;

  private StableView(
      long number,
      PartitionMap map,
      StableDocument[] documents,
      SequenceClock clock,
      BranchVector branches) {
    this.number = number;
    this.map = map;
    this.documents = documents;
    this.clock = clock;
    this.branches = branches;
  }

  /** Before anything was read: nothing is readable. */
  static StableView unread(PartitionMap map) {
    StableDocument[] documents = new StableDocument[map.partitions()];
    for (int partition = 0; partition < documents.length; partition++) {
      documents[partition] = StableDocument.unowned(map, partition);
    }
    return new StableView(
        0,
        map,
        documents,
        SequenceClock.zero(map.vbuckets()),
        BranchVector.of(new long[map.vbuckets()]));
  }

  /** Whether a document is of one of a map's partitions, as the map has it. */
  static boolean fits(PartitionMap map, StableDocument document) {
    int partition = document.partition();
    return partition >= 0
        && partition < map.partitions()
        && document.firstVbucket() == map.first(partition)
        && document.vbuckets().size() == map.size(partition);
  }

  /** This view with other documents for their partitions. */
  StableView with(Collection<StableDocument> moved) {
    StableDocument[] changed = documents.clone();
    long[] seqnos = clock.toArray();
    long[] vbuuids = branches.toArray();
    for (StableDocument document : moved) {
      changed[document.partition()] = document;
      int vbucket = document.firstVbucket();
      for (VbucketState state : document.vbuckets()) {
        seqnos[vbucket] = state.stable();
        vbuuids[vbucket] = state.history().current();
        vbucket++;
      }
    }
    BranchVector vector = BranchVector.of(vbuuids);
    return new StableView(
        number + 1,
        map,
        changed,
        SequenceClock.of(seqnos),
        vector.equals(branches) ? branches : vector);
  }

  PartitionMap map() {
    return map;
  }

  /** Of the views that follow from one another, which one it is. */
  long number() {
    return number;
  }

  /** Up to where each vbucket is readable. */
  SequenceClock clock() {
    return clock;
  }

  /** The branches under which the clock is to be understood; the same object while they stay. */
  BranchVector branches() {
    return branches;
  }

  StableDocument document(int partition) {
    return documents[partition];
  }

  VbucketState vbucket(int vbucket) {
    return documents[map.partitionOf(vbucket)].vbucket(vbucket);
  }
}
