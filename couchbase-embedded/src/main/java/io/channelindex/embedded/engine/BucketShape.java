package io.channelindex.embedded.engine;

/**
 * What a bucket is made of.
 *
 * @param vbuckets a power of two from 1 to 1,024
 * @param replicas copies beside the active one that are asked for, wherever they are
 * @param quotaBytes how much memory documents may take; all there is if {@link Long#MAX_VALUE}
 */
public record BucketShape(int vbuckets, int replicas, long quotaBytes) {
  /** A bucket without replicas and without a memory quota. */
  static BucketShape of(int vbuckets) {
    return new BucketShape(vbuckets, 0, MemoryQuota.UNLIMITED);
  }
}
