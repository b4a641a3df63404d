package io.channelindex.perf.indexing;

import io.channelindex.index.read.ChannelIndex;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.FeedRequest.Rows;
import io.channelindex.index.read.Follower;
import io.channelindex.index.read.ReaderStatistics;
import io.channelindex.index.read.Row;
import io.channelindex.index.read.Since;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads whole channels of an index. For one thread. */
public final class IndexReader implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int PAGE = 10_000;

  private final ChannelIndex index;

  IndexReader(ChannelIndex index) {
    this.index = index;
  }

  /**
   * Every row that a channel has, in the order in which a feed brings them.
   *
   * @throws io.channelindex.perf.PerfException if the index cannot be read
   */
  public List<Row> rows(String channel) throws InterruptedException {
    return rows(List.of(channel)).get(0);
  }

  /**
   * The same of several channels, all read at once.
   *
   * @return by channel, in the order asked for
   */
  public List<List<Row>> rows(List<String> channels) throws InterruptedException {
    List<CompletionStage<List<Row>>> reading = channels.stream().map(this::begin).toList();
    List<List<Row>> rows = new ArrayList<>();
    for (int i = 0; i < reading.size(); i++) {
      rows.add(Answers.of(reading.get(i), PATIENCE, "reading channel=" + channels.get(i)));
    }
    return rows;
  }

  private CompletionStage<List<Row>> begin(String channel) {
    FeedRequest request = new FeedRequest(Set.of(channel), new Since.Beginning(), Rows.ALL);
    return index
        .follow(request)
        .thenCompose(
            follower ->
                pages(follower, new ArrayList<>())
                    .whenComplete((rows, failure) -> follower.close()));
  }

  private static CompletionStage<List<Row>> pages(Follower follower, List<Row> rows) {
    return follower
        .next(PAGE)
        .thenCompose(
            page -> {
              rows.addAll(page.rows());
              return page.caughtUp()
                  ? CompletableFuture.completedFuture(rows)
                  : pages(follower, rows);
            });
  }

  /** How many documents of channels were asked for so far: heads, directory pages, blocks. */
  public long operations() {
    return index.statistics().reads();
  }

  /** What its cache was used for so far. */
  public CacheUse cacheUse() {
    ReaderStatistics statistics = index.statistics();
    return new CacheUse(
        statistics.cacheHits(),
        statistics.cacheHits() + statistics.loads() + statistics.sharedLoads());
  }

  @Override
  public void close() {
    index.close();
  }
}
