package io.channelindex.index.read;

import io.channelindex.index.CommitListener;
import io.channelindex.index.memory.MemoryIndex;
import io.channelindex.index.principals.PrincipalSource;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.FeedToken;
import io.channelindex.sequence.token.FeedTokens;
import io.channelindex.sequence.token.TokenException;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.sequence.token.TokenStatistics;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.clocks.BucketClockStore;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.layout.BlockCoding;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

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
  private final FeedTokens tokens;
  private final WakeUps wakeUps;
  private final ReadCounters counters = new ReadCounters();
  private final StableClocks clocks;
  private final BranchVectors branches;
  private final Content content;
  private final FeedStarts starts;
  private final ScheduledExecutorService executor;
  private final Tails tails;
  private final Feeds feeds;
  private final Set<Follower> followers = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  private ChannelIndex(
      IndexBucket bucket,
      IndexKeys keys,
      SettingsDocument agreed,
      Function<ReadCounters, Content> contents,
      WakeUps wakeUps,
      ReaderSettings settings,
      TokenSettings tokenSettings,
      ScheduledExecutorService executor,
      InstantSource time) {
    PartitionMap map = new PartitionMap(agreed.vbuckets(), agreed.partitions());
    this.tokens =
        new FeedTokens(
            agreed.database(),
            map.vbuckets(),
            tokenSettings,
            new BucketClockStore(bucket, keys, executor),
            time);
    this.wakeUps = wakeUps;
    this.executor = executor;
    this.content = contents.apply(counters);
    this.branches = new BranchVectors(bucket, keys);
    this.clocks = new StableClocks(content.stable(), map, settings, executor, counters);
    this.starts = new FeedStarts(agreed.database(), tokens, clocks, branches, counters);
    this.tails = new Tails(clocks, content.reader(), settings, executor, counters);
    this.feeds =
        new Feeds(
            tails,
            tokens,
            content.reader(),
            new IterationCache(settings.cachedRows()),
            executor,
            counters);
  }

  /**
   * Opens the index for reading.
   *
   * @param agreed what all its nodes agreed on, see {@link io.channelindex.index.IndexSettings}
   * @param wakeUps started here and closed with the index
   * @param tokens how its tokens are made
   * @param executor decodes, merges, retries; not closed with the index
   * @return fails with a {@code IndexStorageException} if the stable clocks cannot be read
   */
  public static CompletionStage<ChannelIndex> open(
      IndexBucket bucket,
      IndexKeys keys,
      SettingsDocument agreed,
      WakeUps wakeUps,
      ReaderSettings settings,
      TokenSettings tokens,
      ScheduledExecutorService executor) {
    return open(bucket, keys, agreed, wakeUps, settings, tokens, BlockCoding.plain(), executor);
  }

  /**
   * Opens the index for reading, where blocks may have been compressed with a dictionary.
   *
   * @param coding undoes what blocks were compressed with
   */
  public static CompletionStage<ChannelIndex> open(
      IndexBucket bucket,
      IndexKeys keys,
      SettingsDocument agreed,
      WakeUps wakeUps,
      ReaderSettings settings,
      TokenSettings tokens,
      BlockCoding coding,
      ScheduledExecutorService executor) {
    return open(
        bucket, keys, agreed, wakeUps, settings, tokens, coding, executor, InstantSource.system());
  }

  /** Opens the index at another time. */
  static CompletionStage<ChannelIndex> open(
      IndexBucket bucket,
      IndexKeys keys,
      SettingsDocument agreed,
      WakeUps wakeUps,
      ReaderSettings settings,
      TokenSettings tokens,
      BlockCoding coding,
      ScheduledExecutorService executor,
      InstantSource time) {
    return open(
        bucket,
        keys,
        agreed,
        counters -> Content.inBucket(bucket, keys, agreed, coding, settings, executor, counters),
        wakeUps,
        settings,
        tokens,
        executor,
        time);
  }

  /**
   * Opens an index that is in the memory of this node, and whose writers tell {@link #commits()}
   * what they commit (W1).
   *
   * @param bucket has what tokens name and nodes agree on, but no rows
   * @return fails as that of an index in the bucket does
   */
  public static CompletionStage<ChannelIndex> open(
      MemoryIndex memory,
      IndexBucket bucket,
      IndexKeys keys,
      SettingsDocument agreed,
      ReaderSettings settings,
      TokenSettings tokens,
      ScheduledExecutorService executor) {
    return open(
        bucket,
        keys,
        agreed,
        counters -> Content.inMemory(memory, executor),
        WakeUps.NONE,
        settings,
        tokens,
        executor,
        InstantSource.system());
  }

  /** Opens an index whose rows are wherever it is said. */
  static CompletionStage<ChannelIndex> open(
      IndexBucket bucket,
      IndexKeys keys,
      SettingsDocument agreed,
      Function<ReadCounters, Content> contents,
      WakeUps wakeUps,
      ReaderSettings settings,
      TokenSettings tokens,
      ScheduledExecutorService executor,
      InstantSource time) {
    return new ChannelIndex(
            bucket, keys, agreed, contents, wakeUps, settings, tokens, executor, time)
        .opened();
  }

  private CompletionStage<ChannelIndex> opened() {
    // In this order: a tail may read at once.
    clocks.start(content.moves().andThen(tails));
    return clocks
        .refresh()
        .thenCompose(
            view -> {
              wakeUps.start(clocks);
              // What moved before the wake-ups began to tell.
              return clocks.refresh();
            })
        .handle(
            (view, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(this);
              }
              close();
              return CompletableFuture.<ChannelIndex>failedFuture(Stages.cause(failure));
            })
        .thenCompose(opened -> opened);
  }

  /**
   * Finds out where an earlier feed stood.
   *
   * @param seq its token, as {@link Row} and {@link Page} have them
   * @return fails with a {@link TokenException} if that is no token of this database, or what it
   *     says is not known any more; with an {@code IndexStorageException} if the index cannot be
   *     read
   */
  public CompletionStage<Since.At> resume(String seq) {
    return starts.resume(seq);
  }

  /**
   * Starts a feed.
   *
   * @return fails with a {@code IndexStorageException} if the index cannot be read, with a {@link
   *     TokenException} if it begins at a token of another database, or of a history that nobody
   *     knows
   */
  public CompletionStage<Follower> follow(FeedRequest request) {
    if (closed) {
      return CompletableFuture.failedFuture(new IllegalStateException("the index is closed"));
    }
    return starts.start(request.since()).thenCompose(start -> open(request, state(start)));
  }

  /** Channels that a client names are not backfilled, whatever its token was in the middle of. */
  private FeedState state(FeedStarts.Start start) {
    FeedState state = FeedFollower.clamp(start.view(), start.state(), counters);
    FeedToken.Iteration iteration = state.iteration();
    return iteration != null && iteration.stage() == FeedToken.Stage.BACKFILL
        ? new FeedState(state.branches(), state.span(), null)
        : state;
  }

  /**
   * Feeds of principals.
   *
   * @param source where the principals are
   */
  public PrincipalFeeds principals(PrincipalSource source) {
    return new PrincipalFeeds(
        this, source, starts, clocks, branches, tails, feeds, tokens, counters, executor);
  }

  private CompletionStage<Follower> open(FeedRequest request, FeedState state) {
    Feed feed = feeds.acquire(request.channels());
    return standing(feed, request.since(), state)
        .handle(
            (standing, failure) -> {
              if (failure != null) {
                feeds.release(request.channels());
                return CompletableFuture.<Follower>failedFuture(Stages.cause(failure));
              }
              return CompletableFuture.completedFuture(open(request, feed, standing));
            })
        .thenCompose(opened -> opened);
  }

  /** A feed that goes on as its token says has a token already. */
  private CompletionStage<FeedFollower.Standing> standing(Feed feed, Since since, FeedState state) {
    if (since instanceof Since.At at
        && at.token().scope().equals(feed.scope(state.branches()))
        && Objects.equals(at.token().iteration(), state.iteration())) {
      return CompletableFuture.completedFuture(new FeedFollower.Standing(state, at.seq(), null));
    }
    return FeedFollower.standing(tokens, feed, state);
  }

  private Follower open(FeedRequest request, Feed feed, FeedFollower.Standing standing) {
    FeedFollower follower =
        new FeedFollower(
            feed,
            request.rows(),
            standing,
            clocks,
            branches,
            tokens,
            counters,
            gone -> {
              closed(gone);
              feeds.release(request.channels());
            });
    opened(follower);
    return follower;
  }

  /** The follower is closed with the index, unless it {@linkplain #closed closes} before. */
  void opened(Follower follower) {
    followers.add(follower);
    if (closed) {
      follower.close();
    }
  }

  void closed(Follower follower) {
    followers.remove(follower);
  }

  boolean isClosed() {
    return closed;
  }

  /** Who is to be told what the writers of this process commit: then nobody has to read it back. */
  public CommitListener commits() {
    return clocks;
  }

  /** What its tokens have cost so far. */
  public TokenStatistics tokens() {
    return tokens.statistics();
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

  /** Whether the index could be read when it was last looked at. */
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
    List.copyOf(followers).forEach(Follower::close);
  }
}
