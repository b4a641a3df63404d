package io.channelindex.index.read;

import io.channelindex.sequence.BranchVector;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.FeedToken;
import io.channelindex.sequence.token.FeedTokens;
import io.channelindex.sequence.token.TokenException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Finds out where feeds begin, and what has to be known before they do.
 *
 * <p>Thread-safe.
 */
final class FeedStarts {
  private final long database;
  private final FeedTokens tokens;
  private final StableClocks clocks;
  private final BranchVectors branches;
  private final ReadCounters counters;

  FeedStarts(
      long database,
      FeedTokens tokens,
      StableClocks clocks,
      BranchVectors branches,
      ReadCounters counters) {
    this.database = database;
    this.tokens = tokens;
    this.clocks = clocks;
    this.branches = branches;
    this.counters = counters;
  }

  /**
   * Where a feed begins.
   *
   * @param view a view that knows all that the beginning speaks of, as far as anybody does; its
   *     branches are stored, so that tokens can name them
   * @param state where the feed stands, under the branches that it knew: it has to be {@linkplain
   *     Clamp clamped} to the view
   */
  record Start(StableView view, FeedState state) {}

  /** Where an earlier feed stood, see {@link ChannelIndex#resume}. */
  CompletionStage<Since.At> resume(String seq) {
    return tokens
        .parse(seq)
        .thenCompose(
            token -> {
              Since.At at = new Since.At(token, seq);
              return token.branches() == clocks.view().branches().digest()
                  ? CompletableFuture.completedFuture(at)
                  : history(token).thenApply(known -> at);
            });
  }

  /** Where a feed begins; fails as {@link ChannelIndex#follow} does. */
  CompletionStage<Start> start(Since since) {
    return view(since)
        .thenCompose(
            view ->
                branches
                    .publish(view.branches())
                    .thenCompose(published -> state(since, view))
                    .thenApply(state -> new Start(view, state)));
  }

  private CompletionStage<StableView> view(Since since) {
    StableView view = clocks.view();
    if (since instanceof Since.Beginning) {
      return CompletableFuture.completedFuture(view);
    }
    if (since instanceof Since.At at) {
      try {
        requireOurs(at.token(), view);
      } catch (TokenException e) {
        return CompletableFuture.failedFuture(e);
      }
      if (isCovered(at.token(), view)) {
        return CompletableFuture.completedFuture(view);
      }
    }
    return clocks.refresh();
  }

  private void requireOurs(FeedToken token, StableView view) {
    if (token.database() != database || token.since().vbuckets() != view.map().vbuckets()) {
      throw new TokenException(
          TokenException.Reason.FOREIGN,
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
    if (since instanceof Since.At at) {
      FeedToken token = at.token();
      return token.branches() == view.branches().digest()
          ? CompletableFuture.completedFuture(
              new FeedState(view.branches(), token.span(), token.iteration()))
          : history(token)
              .thenApply(vector -> new FeedState(vector, token.span(), token.iteration()));
    }
    SequenceClock begin =
        since instanceof Since.Now ? view.clock() : SequenceClock.zero(view.map().vbuckets());
    return CompletableFuture.completedFuture(FeedState.at(view.branches(), begin));
  }

  /** The branches that a token's clocks were read under. */
  private CompletionStage<BranchVector> history(FeedToken token) {
    return branches
        .find(token.branches())
        .thenApply(
            found ->
                found.orElseThrow(
                    () -> {
                      counters.unknownTokens.increment();
                      return new TokenException(
                          TokenException.Reason.UNKNOWN,
                          "token of unknown history: branches="
                              + Long.toHexString(token.branches()));
                    }));
  }
}
