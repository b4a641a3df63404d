package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import org.jspecify.annotations.Nullable;

/**
 * What a client's opaque {@code seq} says: where its feed stands.
 *
 * <p>Either everything up to {@code since} was delivered ({@code iteration} is null), or the feed
 * is on the way from {@code since} to the iteration's upper clock and has delivered its rows up to
 * a position.
 *
 * @param database the identity of the index that made it; tokens of another are foreign
 * @param scope what its clocks are to be understood under
 * @param span the clock up to which everything was delivered, and how much lower it may be taken
 *     for the channels of the scope
 * @param iteration the iteration under way
 */
public record FeedToken(
    long database, TokenScope scope, ClockSpan span, @Nullable Iteration iteration) {

  /** Refuses an iteration that does not begin at {@code since}. */
  public FeedToken {
    if (iteration != null) {
      requireWay(span.high(), iteration.upper());
      requirePosition(
          iteration.stage().begin(span.high()),
          iteration.stage().end(span.high(), iteration.upper()),
          iteration.vbucket(),
          iteration.seqno());
    }
  }

  /** The clock up to which everything was delivered. */
  public SequenceClock since() {
    return span.high();
  }

  /** The digest of the branches under which the clocks were read. */
  public long branches() {
    return scope.branches();
  }

  /** What an iteration delivers; a backfill comes before the news. */
  public enum Stage {
    /**
     * Of channels that the feed did not show before: what they have up to {@code since}. Only feeds
     * of principals have it.
     */
    BACKFILL,
    /** Of all channels of the feed: what came after {@code since}. */
    NEWS;

    /** Where the stage begins: before all of its rows. */
    SequenceClock begin(SequenceClock since) {
      return this == BACKFILL ? SequenceClock.zero(since.vbuckets()) : since;
    }

    /** Where the stage ends. */
    SequenceClock end(SequenceClock since, SequenceClock upper) {
      return this == BACKFILL ? since : upper;
    }
  }

  /**
   * An iteration that was left in the middle. Rows come in the order (vbucket, seqno, document id).
   *
   * @param upper the clock that it goes to; covers {@code since}
   * @param stage what it is delivering
   * @param vbucket the vbucket of the last row that was delivered; vbuckets before it are done
   * @param seqno the seqno of that row, unsigned: from {@code since} to {@code upper}, in a
   *     backfill from 0 to {@code since}
   * @param document the id of that row's document if more rows of the same (vbucket, seqno) follow
   *     it, which happens only where the index made up deletions; null otherwise
   */
  public record Iteration(
      SequenceClock upper, Stage stage, int vbucket, long seqno, @Nullable String document) {
    /** An iteration that delivers news. */
    public Iteration(SequenceClock upper, int vbucket, long seqno, @Nullable String document) {
      this(upper, Stage.NEWS, vbucket, seqno, document);
    }
  }

  static void requireWay(SequenceClock since, SequenceClock upper) {
    if (!upper.covers(since)) {
      // Without the clocks: what a client sent must not blow up logs and answers.
      throw new IllegalArgumentException(
          "iteration goes back: since and upper have vbuckets=" + since.vbuckets());
    }
  }

  static void requirePosition(SequenceClock since, SequenceClock upper, int vbucket, long seqno) {
    if (vbucket < 0 || vbucket >= since.vbuckets()) {
      throw new IllegalArgumentException(
          "no such vbucket: vbucket=" + vbucket + ", vbuckets=" + since.vbuckets());
    }
    if (Long.compareUnsigned(seqno, since.seqno(vbucket)) < 0
        || Long.compareUnsigned(seqno, upper.seqno(vbucket)) > 0) {
      throw new IllegalArgumentException(
          "position outside of its iteration: vbucket="
              + vbucket
              + ", seqno="
              + Long.toUnsignedString(seqno)
              + ", since="
              + Long.toUnsignedString(since.seqno(vbucket))
              + ", upper="
              + Long.toUnsignedString(upper.seqno(vbucket)));
    }
  }
}
