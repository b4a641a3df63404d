package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import java.util.concurrent.CompletionStage;

/**
 * A way to turn {@link FeedToken}s into text and back (features S2 to S4). Texts are letters,
 * digits, {@code -} and {@code _} only; never {@code 0} or empty; they are not secret and not
 * signed: a checksum finds what was mangled on the way, what a forged one says is checked as a
 * client's word.
 *
 * <p>Thread-safe. Stages may be complete already, else they complete on the threads of the store
 * that was asked.
 */
public interface TokenStrategy {
  /** The stable name, for reports and configuration. */
  String name();

  /** Whether the low end of a span makes its tokens shorter: else callers need not find it out. */
  boolean usesLowClocks();

  /**
   * The text of a token that says: everything up to a clock was delivered. Never fails because a
   * store did: a longer text that needs none is made then.
   *
   * @param scope what the clock is to be understood under
   * @param at the clock
   * @throws IllegalArgumentException if the clock is of another number of vbuckets
   */
  CompletionStage<String> caughtUp(TokenScope scope, ClockSpan at);

  /**
   * The tokens of one iteration's rows: what they share is made here, once. Never fails because a
   * store did.
   *
   * @param scope what the clocks are to be understood under
   * @param since the clock up to which everything was delivered
   * @param upper the clock that the iteration goes to; its high end covers that of {@code since},
   *     its low end, unless it is exact, the low end of {@code since} and all rows
   * @throws IllegalArgumentException if {@code upper} does not cover {@code since}, or a clock is
   *     of another number of vbuckets
   */
  CompletionStage<IterationTokens> iteration(TokenScope scope, ClockSpan since, ClockSpan upper);

  /**
   * The tokens of a backfill's rows, which come before the {@link #iteration} between the same
   * clocks, see {@link FeedToken.Stage#BACKFILL}. Never fails because a store did.
   *
   * @param scope what the clocks are to be understood under
   * @param since the clock up to which everything of the feed's other channels was delivered
   * @param upper the clock that the iteration goes to; covers {@code since}
   * @throws IllegalArgumentException if {@code upper} does not cover {@code since}, or a clock is
   *     of another number of vbuckets
   */
  CompletionStage<IterationTokens> backfill(
      TokenScope scope, SequenceClock since, SequenceClock upper);

  /**
   * What a text of this strategy says.
   *
   * @return fails with a {@link TokenException} if it says nothing, or nothing any more, or not
   *     about this database; with the store's failure if that did not answer
   */
  CompletionStage<FeedToken> parse(String text);
}
