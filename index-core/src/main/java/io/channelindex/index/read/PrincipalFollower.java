package io.channelindex.index.read;

import io.channelindex.index.principals.Access;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken.Iteration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A feed of {@link PrincipalFeeds}; {@link PrincipalState} says how it goes. */
final class PrincipalFollower implements Follower {
  private final PrincipalFeeds feeds;
  private final PrincipalName name;
  private final FollowedPrincipal principal;
  private final FeedRequest.Rows which;
  private final FollowedChannels channels;
  private final FollowedChannels backfilled;

  /** Replaced by one call at a time; read by anybody. */
  private volatile Standing standing;

  private final Round round = new Round();
  private final Sleep sleep = new Sleep();

  /**
   * Where the feed stands.
   *
   * @param seq the token of it
   * @param asleep what there may be news of; null if there may be news anyway
   */
  record Standing(PrincipalState at, String seq, @Nullable Watched asleep) {}

  /** How much news of some tails somebody has seen. */
  record Watched(List<Tail> tails, Seen seen) {
    static Watched now(List<Tail> tails) {
      return new Watched(tails, Seen.now(tails));
    }

    Watched and(List<Tail> others, Seen ofOthers) {
      List<Tail> both = new ArrayList<>(tails);
      both.addAll(others);
      return new Watched(both, seen.and(ofOthers));
    }
  }

  /**
   * One page on its way.
   *
   * @param principals what was seen of the principals' tails before the view was taken
   * @param followed the same of the channels' tails
   * @param view the view
   * @param access what the principal can see under it
   * @param limit how many rows
   */
  private record Turn(
      Watched principals, Watched followed, StableView view, Access access, int limit) {
    /** What was seen of a feed's tails before the view was taken. */
    Seen seenOf(Feed feed) {
      return followed.tails().equals(feed.tails())
          ? followed.seen()
          : Seen.nothing(feed.tails().size());
    }

    Turn withLimit(int rows) {
      return new Turn(principals, followed, view, access, rows);
    }
  }

  PrincipalFollower(
      PrincipalFeeds feeds,
      PrincipalName name,
      FollowedPrincipal principal,
      FeedRequest.Rows which,
      Standing standing) {
    this.feeds = feeds;
    this.name = name;
    this.principal = principal;
    this.which = which;
    this.channels = new FollowedChannels(feeds.feeds);
    this.backfilled = new FollowedChannels(feeds.feeds);
    this.standing = standing;
  }

  @Override
  public CompletionStage<Page> next(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit out of range: limit=" + limit + ", min=1");
    }
    if (sleep.isOver()) {
      return CompletableFuture.failedFuture(new IllegalStateException("the follower is closed"));
    }
    // In this order: what the tails have now is part of the view, and of what is read after it.
    Watched principals = Watched.now(principal.tails());
    Watched followed = Watched.now(channels.tails());
    StableView view = feeds.clocks.view();
    return principal
        .asOf(view)
        .thenCompose(access -> page(new Turn(principals, followed, view, access, limit)));
  }

  private CompletionStage<Page> page(Turn turn) {
    return stand(turn)
        .thenCompose(
            at -> {
              if (at.isBackfilling()) {
                return backfill(turn, at);
              }
              if (at.state().iteration() == null
                  && at.state().since().covers(turn.view().clock())) {
                return nothing(turn, at);
              }
              return news(turn, at);
            });
  }

  /** The feed under the view, in a round if there is anything to tell. */
  private CompletionStage<PrincipalState> stand(Turn turn) {
    StableView view = turn.view();
    PrincipalState at = standing.at();
    if (at.state().branches().equals(view.branches())) {
      return CompletableFuture.completedFuture(begun(turn, at.within(view, turn.access())));
    }
    FeedState clamped = FeedFollower.clamp(view, at.state(), feeds.counters);
    PrincipalState within = at.with(clamped).within(view, turn.access());
    return feeds
        .branches
        .publish(view.branches())
        .thenCompose(published -> feeds.standing(within))
        .thenApply(
            told -> {
              standing = told;
              return begun(turn, within);
            });
  }

  private PrincipalState begun(Turn turn, PrincipalState at) {
    if (at.state().iteration() != null) {
      return at;
    }
    PrincipalState begun = at.next(turn.view(), turn.access());
    if (begun.isBackfilling()) {
      feeds.counters.backfills.increment();
    }
    return begun;
  }

  private CompletionStage<Page> nothing(Turn turn, PrincipalState at) {
    round.over();
    Feed feed = channels.of(at.complete());
    Watched asleep = asleep(turn, feed, turn.seenOf(feed));
    CompletionStage<String> seq =
        at.complete().equals(standing.at().complete())
            ? CompletableFuture.completedFuture(standing.seq())
            : feeds.standing(at).thenApply(Standing::seq);
    return seq.thenApply(
        text -> {
          standing = new Standing(at, text, asleep);
          return new Page(List.of(), text, true, 0);
        });
  }

  /** What to sleep on; null if there are roles of which nothing was seen before the view. */
  private @Nullable Watched asleep(Turn turn, Feed feed, Seen seen) {
    return turn.principals().tails().equals(principal.tails())
        ? turn.principals().and(feed.tails(), seen)
        : null;
  }

  private CompletionStage<Page> backfill(Turn turn, PrincipalState at) {
    Iteration iteration = at.state().iteration();
    if (iteration == null) {
      throw new IllegalStateException("no backfill is under way: principal=" + name);
    }
    PrincipalState after = at.backfilled(turn.view(), turn.access(), iteration);
    if (at.backfilling().isEmpty()) {
      return news(turn, after);
    }
    SequenceClock since = at.state().since();
    FeedState fromTheBeginning =
        new FeedState(
            at.state().branches(),
            ClockSpan.exactly(SequenceClock.zero(since.vbuckets())),
            new Iteration(
                iteration.upper(), iteration.vbucket(), iteration.seqno(), iteration.document()));
    Feed feed = backfilled.of(at.backfilling());
    Feed.Ask ask =
        new Feed.Ask(
            fromTheBeginning,
            iteration.upper(),
            FeedRequest.Rows.ACTIVE,
            turn.limit(),
            List.of(),
            new Feed.Backfill(since, at.scope(), after.scope()));
    // The round begins with the backfill.
    round.end(turn.view());
    return feed.page(ask, turn.view(), Seen.nothing(feed.tails().size()))
        .thenCompose(reading -> backfilled(turn, at, after, reading));
  }

  private CompletionStage<Page> backfilled(
      Turn turn, PrincipalState at, PrincipalState after, Reading reading) {
    Page page = reading.page();
    Iteration row = reading.state().iteration();
    if (row != null) {
      return moved(turn, at.pausedAt(row), after, page);
    }
    backfilled.none();
    int room = turn.limit() - page.rows().size();
    if (room == 0) {
      return moved(turn, after, after, page);
    }
    return news(turn.withLimit(room), after)
        .thenApply(
            news -> {
              List<Row> rows = new ArrayList<>(page.rows());
              rows.addAll(news.rows());
              return new Page(rows, news.lastSeq(), news.caughtUp(), news.pending());
            });
  }

  /** Ends a page before the news. */
  private CompletionStage<Page> moved(
      Turn turn, PrincipalState at, PrincipalState news, Page page) {
    FeedState state = news.state();
    return channels
        .of(news.complete())
        .count(state.since(), state.upper(turn.view()), turn.view(), which)
        .thenApply(
            count -> {
              standing = new Standing(at, page.lastSeq(), null);
              long pending = Math.max(1, page.pending() + count);
              return new Page(page.rows(), page.lastSeq(), false, pending);
            });
  }

  private CompletionStage<Page> news(Turn turn, PrincipalState at) {
    Feed feed = channels.of(at.complete());
    SequenceClock upper = at.state().upper(turn.view());
    List<Integer> exact = feeds.tokens.usesLowClocks() ? turn.access().vbuckets() : List.of();
    Feed.Ask ask = new Feed.Ask(at.state(), upper, which, turn.limit(), exact, null);
    SequenceClock end = round.end(turn.view());
    return feed.page(ask, turn.view(), turn.seenOf(feed))
        .thenCompose(
            reading ->
                !reading.page().caughtUp()
                        || (reading.state().since().covers(end) && isWhole(turn, at, reading))
                    ? CompletableFuture.completedFuture(told(turn, at, feed, reading))
                    : further(turn, at, feed, reading, end));
  }

  /**
   * Whether the feed has told all channels that can be seen where it stands now. One that a lost
   * withdrawal has given back while an iteration was under way is backfilled in the next round.
   */
  private static boolean isWhole(Turn turn, PrincipalState at, Reading reading) {
    return at.complete().containsAll(turn.access().at(reading.state().since()));
  }

  private Page told(Turn turn, PrincipalState at, Feed feed, Reading reading) {
    Page page = reading.page();
    boolean allSeen = page.caughtUp() && reading.state().since().covers(turn.view().clock());
    Watched asleep = allSeen ? asleep(turn, feed, reading.seen()) : null;
    standing = new Standing(at.with(reading.state()), page.lastSeq(), asleep);
    if (page.caughtUp()) {
      round.over();
    }
    return page;
  }

  /** The iteration had begun before the round, or is of less than can be seen: another follows. */
  private CompletionStage<Page> further(
      Turn turn, PrincipalState at, Feed feed, Reading reading, SequenceClock end) {
    Page page = reading.page();
    SequenceClock since = reading.state().since();
    return feed.count(since, end.merge(since), turn.view(), which)
        .thenApply(
            count -> {
              standing = new Standing(at.with(reading.state()), page.lastSeq(), null);
              return new Page(page.rows(), page.lastSeq(), false, Math.max(1, count));
            });
  }

  @Override
  public CompletionStage<Void> news() {
    Watched asleep = standing.asleep();
    return asleep == null
        ? CompletableFuture.completedFuture(null)
        : sleep.until(asleep.tails(), asleep.seen());
  }

  @Override
  public String lastSeq() {
    return standing.seq();
  }

  @Override
  public void close() {
    if (sleep.end()) {
      channels.close();
      backfilled.close();
      principal.close(name);
      feeds.closed(this);
    }
  }
}
