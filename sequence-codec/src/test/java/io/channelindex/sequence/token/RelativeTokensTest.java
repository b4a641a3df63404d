package io.channelindex.sequence.token;

import static io.channelindex.sequence.token.FeedTokensTest.assertRefused;
import static io.channelindex.sequence.token.FeedTokensTest.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.Clocks;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.TokenException.Reason;
import io.channelindex.sequence.token.TokenSettings.Strategy;
import java.time.Duration;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelativeTokensTest {
  private static final TokenScope SCOPE = new TokenScope(7, 42);
  private static final Duration LIFE = TokenSettings.DEFAULT.life();
  private static final Duration INTERVAL = TokenSettings.DEFAULT.baseInterval();

  private final MemoryClockStore store = new MemoryClockStore();
  private final SequenceClock base = Clocks.uniform(100_000_000, 1024, 1);
  private final FeedTokens tokens = server();

  private FeedTokens server() {
    return new FeedTokens(1, 1024, TokenSettings.DEFAULT.with(Strategy.RELATIVE), store, store);
  }

  private String caughtUp(SequenceClock clock) {
    return get(tokens.caughtUp(SCOPE, ClockSpan.exactly(clock)));
  }

  /**
   * All vbuckets move by about so much, as hashed ids have it; the channel has its last entry
   * somewhere on the way.
   */
  private ClockSpan moved(int changed, int distance, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Random spread = new Random(seed);
    long[] low = base.toArray();
    long[] high = base.toArray();
    for (int vbucket = 0; vbucket < high.length; vbucket++) {
      high[vbucket] +=
          Math.max(1, Math.round(distance + spread.nextGaussian() * Math.sqrt(distance)));
    }
    for (int entries = changed; entries > 0; ) {
      int vbucket = random.nextInt(low.length);
      if (low[vbucket] == base.seqno(vbucket)) {
        low[vbucket] += 1 + random.nextLong(high[vbucket] - base.seqno(vbucket));
        entries--;
      }
    }
    return new ClockSpan(SequenceClock.of(low), SequenceClock.of(high));
  }

  @Test
  void aFeedThatIsLevelWithTheBaseHas16Characters() {
    assertThat(caughtUp(base)).hasSize(16);
    ClockSpan quiet = moved(0, 500, 1);
    assertThat(get(tokens.caughtUp(SCOPE, quiet))).hasSize(16);
    assertThat(get(server().parse(caughtUp(base))).since()).isEqualTo(base);
  }

  @ParameterizedTest
  @CsvSource({"1", "10", "50", "500", "5000", "50000"})
  void aFeedWith20ChangedVbucketsHas64CharactersAtMost(int distance) {
    caughtUp(base);
    int longest = 0;
    for (int seed = 1; seed <= 200; seed++) {
      ClockSpan at = moved(20, distance, seed);
      String text = get(tokens.caughtUp(SCOPE, at));
      longest = Math.max(longest, text.length());
      SequenceClock parsed = get(server().parse(text)).since();
      assertThat(parsed.covers(at.low())).isTrue();
      assertThat(at.high().covers(parsed)).isTrue();
    }
    System.out.printf("20 vbuckets, moved by %d: at most %d characters%n", distance, longest);
    assertThat(longest).isLessThanOrEqualTo(64);
  }

  @Test
  void whatWasHandedOutHereIsKnownExactlyHere() {
    caughtUp(base);
    ClockSpan at = moved(20, 500, 3);
    String text = get(tokens.caughtUp(SCOPE, at));

    assertThat(get(tokens.parse(text)).span()).isEqualTo(at);
    FeedToken elsewhere = get(server().parse(text));
    assertThat(elsewhere.since()).isNotEqualTo(at.high());
    assertThat(elsewhere.span().isExact()).isTrue();
  }

  @Test
  void thereIsOneBaseAnIntervalWhateverTheNumberOfServersAndFeeds() {
    FeedTokens other = server();
    SequenceClock clock = base;
    for (int step = 0; step < 600; step++) {
      clock = clock.merge(moved(0, step + 1, step).high());
      for (FeedTokens server : new FeedTokens[] {tokens, other}) {
        for (int feed = 0; feed < 5; feed++) {
          get(server.caughtUp(new TokenScope(7, feed), ClockSpan.exactly(clock)));
        }
      }
      store.pass(Duration.ofSeconds(1));
    }
    double perIteration = store.operations() / (600.0 * 2 * 5);
    System.out.printf("bucket operations per feed iteration: %.4f%n", perIteration);

    assertThat(store.contents()).hasSizeBetween(19, 21);
    assertThat(tokens.statistics().bases() + other.statistics().bases())
        .isEqualTo(store.contents().size());
    assertThat(perIteration).isLessThan(0.02);
  }

  @Test
  void aDatabaseThatStandsStillPublishesNothing() {
    caughtUp(base);
    for (int step = 0; step < 100; step++) {
      store.pass(INTERVAL);
      caughtUp(base.with(step % 3, base.seqno(0) + step));
    }
    assertThat(store.puts).isEqualTo(1);
  }

  @Test
  void manyWhoNeedTheFirstBaseWaitForOne() {
    store.hold();
    CompletionStage<String> one = tokens.caughtUp(SCOPE, ClockSpan.exactly(base));
    CompletionStage<String> two = tokens.caughtUp(SCOPE, moved(3, 10, 1));
    assertThat(one.toCompletableFuture()).isNotDone();
    store.release();

    assertThat(get(one)).hasSize(16);
    assertThat(get(two).length()).isLessThan(40);
    assertThat(store.operations()).isEqualTo(1);
  }

  @Test
  void aServerThatIsBehindTheNewestBaseHasTokensToo() {
    FeedTokens ahead = server();
    get(ahead.caughtUp(SCOPE, ClockSpan.exactly(moved(0, 100, 1).high())));

    String text = caughtUp(base);

    assertThat(get(ahead.parse(text)).since()).isEqualTo(base);
    assertThat(tokens.statistics().standIns()).isEqualTo(1);
  }

  @Test
  void historiesHaveBasesOfTheirOwn() {
    String before = caughtUp(base);
    store.pass(INTERVAL);
    TokenScope after = new TokenScope(8, 42);
    SequenceClock lower = base.with(3, 1);
    assertThat(get(server().parse(get(tokens.caughtUp(after, ClockSpan.exactly(lower))))).since())
        .isEqualTo(lower);
    store.pass(INTERVAL);
    String text = get(tokens.caughtUp(after, ClockSpan.exactly(lower)));

    assertThat(get(server().parse(text)).scope()).isEqualTo(after);
    assertThat(get(server().parse(text)).since()).isEqualTo(lower);
    assertThat(get(server().parse(before)).since()).isEqualTo(base);
  }

  @Test
  void aBaseLivesAsLongAsItsLastTokenAndThenSaysSo() {
    String early = caughtUp(base);
    store.pass(LIFE.dividedBy(2).minus(INTERVAL));
    String late = caughtUp(base.with(1, base.seqno(1) + 1));
    store.pass(LIFE);

    assertThat(get(server().parse(late)).since().seqno(1)).isEqualTo(base.seqno(1) + 1);
    store.pass(LIFE.multipliedBy(2));
    assertRefused(server(), late, Reason.EXPIRED);
    assertRefused(server(), early, Reason.EXPIRED);
  }

  @Test
  void aBaseInUseIsRenewedAndReplacedBeforeItIsOld() {
    String held = caughtUp(base);
    String renewed = held;
    for (int step = 0; step < 40; step++) {
      store.pass(LIFE.dividedBy(4));
      get(server().parse(held));
      renewed = caughtUp(base);
      assertThat(renewed).hasSize(16);
    }
    assertThat(get(server().parse(held)).since()).isEqualTo(base);
    assertThat(renewed).isNotEqualTo(held);
  }

  @Test
  void aBaseThatWasLostIsUnknown() {
    String text = caughtUp(base);
    store.contents().keySet().forEach(store::forget);

    assertRefused(server(), text, Reason.UNKNOWN);
    store.fail(true);
    assertThat(server().parse(text).toCompletableFuture())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .withMessageContaining("away");
  }

  @Test
  void aStoreThatIsAwayCostsLengthAndNothingElse() {
    store.fail(true);
    String text = caughtUp(base);
    assertThat(get(server().parse(text)).since()).isEqualTo(base);
    assertThat(tokens.statistics().standIns()).isEqualTo(1);

    store.fail(false);
    store.pass(INTERVAL);
    assertThat(caughtUp(base)).hasSize(16);
    assertThat(store.puts).isEqualTo(2);
  }

  @Test
  void rowsOfAnIterationThatIsWhollyReadNeedNoStore() {
    caughtUp(base);
    int before = store.operations();
    ClockSpan since = moved(4, 100, 1);
    SequenceClock high = since.high().with(9, since.high().seqno(9) + 5);
    ClockSpan upper = new ClockSpan(since.low().with(9, high.seqno(9)), high);
    IterationTokens rows = get(tokens.iteration(SCOPE, since, upper));
    String text = rows.at(9, high.seqno(9), null);

    assertThat(store.operations()).isEqualTo(before);
    assertThat(text.length()).isLessThan(48);
    FeedToken.Iteration row = get(server().parse(text)).iteration();
    assertThat(row.upper().covers(upper.low())).isTrue();
    assertThat(high.covers(row.upper())).isTrue();
  }

  @Test
  void rowsOfALongIterationAreLookedUp() {
    caughtUp(base);
    SequenceClock upper = moved(0, 100, 1).high();
    IterationTokens rows =
        get(tokens.iteration(SCOPE, ClockSpan.exactly(base), ClockSpan.exactly(upper)));
    String text = rows.at(5, upper.seqno(5), null);

    assertThat(text.length()).isLessThan(90);
    assertThat(get(server().parse(text)).iteration().upper()).isEqualTo(upper);
  }
}
