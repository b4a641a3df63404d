package io.channelindex.index.read;

import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken.Iteration;
import io.channelindex.sequence.token.TokenScope;
import io.channelindex.sequence.token.TokenStrategy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A feed of a {@link ChannelIndex}. */
final class FeedFollower implements Follower {
  private static final Logger LOG = LoggerFactory.getLogger(FeedFollower.class);

  private final Feed feed;
  private final FeedRequest.Rows which;
  private final StableClocks clocks;
  private final BranchVectors branches;
  private final TokenStrategy tokens;
  private final ReadCounters counters;
  private final Consumer<FeedFollower> onClose;

  /** Replaced by one call at a time; read by anybody. */
  private volatile Standing standing;

  private final Round round = new Round();
  private final Sleep sleep = new Sleep();

  /**
   * Where the feed stands.
   *
   * @param seq the token of the state
   * @param seen what of the tails it accounts for; null if there may be more for other reasons
   */
  record Standing(FeedState state, String seq, @Nullable Seen seen) {}

  FeedFollower(
      Feed feed,
      FeedRequest.Rows which,
      Standing standing,
      StableClocks clocks,
      BranchVectors branches,
      TokenStrategy tokens,
      ReadCounters counters,
      Consumer<FeedFollower> onClose) {
    this.feed = feed;
    this.which = which;
    this.clocks = clocks;
    this.branches = branches;
    this.tokens = tokens;
    this.counters = counters;
    this.onClose = onClose;
    this.standing = standing;
  }

  Feed feed() {
    return feed;
  }

  @Override
  public CompletionStage<Page> next(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit out of range: limit=" + limit + ", min=1");
    }
    if (sleep.isOver()) {
      return CompletableFuture.failedFuture(new IllegalStateException("the follower is closed"));
    }
    // In this order: what the tails have now is part of the view.
    Seen seen = Seen.now(feed.tails());
    StableView view = clocks.view();
    return stand(view)
        .thenCompose(
            state -> {
              if (state.iteration() == null && state.since().covers(view.clock())) {
                standing = new Standing(state, standing.seq(), seen);
                round.over();
                return CompletableFuture.completedFuture(
                    new Page(List.of(), standing.seq(), true, 0));
              }
              return feed.page(new Feed.Ask(state, round.end(view), which, limit), view, seen)
                  .thenApply(this::moveOn);
            });
  }

  private Page moveOn(Reading reading) {
    Page page = reading.page();
    boolean allSeen = page.caughtUp() && reading.state().since().covers(reading.readable());
    standing = new Standing(reading.state(), page.lastSeq(), allSeen ? reading.seen() : null);
    if (page.caughtUp()) {
      round.over();
    }
    return page;
  }

  /** Makes the feed stand on the view's history. */
  private CompletionStage<FeedState> stand(StableView view) {
    FeedState state = standing.state();
    if (state.branches().equals(view.branches())) {
      return CompletableFuture.completedFuture(Clamp.withinReach(view, state));
    }
    return branches
        .publish(view.branches())
        .thenCompose(published -> standing(tokens, feed, clamp(view, state, counters)))
        .thenApply(
            clamped -> {
              standing = clamped;
              return Clamp.withinReach(view, clamped.state());
            });
  }

  /** The state under the view's history; counted and logged if that sets the feed back. */
  static FeedState clamp(StableView view, FeedState state, ReadCounters counters) {
    Clamp.Result result = Clamp.to(view, state);
    if (result.clamped() > 0) {
      counters.clampedTokens.increment();
      LOG.info("a feed stood on undone history and was set back: vbuckets={}", result.clamped());
    }
    return result.state();
  }

  /** Where a feed stands that has to be given a token. */
  static CompletionStage<Standing> standing(TokenStrategy tokens, Feed feed, FeedState state) {
    TokenScope scope = feed.scope(state.branches());
    Iteration iteration = state.iteration();
    CompletionStage<String> seq =
        iteration == null
            ? tokens.caughtUp(scope, state.span())
            : tokens
                .iteration(scope, state.span(), ClockSpan.exactly(iteration.upper()))
                .thenApply(
                    rows -> rows.at(iteration.vbucket(), iteration.seqno(), iteration.document()));
    return seq.thenApply(text -> new Standing(state, text, null));
  }

  @Override
  public CompletionStage<Void> news() {
    Seen seen = standing.seen();
    return seen == null ? CompletableFuture.completedFuture(null) : sleep.until(feed.tails(), seen);
  }

  @Override
  public String lastSeq() {
    return standing.seq();
  }

  @Override
  public void close() {
    if (sleep.end()) {
      onClose.accept(this);
    }
  }
}
