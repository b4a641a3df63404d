package io.channelindex.embedded;

import java.util.regex.Pattern;

/**
 * How a bucket is made.
 *
 * @param name up to 100 letters, digits and the characters {@code . _ % -}
 * @param vbuckets a power of two from 1 to 1,024; a real cluster has 1,024, or 64 or 128 on small
 *     deployments
 */
public record BucketSettings(String name, int vbuckets) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._%-]{1,100}");
  private static final int MAX_VBUCKETS = 1024;

  /** Refuses a name or number that no Couchbase bucket can have. */
  public BucketSettings {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("bucket name=" + name + ", allowed=" + NAME.pattern());
    }
    if (vbuckets < 1 || vbuckets > MAX_VBUCKETS || Integer.bitCount(vbuckets) != 1) {
      throw new IllegalArgumentException(
          "bucket=" + name + ", vbuckets=" + vbuckets + ", allowed=a power of two from 1 to 1024");
    }
  }
}
