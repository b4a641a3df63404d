package io.channelindex.index.read;

import io.channelindex.index.principals.Access;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken.Iteration;
import io.channelindex.sequence.token.FeedToken.Stage;
import io.channelindex.sequence.token.TokenScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where the feed of a principal stands (R5, invariant 13).
 *
 * <p>It goes in rounds, from {@code since} to what is readable. Channels that can be seen at the
 * round's end and are not complete are backfilled first: all that they have up to {@code since};
 * then come the news of all channels. So at the end of a round everything that can be seen there is
 * complete there, and a token of that clock needs not name the channels: what the principal could
 * see at a clock can be told as long as its grants are remembered. The token has their digest: if
 * it is not that of what is remembered, nothing is taken for complete. That happens where a
 * withdrawal was undone, or too many have followed it.
 *
 * <p>Immutable.
 *
 * @param state the clocks; an iteration is a round that was left in the middle
 * @param complete the channels of which everything up to {@code since} was told, or of which
 *     something newer is going to be
 * @param backfilling the channels that are being backfilled; empty if none are
 */
record PrincipalState(FeedState state, Set<String> complete, Set<String> backfilling) {
  /**
   * Keeps channels that are backfilled apart from those that are complete; in no channel's name.
   */
  private static final char BACKFILLED = '\u001e';

  /** A feed that stands where it says, all of these channels told. */
  static PrincipalState at(FeedState state, Set<String> complete) {
    return new PrincipalState(state, complete, Set.of());
  }

  /**
   * A feed that goes on as a token says.
   *
   * @param channels the digest in the token
   * @param readable a clock that {@code access} knows of
   * @return null if what the token takes for granted cannot be told any more
   */
  static @Nullable PrincipalState resumed(
      FeedState state, int channels, Access access, SequenceClock readable) {
    Iteration iteration = state.iteration();
    boolean backfill = iteration != null && iteration.stage() == Stage.BACKFILL;
    SequenceClock reached = iteration == null || backfill ? state.since() : iteration.upper();
    for (Set<String> complete : candidates(access, reached, readable)) {
      if (!backfill || iteration == null) {
        if (digest(complete, Set.of()) == channels) {
          return at(state, complete);
        }
        continue;
      }
      for (Set<String> target : candidates(access, iteration.upper(), readable)) {
        Set<String> backfilling = minus(target, complete);
        if (digest(complete, backfilling) == channels) {
          return new PrincipalState(state, complete, backfilling);
        }
      }
    }
    return null;
  }

  /** What may have been complete at a clock: what was withdrawn since may have been left out. */
  private static List<Set<String>> candidates(
      Access access, SequenceClock clock, SequenceClock readable) {
    Set<String> then = access.at(clock);
    return List.of(then, both(then, access.at(readable)), Set.of());
  }

  /** A feed of which only the clock is certain: everything has to be told again. */
  static PrincipalState distrusted(FeedState state) {
    return at(new FeedState(state.branches(), ClockSpan.exactly(state.since()), null), Set.of());
  }

  /** What the clocks of its token are to be understood under. */
  TokenScope scope() {
    return new TokenScope(state.branches().digest(), digest(complete, backfilling));
  }

  private static int digest(Set<String> complete, Set<String> backfilling) {
    List<String> names = new ArrayList<>(complete);
    backfilling.forEach(channel -> names.add(BACKFILLED + channel));
    return TokenScope.channels(names);
  }

  boolean isBackfilling() {
    Iteration iteration = state.iteration();
    return iteration != null && iteration.stage() == Stage.BACKFILL;
  }

  /** The same feed with other clocks. */
  PrincipalState with(FeedState other) {
    return new PrincipalState(other, complete, backfilling);
  }

  /**
   * The feed as it can go on under a view: without what the principal cannot see any more, and
   * without what this node cannot read (yet).
   */
  PrincipalState within(StableView view, Access access) {
    FeedState reachable = Clamp.withinReach(view, state);
    Iteration iteration = reachable.iteration();
    if (iteration == null) {
      return this;
    }
    Set<String> visible = both(access.at(iteration.upper()), access.at(view.clock()));
    if (iteration.stage() == Stage.NEWS) {
      return at(reachable, both(complete, visible));
    }
    if (!view.clock().covers(reachable.since())) {
      return lowered(view, access);
    }
    boolean begins = iteration.vbucket() == 0 && iteration.seqno() == 0;
    Set<String> left = begins ? minus(visible, complete) : both(backfilling, visible);
    return new PrincipalState(reachable, complete, left);
  }

  /**
   * The feed at the beginning of its next round, if it is in none.
   *
   * @return without iteration if nothing has to be backfilled
   */
  PrincipalState next(StableView view, Access access) {
    SequenceClock since = state.since();
    SequenceClock upper = state.upper(view);
    Set<String> target = access.at(upper);
    if (isBeginning(since)) {
      return at(state, target);
    }
    Set<String> fresh = minus(target, complete);
    if (fresh.isEmpty()) {
      return at(state, target);
    }
    if (!view.clock().covers(since)) {
      return lowered(view, access).next(view, access);
    }
    FeedState begun =
        new FeedState(
            state.branches(),
            ClockSpan.exactly(since),
            new Iteration(upper, Stage.BACKFILL, 0, 0, null));
    return new PrincipalState(begun, complete, fresh);
  }

  private static boolean isBeginning(SequenceClock since) {
    for (int vbucket = 0; vbucket < since.vbuckets(); vbucket++) {
      if (since.seqno(vbucket) != 0) {
        return false;
      }
    }
    return true;
  }

  /** What cannot be read cannot be backfilled: the feed goes back to where everything can. */
  private PrincipalState lowered(StableView view, Access access) {
    long[] seqnos = state.since().toArray();
    for (int vbucket = 0; vbucket < seqnos.length; vbucket++) {
      long readable = view.clock().seqno(vbucket);
      if (Long.compareUnsigned(readable, seqnos[vbucket]) < 0) {
        seqnos[vbucket] = readable;
      }
    }
    SequenceClock since = SequenceClock.of(seqnos);
    return at(FeedState.at(state.branches(), since), both(complete, access.at(since)));
  }

  /** The feed in the middle of its backfill, after a row. */
  PrincipalState pausedAt(Iteration row) {
    Iteration iteration =
        new Iteration(row.upper(), Stage.BACKFILL, row.vbucket(), row.seqno(), row.document());
    return with(new FeedState(state.branches(), state.span(), iteration));
  }

  /** The feed after its backfill, before its news. */
  PrincipalState backfilled(StableView view, Access access, Iteration iteration) {
    SequenceClock since = state.since();
    Set<String> visible = both(access.at(iteration.upper()), access.at(view.clock()));
    Set<String> all = new TreeSet<>(both(complete, visible));
    all.addAll(backfilling);
    Iteration news = new Iteration(iteration.upper(), 0, since.seqno(0), null);
    return at(new FeedState(state.branches(), ClockSpan.exactly(since), news), all);
  }

  @SuppressWarnings("ReferenceEquality") // Which they are as long as nothing is granted.
  private static Set<String> both(Set<String> one, Set<String> other) {
    if (one == other) {
      return one;
    }
    Set<String> both = new TreeSet<>(one);
    both.retainAll(other);
    return both;
  }

  @SuppressWarnings("ReferenceEquality")
  private static Set<String> minus(Set<String> one, Set<String> other) {
    if (one == other) {
      return Set.of();
    }
    Set<String> rest = new TreeSet<>(one);
    rest.removeAll(other);
    return rest;
  }
}
