package io.channelindex.perf.cluster;

import com.couchbase.client.dcp.highlevel.StreamOffset;
import java.util.HashMap;
import java.util.Map;

/**
 * Where a feed is, or is to begin, per vbucket.
 *
 * @param offsets one for each vbucket
 */
public record Positions(Map<Integer, StreamOffset> offsets) {
  public Positions {
    offsets = Map.copyOf(offsets);
  }

  /** Before everything that a bucket holds. */
  public static Positions beginning(int vbuckets) {
    Map<Integer, StreamOffset> offsets = new HashMap<>();
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      offsets.put(vbucket, StreamOffset.ZERO);
    }
    return new Positions(offsets);
  }
}
