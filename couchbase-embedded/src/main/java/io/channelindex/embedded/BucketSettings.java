package io.channelindex.embedded;

import java.util.regex.Pattern;

/**
 * How a bucket is made.
 *
 * @param name up to 100 letters, digits and the characters {@code . _ % -}
 * @param vbuckets a power of two from 1 to 1,024; a real cluster has 1,024, or 64 or 128 on small
 *     deployments
 * @param replicas copies beside the active one, 0 to 3, on as many other nodes; for those that find
 *     none, the bucket is one that has lost them, which may make durable writes impossible. With 3
 *     they always are
 * @param quotaBytes how much memory documents, their tombstones and what the node keeps beside them
 *     may take on each node; at least {@value #MIN_QUOTA_BYTES}, {@link #UNLIMITED} for all there
 *     is. Nothing is evicted: beyond 93 % writes are refused with a temporary failure
 */
public record BucketSettings(String name, int vbuckets, int replicas, long quotaBytes) {
  /** The quota of a bucket that has none. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  /** The smallest quota; a real server wants 100 MiB, a test may want less. */
  public static final long MIN_QUOTA_BYTES = 64 * 1024;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._%-]{1,100}");
  private static final int MAX_VBUCKETS = 1024;
  private static final int MAX_REPLICAS = 3;

  /** Refuses a name or number that no Couchbase bucket can have. */
  public BucketSettings {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("bucket name=" + name + ", allowed=" + NAME.pattern());
    }
    if (vbuckets < 1 || vbuckets > MAX_VBUCKETS || Integer.bitCount(vbuckets) != 1) {
      throw new IllegalArgumentException(
          "bucket=" + name + ", vbuckets=" + vbuckets + ", allowed=a power of two from 1 to 1024");
    }
    if (replicas < 0 || replicas > MAX_REPLICAS) {
      throw new IllegalArgumentException(
          "bucket=" + name + ", replicas=" + replicas + ", allowed=0 to " + MAX_REPLICAS);
    }
    if (quotaBytes < MIN_QUOTA_BYTES) {
      throw new IllegalArgumentException(
          "bucket=" + name + ", quotaBytes=" + quotaBytes + ", minimum=" + MIN_QUOTA_BYTES);
    }
  }

  /** A bucket without replicas and without a memory quota. */
  public BucketSettings(String name, int vbuckets) {
    this(name, vbuckets, 0, UNLIMITED);
  }

  /** The same with a memory quota. */
  public BucketSettings withQuotaBytes(long bytes) {
    return new BucketSettings(name, vbuckets, replicas, bytes);
  }

  /** The same with replicas. */
  public BucketSettings withReplicas(int count) {
    return new BucketSettings(name, vbuckets, count, quotaBytes);
  }
}
