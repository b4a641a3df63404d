package io.channelindex.perf.indexing;

import io.channelindex.index.read.ChannelIndex;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.FeedRequest.Rows;
import io.channelindex.index.read.Follower;
import io.channelindex.index.read.Page;
import io.channelindex.index.read.Row;
import io.channelindex.index.read.Since;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads whole channels of an index, one after the other. For one thread. */
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
    FeedRequest request = new FeedRequest(Set.of(channel), new Since.Beginning(), Rows.ALL);
    String what = "reading channel=" + channel;
    List<Row> rows = new ArrayList<>();
    try (Follower follower = Answers.of(index.follow(request), PATIENCE, what)) {
      Page page;
      do {
        page = Answers.of(follower.next(PAGE), PATIENCE, what);
        rows.addAll(page.rows());
      } while (!page.caughtUp());
    }
    return rows;
  }

  /** How many documents of channels were asked for so far: heads, directory pages, blocks. */
  public long operations() {
    return index.statistics().reads();
  }

  @Override
  public void close() {
    index.close();
  }
}
