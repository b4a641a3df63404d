package io.channelindex.index.read;

import io.channelindex.index.principals.Access;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.principals.PrincipalSource;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken.Iteration;
import io.channelindex.sequence.token.FeedToken.Stage;
import io.channelindex.sequence.token.TokenScope;
import io.channelindex.sequence.token.TokenStrategy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The feeds of principals: of the channels that they can see, which change while the feeds run (P1,
 * R5).
 *
 * <p>Guarantees, beside what {@link ChannelIndex} does: a running feed is woken when its principal
 * or one of its roles changes, as by any other change. A channel that was granted is backfilled:
 * all documents that are in it, as rows whose tokens resume in the middle on any node; never again
 * once the feed has a token from after the backfill, but where history was lost, or where more
 * grants were withdrawn since than the principal's document remembers. From the page on whose view
 * knows of a withdrawal nothing more of the channel is told (invariants 13 and 16).
 *
 * <p>Thread-safe.
 */
public final class PrincipalFeeds {
  private static final Logger LOG = LoggerFactory.getLogger(PrincipalFeeds.class);

  private final ChannelIndex index;
  private final PrincipalSource source;
  private final FeedStarts starts;
  final StableClocks clocks;
  final BranchVectors branches;
  private final Tails tails;
  final Feeds feeds;
  final TokenStrategy tokens;
  final ReadCounters counters;
  private final Executor executor;

  /** Guarded by itself. */
  private final Map<PrincipalName, PrincipalWatch> watches = new HashMap<>();

  PrincipalFeeds(
      ChannelIndex index,
      PrincipalSource source,
      FeedStarts starts,
      StableClocks clocks,
      BranchVectors branches,
      Tails tails,
      Feeds feeds,
      TokenStrategy tokens,
      ReadCounters counters,
      Executor executor) {
    this.index = index;
    this.source = source;
    this.starts = starts;
    this.clocks = clocks;
    this.branches = branches;
    this.tails = tails;
    this.feeds = feeds;
    this.tokens = tokens;
    this.counters = counters;
    this.executor = executor;
  }

  /**
   * Starts a feed of the channels that a principal can see. One that does not exist can see none.
   *
   * @param since where it begins; a token of other channels begins where it says, with a backfill
   *     of all channels
   * @param rows which rows; of a backfill there are only active ones in any case
   * @return fails as {@link ChannelIndex#follow} does, and with a {@code IndexStorageException} if
   *     the principal cannot be read
   */
  public CompletionStage<Follower> follow(
      PrincipalName principal, Since since, FeedRequest.Rows rows) {
    if (index.isClosed()) {
      return CompletableFuture.failedFuture(new IllegalStateException("the index is closed"));
    }
    return starts.start(since).thenCompose(start -> open(principal, since, start, rows));
  }

  private CompletionStage<Follower> open(
      PrincipalName name, Since since, FeedStarts.Start start, FeedRequest.Rows rows) {
    FollowedPrincipal principal = new FollowedPrincipal(this, name);
    return principal
        .asOf(start.view())
        .thenCompose(access -> standing(since, start, access))
        .handle(
            (standing, failure) -> {
              if (failure != null) {
                principal.close(name);
                return CompletableFuture.<Follower>failedFuture(Stages.cause(failure));
              }
              PrincipalFollower follower =
                  new PrincipalFollower(this, name, principal, rows, standing);
              index.opened(follower);
              return CompletableFuture.<Follower>completedFuture(follower);
            })
        .thenCompose(opened -> opened);
  }

  private CompletionStage<PrincipalFollower.Standing> standing(
      Since since, FeedStarts.Start start, Access access) {
    FeedState state = start.state();
    if (since instanceof Since.At at) {
      int channels = at.token().scope().channels();
      PrincipalState resumed =
          PrincipalState.resumed(state, channels, access, start.view().clock());
      if (resumed != null) {
        return CompletableFuture.completedFuture(
            new PrincipalFollower.Standing(resumed, at.seq(), null));
      }
      counters.distrustedTokens.increment();
      LOG.info("a principal's feed begins again: its token was of channels that are not known");
      return standing(PrincipalState.distrusted(state));
    }
    Set<String> complete = since instanceof Since.Now ? access.at(state.since()) : Set.of();
    return standing(PrincipalState.at(state, complete));
  }

  /** Where a feed stands that has to be given a token. */
  CompletionStage<PrincipalFollower.Standing> standing(PrincipalState at) {
    return text(at).thenApply(seq -> new PrincipalFollower.Standing(at, seq, null));
  }

  private CompletionStage<String> text(PrincipalState at) {
    FeedState state = at.state();
    TokenScope scope = at.scope();
    Iteration iteration = state.iteration();
    if (iteration == null) {
      return tokens.caughtUp(scope, state.span());
    }
    return (iteration.stage() == Stage.BACKFILL
            ? tokens.backfill(scope, state.since(), iteration.upper())
            : tokens.iteration(scope, state.span(), ClockSpan.exactly(iteration.upper())))
        .thenApply(rows -> rows.at(iteration.vbucket(), iteration.seqno(), iteration.document()));
  }

  /** The watch of a principal, until {@link #unwatch}. */
  PrincipalWatch watch(PrincipalName name) {
    synchronized (watches) {
      PrincipalWatch watch =
          watches.computeIfAbsent(
              name,
              watched ->
                  new PrincipalWatch(watched, tails.acquire(watched.channel()), source, executor));
      watch.users++;
      return watch;
    }
  }

  /** The principal is watched by one less. */
  void unwatch(PrincipalName name) {
    synchronized (watches) {
      @Nullable PrincipalWatch watch = watches.get(name);
      if (watch != null && --watch.users == 0) {
        watches.remove(name);
        tails.release(watch.tail());
      }
    }
  }

  /** The follower is gone. */
  void closed(PrincipalFollower follower) {
    index.closed(follower);
  }
}
