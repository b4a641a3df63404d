package io.channelindex.embedded.engine;

import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** What a crash takes away from a bucket. */
public sealed interface Loss {
  /** What was not persisted. */
  record Unpersisted() implements Loss {
    @Override
    public OptionalLong tailOf(int vbucket) {
      return OptionalLong.empty();
    }
  }

  /**
   * The last seqnos of some vbuckets, persisted or not, as a failover to a replica that lags; the
   * other vbuckets lose what was not persisted. Never more than what was written since the bucket
   * began to {@link Bucket#keepTail keep} its tail.
   *
   * @param seqnos how many, at least 1; a durable write takes two
   * @param vbuckets which; empty for all
   */
  record Tail(long seqnos, Set<Integer> vbuckets) implements Loss {
    /** Refuses what is not a tail. */
    public Tail {
      if (seqnos < 1) {
        throw new IllegalArgumentException("seqnos=" + seqnos + ", minimum=1");
      }
      vbuckets = Set.copyOf(vbuckets);
    }

    @Override
    public OptionalLong tailOf(int vbucket) {
      return vbuckets.isEmpty() || vbuckets.contains(vbucket)
          ? OptionalLong.of(seqnos)
          : OptionalLong.empty();
    }

    @Override
    public String toString() {
      return "Tail[seqnos=" + seqnos + ", vbuckets=" + new TreeSet<>(vbuckets) + "]";
    }
  }

  /** How many of its last seqnos a vbucket loses; empty: those that are not persisted. */
  OptionalLong tailOf(int vbucket);
}
