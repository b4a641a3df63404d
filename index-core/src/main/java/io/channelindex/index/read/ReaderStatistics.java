package io.channelindex.index.read;

/**
 * What a reader has done since it was opened.
 *
 * @param looks how often all stable documents were read
 * @param reads documents of channels that were asked for: heads, directory pages, blocks
 * @param bulks how often some of them were asked for together: the round trips of reads
 * @param bulkVbuckets in how many vbuckets of the index bucket they were, each bulk counted by
 *     itself (W6)
 * @param loads heads, directory pages and blocks that the cache did not have
 * @param sharedLoads those that were being read already, for somebody else
 * @param cacheHits those that the cache had
 * @param cacheBytes about how much memory those take that it has now
 * @param handedOver entries of followed channels that the writers of this process handed over, so
 *     that they need not be read
 * @param livePages pages that came from memory
 * @param coldPages pages that had to be read
 * @param sharedPages pages that another follower had asked for just before
 * @param clampedTokens feeds that stood on undone history and were set back, gap-free
 * @param unknownTokens tokens of history that nobody knows, which were refused
 * @param backfills feeds of principals that were granted something and began to backfill it
 * @param distrustedTokens feeds of principals that begin again because nobody remembers what their
 *     token took for granted
 * @param regressions stable documents that were older than what had been read before
 * @param failures reads that failed
 * @param tails channels whose recent entries are in memory
 * @param tailBytes about how much memory those take
 */
public record ReaderStatistics(
    long looks,
    long reads,
    long bulks,
    long bulkVbuckets,
    long loads,
    long sharedLoads,
    long cacheHits,
    long cacheBytes,
    long handedOver,
    long livePages,
    long coldPages,
    long sharedPages,
    long clampedTokens,
    long unknownTokens,
    long backfills,
    long distrustedTokens,
    long regressions,
    long failures,
    int tails,
    long tailBytes) {}
