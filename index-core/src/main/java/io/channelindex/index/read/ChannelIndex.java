package io.channelindex.index.read;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.FeedToken;
import io.channelindex.sequence.token.TokenFormat;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.SettingsDocument;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reading half of the index: any number of feeds over the channels of a database
 * (index-bucket.md, "Reading"; features R1 to R4).
 *
 * <p>Assumes what the writer guarantees: what a stable document calls stable is in blocks and heads
 * already. Guarantees invariants 6 to 12: no gaps, whatever moves between two pages; every token
 * handed out resumes here and on every other node; a page has a document once, at its newest state;
 * a read that fails fails the page and moves nothing.
 *
 * <p>Thread-safe. Stages complete on the executor or on the bucket's threads and must not be
 * blocked.
 */
public final class ChannelIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelIndex.class);

  private final long database;
  private final PartitionMap map;
  private final TokenFormat tokens;
  private final WakeUps wakeUps;
  private final ReadCounters counters = new ReadCounters();
  private final StableClocks clocks;
  private final BranchVectors branches;
  private final Tails tails;
  private final Feeds feeds;
  private final Set<FeedFollower> followers = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  private ChannelIndex(
      IndexBucket bucket,
      IndexKeys keys,
      SettingsDocument agreed,
      WakeUps wakeUps,
      ReaderSettings settings,
      ScheduledExecutorService executor) {
    this.database = agreed.database();
    this.map = new PartitionMap(agreed.vbuckets(), agreed.partitions());
    this.tokens = new TokenFormat(database, map.vbuckets());
    this.wakeUps = wakeUps;
    this.branches = new BranchVectors(bucket, keys);
    this.clocks = new StableClocks(bucket, keys, map, settings, executor, counters);
    ChannelReader reader = new ChannelReader(bucket, keys, executor, counters);
    this.tails = new Tails(clocks, reader, settings, executor, counters);
    this.feeds =
        new Feeds(
            tails, tokens, reader, new IterationCache(settings.cachedRows()), executor, counters);
  }

  /**
   * Opens the index for reading.
   *
   * @param agreed what all its nodes agreed on, see {@link io.channelindex.index.IndexSettings}
   * @param wakeUps started here and closed with the index
   * @param executor decodes, merges, retries; not closed with the index
   * @return fails with a {@code IndexStorageException} if the stable clocks cannot be read
   */
  public static CompletionStage<ChannelIndex> open(
      IndexBucket bucket,
      IndexKeys keys,
      SettingsDocument agreed,
      WakeUps wakeUps,
      ReaderSettings settings,
      ScheduledExecutorService executor) {
    ChannelIndex index = new ChannelIndex(bucket, keys, agreed, wakeUps, settings, executor);
    index.clocks.start(index.tails);
    return index
        .clocks
        .refresh()
        .thenCompose(
            view -> {
              wakeUps.start(index.clocks);
              // What moved before the wake-ups began to tell.
              return index.clocks.refresh();
            })
        .handle(
            (view, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(index);
              }
              index.close();
              return CompletableFuture.<ChannelIndex>failedFuture(Stages.cause(failure));
            })
        .thenCompose(opened -> opened);
  }

  /**
   * Starts a feed.
   *
   * @return fails with a {@code IndexStorageException} if the index cannot be read, with an {@code
   *     IllegalArgumentException} if it begins at a token of another database
   */
  public CompletionStage<Follower> follow(FeedRequest request) {
    if (closed) {
      return CompletableFuture.failedFuture(new IllegalStateException("the index is closed"));
    }
    return view(request.since())
        .thenCompose(view -> state(request.since(), view))
        .thenApply(state -> open(request, state));
  }

  private Follower open(FeedRequest request, FeedState state) {
    FeedFollower follower =
        new FeedFollower(
            feeds.acquire(request.channels()),
            request.rows(),
            state,
            clocks,
            branches,
            tokens,
            database,
            counters,
            gone -> {
              followers.remove(gone);
              feeds.release(request.channels());
            });
    followers.add(follower);
    if (closed) {
      follower.close();
    }
    return follower;
  }

  /** A view that knows all that the feed's beginning speaks of, as far as anybody does. */
  private CompletionStage<StableView> view(Since since) {
    StableView view = clocks.view();
    if (since instanceof Since.Beginning) {
      return CompletableFuture.completedFuture(view);
    }
    if (since instanceof Since.At at) {
      requireOurs(at.token());
      if (isCovered(at.token(), view)) {
        return CompletableFuture.completedFuture(view);
      }
    }
    return clocks.refresh();
  }

  private void requireOurs(FeedToken token) {
    if (token.database() != database || token.since().vbuckets() != map.vbuckets()) {
      throw new IllegalArgumentException(
          "token of another database: database="
              + Long.toHexString(token.database())
              + ", vbuckets="
              + token.since().vbuckets());
    }
  }

  private static boolean isCovered(FeedToken token, StableView view) {
    FeedToken.Iteration iteration = token.iteration();
    return token.branches() == view.branches().digest()
        && view.clock().covers(iteration == null ? token.since() : iteration.upper());
  }

  private CompletionStage<FeedState> state(Since since, StableView view) {
    CompletionStage<Void> published = branches.publish(view.branches());
    if (since instanceof Since.At at) {
      return published.thenCompose(done -> resume(at.token(), view));
    }
    SequenceClock begin =
        since instanceof Since.Now ? view.clock() : SequenceClock.zero(map.vbuckets());
    return published.thenApply(done -> FeedState.at(view.branches(), begin));
  }

  private CompletionStage<FeedState> resume(FeedToken token, StableView view) {
    if (token.branches() == view.branches().digest()) {
      return CompletableFuture.completedFuture(
          new FeedState(view.branches(), token.since(), token.iteration()));
    }
    return branches
        .find(token.branches())
        .thenApply(
            found ->
                found
                    .map(vector -> new FeedState(vector, token.since(), token.iteration()))
                    .map(state -> FeedFollower.clamp(view, state, counters))
                    .orElseGet(() -> beginning(token, view)));
  }

  private FeedState beginning(FeedToken token, StableView view) {
    counters.unknownTokens.increment();
    LOG.warn(
        "a token of unknown history begins from the start: branches={}",
        Long.toHexString(token.branches()));
    return FeedState.at(view.branches(), SequenceClock.zero(map.vbuckets()));
  }

  /** The tokens of this database. */
  public TokenFormat tokens() {
    return tokens;
  }

  /** The newest stable clock that is known here. */
  public SequenceClock stable() {
    return clocks.view().clock();
  }

  /**
   * Up to which seqno a vbucket is readable as far as is known here, unsigned; 0 if the history
   * branch asked for is not the current one.
   */
  public long stable(int vbucket, long vbuuid) {
    StableView view = clocks.view();
    return view.branches().vbuuid(vbucket) == vbuuid ? view.clock().seqno(vbucket) : 0;
  }

  /** Whether the index bucket answered the last look at it. */
  public boolean isAvailable() {
    return clocks.isAvailable();
  }

  /** What this reader has done so far. */
  public ReaderStatistics statistics() {
    return counters.snapshot(tails.size());
  }

  /** Stops looking; closes all followers. The bucket and the executor stay open. */
  @Override
  public void close() {
    closed = true;
    clocks.close();
    wakeUps.close();
    List.copyOf(followers).forEach(FeedFollower::close);
  }
}
