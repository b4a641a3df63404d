package io.channelindex.sequence;

/**
 * How the vbuckets of a bucket are divided into partitions, the units of ownership: partition p has
 * the contiguous vbuckets {@code first(p) … last(p)}, and sizes differ by at most one.
 *
 * @param vbuckets 1 … 1024
 * @param partitions 1 … {@code vbuckets}
 */
public record PartitionMap(int vbuckets, int partitions) {
  /** The partitions of a database that does not say otherwise, where it has that many vbuckets. */
  public static final int DEFAULT_PARTITIONS = 64;

  public PartitionMap {
    Vbuckets.requireCount(vbuckets);
    if (partitions < 1 || partitions > vbuckets) {
      throw new IllegalArgumentException(
          "partitions out of range: partitions="
              + partitions
              + ", min=1, max(vbuckets)="
              + vbuckets);
    }
  }

  /** The default division of a bucket: 64 partitions, or one per vbucket where there are fewer. */
  public static PartitionMap ofVbuckets(int vbuckets) {
    return new PartitionMap(
        vbuckets, Math.min(DEFAULT_PARTITIONS, Vbuckets.requireCount(vbuckets)));
  }

  /** The first vbucket of a partition. */
  public int first(int partition) {
    return (int) ((long) requirePartition(partition) * vbuckets / partitions);
  }

  /** The last vbucket of a partition, inclusive. */
  public int last(int partition) {
    return (int) (((long) requirePartition(partition) + 1) * vbuckets / partitions) - 1;
  }

  /** How many vbuckets a partition has: at least one. */
  public int size(int partition) {
    return last(partition) - first(partition) + 1;
  }

  /** The partition that a vbucket belongs to. */
  public int partitionOf(int vbucket) {
    if (vbucket < 0 || vbucket >= vbuckets) {
      throw new IllegalArgumentException(
          "no such vbucket: vbucket=" + vbucket + ", vbuckets=" + vbuckets);
    }
    // The inverse of first(): the greatest p with p * vbuckets / partitions <= vbucket.
    return (int) ((((long) vbucket + 1) * partitions - 1) / vbuckets);
  }

  private int requirePartition(int partition) {
    if (partition < 0 || partition >= partitions) {
      throw new IllegalArgumentException(
          "no such partition: partition=" + partition + ", partitions=" + partitions);
    }
    return partition;
  }
}
