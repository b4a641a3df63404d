package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The tokens of one database: made by the strategy that is configured, read whichever strategy made
 * them, so that the strategy can be changed, and differ between servers, while clients hold tokens.
 *
 * <p>Thread-safe.
 */
public final class FeedTokens implements TokenStrategy {
  private final StatelessTokens stateless;
  private final LookupTokens lookup;
  private final RelativeTokens relative;
  private final TokenStrategy strategy;
  private final SequenceClock beginning;
  private final TokenCounters counters = new TokenCounters();

  /**
   * The tokens of one database.
   *
   * @param database its identity
   * @param vbuckets of its data bucket, 1 … 1024
   * @param settings how they are made
   * @param store where what they name is kept; asked by the strategies that need it, and for their
   *     tokens
   * @param clock what time it is
   */
  public FeedTokens(
      long database, int vbuckets, TokenSettings settings, ClockStore store, InstantSource clock) {
    this.beginning = SequenceClock.zero(vbuckets);
    TokenTime time = new TokenTime(clock, settings.life());
    int cached = settings.cachedClocks();
    this.stateless = new StatelessTokens(database, vbuckets);
    this.lookup =
        new LookupTokens(
            database,
            new StoredClocks(database, vbuckets, store, time, cached, counters),
            stateless,
            counters);
    BaseClocks bases =
        new BaseClocks(database, vbuckets, store, time, settings.baseInterval(), cached, counters);
    this.relative = new RelativeTokens(database, bases, lookup, stateless, cached, counters);
    this.strategy =
        switch (settings.strategy()) {
          case STATELESS -> stateless;
          case LOOKUP -> lookup;
          case RELATIVE -> relative;
        };
  }

  @Override
  public String name() {
    return strategy.name();
  }

  @Override
  public boolean usesLowClocks() {
    return strategy.usesLowClocks();
  }

  @Override
  public CompletionStage<String> caughtUp(TokenScope scope, ClockSpan at) {
    requireShape(at.high());
    // Short as it is, and no clock that is worth to be stored or to begin from.
    return at.high().equals(beginning)
        ? stateless.caughtUp(scope, at)
        : strategy.caughtUp(scope, at);
  }

  @Override
  public CompletionStage<IterationTokens> iteration(
      TokenScope scope, ClockSpan since, ClockSpan upper) {
    requireShape(since.high());
    requireShape(upper.high());
    return strategy.iteration(scope, since, upper);
  }

  @Override
  public CompletionStage<IterationTokens> backfill(
      TokenScope scope, SequenceClock since, SequenceClock upper) {
    requireShape(since);
    requireShape(upper);
    return strategy.backfill(scope, since, upper);
  }

  private void requireShape(SequenceClock clock) {
    if (clock.vbuckets() != beginning.vbuckets()) {
      throw new IllegalArgumentException(
          "clock of different shape: vbuckets="
              + clock.vbuckets()
              + ", expected="
              + beginning.vbuckets());
    }
  }

  /** What a text says, whichever strategy made it. */
  @Override
  public CompletionStage<FeedToken> parse(String text) {
    return switch (TokenText.form(text)) {
      case StatelessTokens.FORM -> stateless.parse(text);
      case LookupTokens.FORM -> lookup.parse(text);
      case RelativeTokens.FORM, RelativeTokens.ROW_FORM -> relative.parse(text);
      default ->
          CompletableFuture.failedFuture(
              TokenException.malformed("token of unknown form: length=" + text.length()));
    };
  }

  /** What tokens have cost so far. */
  public TokenStatistics statistics() {
    return counters.snapshot();
  }
}
