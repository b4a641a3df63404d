package io.channelindex.index.read;

/**
 * How many rows an iteration has, partition by partition: counted if there are few, else at most
 * what the directories list.
 */
final class Outlook {
  private final int first;
  private final long[] after;

  /**
   * An outlook.
   *
   * @param first the first partition that was looked at
   * @param rows how many rows each partition has; 0 for those before {@code first}
   */
  Outlook(int first, long[] rows) {
    this.first = first;
    this.after = new long[rows.length + 1];
    for (int partition = rows.length - 1; partition >= 0; partition--) {
      after[partition] = after[partition + 1] + rows[partition];
    }
  }

  /** Whether it says something of all partitions from one on. */
  boolean reaches(int partition) {
    return partition >= first;
  }

  /** How many rows there are from a partition on. */
  long from(int partition) {
    if (!reaches(partition)) {
      throw new IllegalArgumentException(
          "not looked at: partition=" + partition + ", first=" + first);
    }
    return after[partition];
  }
}
