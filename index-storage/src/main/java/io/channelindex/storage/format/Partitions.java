package io.channelindex.storage.format;

import io.channelindex.sequence.PartitionMap;

/** The ranges of partitions and vbuckets in documents. */
final class Partitions {
  /** The highest number of a partition or vbucket. */
  static final int MAX = 1023;

  private Partitions() {}

  static void require(int partition, int firstVbucket, int vbuckets) {
    if (partition < 0 || partition > MAX) {
      throw new IllegalArgumentException(
          "no such partition: partition=" + partition + ", max=" + MAX);
    }
    if (firstVbucket < 0 || vbuckets < 1 || firstVbucket + vbuckets > MAX + 1) {
      throw new IllegalArgumentException(
          "no such vbuckets: firstVbucket="
              + firstVbucket
              + ", vbuckets="
              + vbuckets
              + ", max="
              + MAX);
    }
  }

  /** Refuses what {@link PartitionMap} refuses. */
  static PartitionMap requireMap(int vbuckets, int partitions) {
    return new PartitionMap(vbuckets, partitions);
  }
}
