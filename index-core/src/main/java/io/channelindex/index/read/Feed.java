package io.channelindex.index.read;

import io.channelindex.sequence.BranchVector;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken.Iteration;
import io.channelindex.sequence.token.IterationTokens;
import io.channelindex.sequence.token.Token;
import io.channelindex.sequence.token.TokenScope;
import io.channelindex.sequence.token.TokenStrategy;
import io.channelindex.storage.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Makes pages of the feed of some channels: from their tails where those reach back far enough,
 * else from the index bucket.
 *
 * <p>Thread-safe.
 */
final class Feed {
  private final List<Channel> channels;
  private final List<Tail> tails;
  private final int channelsDigest;
  private final TokenStrategy tokens;
  private final SliceReader reader;
  private final IterationCache cache;
  private final Executor executor;
  private final ReadCounters counters;
  private final RecentPages recent = new RecentPages();

  /** The feed of the tails' channels, which are sorted. */
  Feed(
      List<Tail> tails,
      TokenStrategy tokens,
      SliceReader reader,
      IterationCache cache,
      Executor executor,
      ReadCounters counters) {
    this.channels = tails.stream().map(Tail::channel).toList();
    this.tails = List.copyOf(tails);
    this.channelsDigest = TokenScope.channels(channels.stream().map(Channel::name).toList());
    this.tokens = tokens;
    this.reader = reader;
    this.cache = cache;
    this.executor = executor;
    this.counters = counters;
  }

  List<Tail> tails() {
    return tails;
  }

  /** What the clocks of its tokens are to be understood under. */
  TokenScope scope(BranchVector branches) {
    return new TokenScope(branches.digest(), channelsDigest);
  }

  /**
   * What a page is to be.
   *
   * @param state where it begins
   * @param goal where its round ends; the view is at or after it
   * @param exact the vbuckets in which a token may not be lower than the feed, whatever its
   *     channels have there
   * @param backfill which backfill it is of; null if it is of none
   */
  record Ask(
      FeedState state,
      SequenceClock goal,
      FeedRequest.Rows which,
      int limit,
      List<Integer> exact,
      @Nullable Backfill backfill) {
    Ask(FeedState state, SequenceClock goal, FeedRequest.Rows which, int limit) {
      this(state, goal, which, limit, List.of(), null);
    }
  }

  /**
   * A backfill of the feed's channels: an iteration from the very beginning of which only rows up
   * to {@code since} are told, those that come after it being news.
   *
   * @param since where the feed stands that the backfill is for
   * @param within what the clocks of its tokens are to be understood under
   * @param after the same for what follows, which is that feed's iteration from {@code since} to
   *     the same upper clock
   */
  record Backfill(SequenceClock since, TokenScope within, TokenScope after) {}

  /**
   * The next page: that of another follower who asked for the same, or a new one.
   *
   * @param seen what of the tails was seen before the view was taken
   */
  CompletionStage<Reading> page(Ask ask, StableView view, Seen seen) {
    CompletableFuture<Reading> reading = new CompletableFuture<>();
    CompletableFuture<Reading> shared = recent.find(ask, view, reading);
    if (shared != null) {
      counters.sharedPages.increment();
      return shared;
    }
    // Others may wait for it already: whatever is thrown has to reach them.
    var unused =
        CompletableFuture.completedFuture(ask)
            .thenCompose(asked -> read(asked, view, seen))
            .whenComplete(
                (done, failure) -> {
                  recent.settle(reading, done);
                  if (done != null) {
                    reading.complete(done);
                  } else {
                    reading.completeExceptionally(Stages.cause(failure));
                  }
                });
    return reading;
  }

  private CompletionStage<Reading> read(Ask ask, StableView view, Seen seen) {
    FeedState state = ask.state();
    SequenceClock upper = state.upper(view);
    return live(state.since(), upper, view)
        .thenComposeAsync(
            live -> {
              PageRows page = pageRows(ask);
              if (live.isPresent()) {
                counters.livePages.increment();
                page.take(live.get().rows());
                return finish(ask, view, upper, page, 0, live.get().seen());
              }
              counters.coldPages.increment();
              return cold(ask, view, upper, page, seen);
            },
            executor);
  }

  /** An iteration that is read in one page tells all that its channels have between its clocks. */
  private PageRows pageRows(Ask ask) {
    Iteration after = ask.state().iteration();
    Backfill backfill = ask.backfill();
    if (backfill != null) {
      return PageRows.upTo(backfill.since(), after, ask.which(), ask.limit());
    }
    return tokens.usesLowClocks() && after == null
        ? PageRows.noting(ask.which(), ask.limit(), ask.state().span().low().toArray())
        : new PageRows(after, ask.which(), ask.limit());
  }

  private CompletionStage<Reading> cold(
      Ask ask, StableView view, SequenceClock upper, PageRows page, Seen seen) {
    Iteration position = ask.state().iteration();
    int first = position == null ? 0 : view.map().partitionOf(position.vbucket());
    Scan scan = scan(ask.state().since(), upper, view);
    int[] next = {view.map().partitions()};
    return scan.run(
            first,
            ask.limit(),
            (partition, rows) -> {
              boolean room = page.take(rows);
              if (!room) {
                next[0] = partition + 1;
              }
              return room;
            })
        .thenCompose(done -> leftAfter(scan, ask, page, next[0], view))
        .thenCompose(left -> finish(ask, view, upper, page, left, seen));
  }

  private static CompletionStage<Long> leftAfter(
      Scan scan, Ask ask, PageRows page, int nextPartition, StableView view) {
    return page.isFull() && nextPartition < view.map().partitions()
        ? scan.countFrom(nextPartition, ask.which())
        : CompletableFuture.completedFuture(0L);
  }

  /** Ends a page: in the middle of its iteration, or at its end. */
  private CompletionStage<Reading> finish(
      Ask ask, StableView view, SequenceClock upper, PageRows page, long further, Seen seen) {
    long left = page.left() + further;
    if (left > 0) {
      return pause(ask, view, upper, page, left, seen);
    }
    ClockSpan reached = span(page, upper, ask.exact());
    if (upper.covers(ask.goal())) {
      return end(ask, view, reached, reached, page, 0, seen);
    }
    // The iteration began before the round: something may have come between.
    SequenceClock newer = ask.goal().merge(upper);
    return count(upper, newer, view, ask.which())
        .thenCompose(
            count ->
                count == 0
                    ? end(ask, view, reached, widened(reached, newer, ask), page, 0, seen)
                    : end(ask, view, reached, reached, page, count, seen));
  }

  /** Where an iteration that is done has come to, and how little of that its rows account for. */
  private static ClockSpan span(PageRows page, SequenceClock upper, List<Integer> exact) {
    long[] reached = page.reached();
    // What follows on a full page was counted at most, and not looked at.
    if (reached == null || page.isFull()) {
      return ClockSpan.exactly(upper);
    }
    for (int vbucket : exact) {
      reached[vbucket] = upper.seqno(vbucket);
    }
    return new ClockSpan(SequenceClock.of(reached), upper);
  }

  /** What was counted passes over rows that are not asked for: only a full count says "nothing". */
  private static ClockSpan widened(ClockSpan reached, SequenceClock newer, Ask ask) {
    return ask.which() == FeedRequest.Rows.ALL
        ? new ClockSpan(reached.low(), newer)
        : ClockSpan.exactly(newer);
  }

  private CompletionStage<Reading> pause(
      Ask ask, StableView view, SequenceClock upper, PageRows page, long left, Seen seen) {
    FeedState state = ask.state();
    return rowTokens(ask, ClockSpan.exactly(upper))
        .thenApply(
            each -> {
              List<Row> rows = rows(page, each, page.rows().size());
              int last = rows.size() - 1;
              FeedRow row = page.rows().get(last);
              Iteration position =
                  new Iteration(upper, row.vbucket(), row.seqno(), page.document(last));
              FeedState after = new FeedState(state.branches(), state.span(), position);
              return new Reading(
                  new Page(rows, rows.get(last).seq(), false, left), after, view.clock(), seen);
            });
  }

  private CompletionStage<IterationTokens> rowTokens(Ask ask, ClockSpan upper) {
    FeedState state = ask.state();
    Backfill backfill = ask.backfill();
    return backfill == null
        ? tokens.iteration(scope(state.branches()), state.span(), upper)
        : tokens.backfill(backfill.within(), backfill.since(), upper.high());
  }

  /** The token of the end of an iteration; after a backfill that is the beginning of the next. */
  private CompletionStage<String> endToken(Ask ask, ClockSpan reached) {
    Backfill backfill = ask.backfill();
    if (backfill == null) {
      return tokens.caughtUp(scope(ask.state().branches()), reached);
    }
    SequenceClock since = backfill.since();
    return tokens
        .iteration(backfill.after(), ClockSpan.exactly(since), ClockSpan.exactly(reached.high()))
        .thenApply(rows -> rows.at(0, since.seqno(0), null));
  }

  /**
   * Ends an iteration.
   *
   * @param upper where it went to
   * @param reached where the feed stands after it
   */
  private CompletionStage<Reading> end(
      Ask ask,
      StableView view,
      ClockSpan upper,
      ClockSpan reached,
      PageRows page,
      long left,
      Seen seen) {
    FeedState state = ask.state();
    FeedState after = new FeedState(state.branches(), reached, null);
    CompletionStage<String> lastSeq = endToken(ask, reached);
    if (page.rows().size() < 2) {
      return lastSeq.thenApply(
          seq -> new Reading(lastPage(page, List.of(), seq, left), after, view.clock(), seen));
    }
    return rowTokens(ask, upper)
        .thenCombine(
            lastSeq,
            (each, seq) -> {
              List<Row> rows = rows(page, each, page.rows().size() - 1);
              return new Reading(lastPage(page, rows, seq, left), after, view.clock(), seen);
            });
  }

  /** The last row of an iteration has the token of its end. */
  private static Page lastPage(PageRows page, List<Row> begin, String lastSeq, long left) {
    List<Row> rows = new ArrayList<>(begin);
    if (!page.rows().isEmpty()) {
      rows.add(row(page.rows().get(page.rows().size() - 1), Token.of(lastSeq)));
    }
    return new Page(rows, lastSeq, left == 0, left);
  }

  private static List<Row> rows(PageRows page, IterationTokens tokens, int count) {
    List<Row> rows = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      FeedRow row = page.rows().get(i);
      rows.add(row(row, tokens.token(row.vbucket(), row.seqno(), page.document(i))));
    }
    return rows;
  }

  private static Row row(FeedRow row, Token token) {
    return new Row(token, row.documentId(), row.revision(), row.deleted(), row.removed());
  }

  /** How many rows there are between two clocks, at most. */
  CompletionStage<Long> count(
      SequenceClock since, SequenceClock upper, StableView view, FeedRequest.Rows which) {
    return live(since, upper, view)
        .thenCompose(
            live -> {
              if (live.isEmpty()) {
                return scan(since, upper, view).countFrom(0, which);
              }
              PageRows count = new PageRows(null, which, 0);
              count.take(live.get().rows());
              return CompletableFuture.completedFuture(count.left());
            });
  }

  private Scan scan(SequenceClock since, SequenceClock upper, StableView view) {
    IterationCache.Key iteration =
        new IterationCache.Key(channels, view.branches().digest(), since, upper);
    return new Scan(iteration, view, reader, cache, executor);
  }

  /** Rows that came from memory, and how much news of the tails they account for. */
  private record Live(List<FeedRow> rows, Seen seen) {}

  /** The rows between two clocks if all tails have them; fails if a tail cannot be read. */
  private CompletionStage<Optional<Live>> live(
      SequenceClock since, SequenceClock upper, StableView view) {
    List<CompletionStage<Void>> reaching = new ArrayList<>(tails.size());
    for (Tail tail : tails) {
      if (!tail.reachesBackTo(since, upper)) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
      reaching.add(tail.reach(view));
    }
    return Stages.all(reaching).thenApply(done -> collect(since, upper, view));
  }

  private Optional<Live> collect(SequenceClock since, SequenceClock upper, StableView view) {
    Merge merge = new Merge();
    long[] seen = new long[tails.size()];
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < seen.length; i++) {
      entries.clear();
      seen[i] = tails.get(i).collect(since, upper, view, entries);
      if (seen[i] < 0) {
        return Optional.empty();
      }
      merge.add(channels.get(i).name(), entries);
    }
    return Optional.of(new Live(merge.rows(), new Seen(seen)));
  }
}
