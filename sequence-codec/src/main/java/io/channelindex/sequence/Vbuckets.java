package io.channelindex.sequence;

/** The limits of what a bucket is hashed into. */
final class Vbuckets {
  static final int MAX = 1024;

  private Vbuckets() {}

  static int requireCount(int vbuckets) {
    if (vbuckets < 1 || vbuckets > MAX) {
      throw new IllegalArgumentException(
          "vbuckets out of range: vbuckets=" + vbuckets + ", min=1, max=" + MAX);
    }
    return vbuckets;
  }
}
