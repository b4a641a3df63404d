package io.channelindex.feed;

import java.util.Map;

/**
 * What a feed did since it was made, at one moment; the numbers are read one after the other.
 *
 * @param changes changes that were delivered to sessions
 * @param bufferedBytes what sessions hold of flow control buffers now
 * @param rollbacks how often the data service sent a vbucket back
 * @param streamEnds how many streams the data service ended, by its reason
 * @param reopenings how many streams were opened beyond each vbucket's first one
 * @param reconnects how many connections were made again after they had been lost
 * @param behind how many seqnos each partition's vbuckets had above what was delivered, when the
 *     data service was last asked (every two seconds); empty if it did not answer yet
 */
public record FeedStatistics(
    long changes,
    long bufferedBytes,
    long rollbacks,
    Map<String, Long> streamEnds,
    long reopenings,
    long reconnects,
    Map<Integer, Long> behind) {
  public FeedStatistics {
    streamEnds = Map.copyOf(streamEnds);
    behind = Map.copyOf(behind);
  }
}
