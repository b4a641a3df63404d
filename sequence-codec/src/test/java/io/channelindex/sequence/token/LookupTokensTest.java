package io.channelindex.sequence.token;

import static io.channelindex.sequence.token.FeedTokensTest.assertRefused;
import static io.channelindex.sequence.token.FeedTokensTest.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.Clocks;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.TokenException.Reason;
import io.channelindex.sequence.token.TokenSettings.Strategy;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class LookupTokensTest {
  private static final TokenScope SCOPE = new TokenScope(7, 42);
  private static final Duration LIFE = TokenSettings.DEFAULT.life();

  private final MemoryClockStore store = new MemoryClockStore();
  private final SequenceClock clock = Clocks.uniform(100_000_000, 1024, 1);
  private final FeedTokens tokens = server();

  private FeedTokens server() {
    return server(TokenSettings.DEFAULT.cachedClocks());
  }

  private FeedTokens server(int cachedClocks) {
    TokenSettings defaults = TokenSettings.DEFAULT;
    return new FeedTokens(
        1,
        1024,
        new TokenSettings(Strategy.LOOKUP, LIFE, defaults.baseInterval(), cachedClocks),
        store,
        store);
  }

  private static String caughtUp(FeedTokens tokens, SequenceClock at) {
    return get(tokens.caughtUp(SCOPE, ClockSpan.exactly(at)));
  }

  @Test
  void aClockIsPutOnceAndNotAgainWhileItIsRemembered() {
    String text = caughtUp(tokens, clock);
    assertThat(text).hasSize(43);
    for (int feed = 0; feed < 100; feed++) {
      get(tokens.caughtUp(new TokenScope(7, feed), ClockSpan.exactly(clock)));
      get(tokens.parse(text));
    }
    assertThat(store.puts).isEqualTo(1);
    assertThat(store.operations()).isEqualTo(1);
    caughtUp(tokens, SequenceClock.of(clock.toArray()));
    assertThat(store.operations()).isEqualTo(1);
  }

  @Test
  void serversConvergeAndTheLoserRenews() {
    FeedTokens other = server();

    assertThat(caughtUp(other, clock)).isEqualTo(caughtUp(tokens, clock));
    assertThat(store.contents()).hasSize(1);
    assertThat(store.puts).isEqualTo(2);
    assertThat(store.renewals).isEqualTo(1);
  }

  @Test
  void aNewClockCostsAPutAndARenewalForEachFurtherServer() {
    FeedTokens other = server();
    for (int step = 1; step <= 100; step++) {
      SequenceClock moved = clock.with(step, clock.seqno(step) + 1);
      for (FeedTokens server : new FeedTokens[] {tokens, other}) {
        for (int feed = 0; feed < 5; feed++) {
          get(server.caughtUp(new TokenScope(7, feed), ClockSpan.exactly(moved)));
        }
      }
    }
    double perIteration = store.operations() / (100.0 * 2 * 5);
    System.out.printf("lookup: operations per feed iteration: %.4f%n", perIteration);
    assertThat(perIteration).isEqualTo(0.3);
  }

  @Test
  void manyWhoNeedTheSameClockWaitForOnePut() {
    store.hold();
    CompletionStage<String> one = tokens.caughtUp(SCOPE, ClockSpan.exactly(clock));
    CompletionStage<String> two =
        tokens.caughtUp(SCOPE, ClockSpan.exactly(SequenceClock.of(clock.toArray())));
    assertThat(one.toCompletableFuture()).isNotDone();
    store.release();

    assertThat(get(one)).isEqualTo(get(two));
    assertThat(store.operations()).isEqualTo(1);
  }

  @Test
  void theCacheIsBoundedAndWhatItForgotIsFoundAgain() {
    FeedTokens forgetful = server(2);
    String first = caughtUp(forgetful, clock);
    for (int step = 1; step <= 20; step++) {
      caughtUp(forgetful, clock.with(0, step));
    }
    int before = store.gets;

    assertThat(get(forgetful.parse(first)).since()).isEqualTo(clock);
    assertThat(store.gets).isEqualTo(before + 1);
  }

  @Test
  void aTokenIsGoodForItsLifeAndThenSaysThatItHasExpired() {
    caughtUp(tokens, clock);
    store.pass(LIFE.dividedBy(2));
    String late = caughtUp(tokens, clock);
    store.pass(LIFE);

    assertThat(get(server().parse(late)).since()).isEqualTo(clock);
    String last = caughtUp(tokens, clock);
    store.pass(LIFE.multipliedBy(2));
    assertRefused(server(), late, Reason.EXPIRED);
    assertRefused(server(), last, Reason.EXPIRED);
  }

  @Test
  void aClockInUseIsRenewed() {
    String text = caughtUp(tokens, clock);
    for (int step = 0; step < 20; step++) {
      store.pass(LIFE.dividedBy(2).plus(TokenTime.TICK));
      assertThat(get(server().parse(text)).since()).isEqualTo(clock);
    }
    assertThat(store.puts).isEqualTo(1);
    assertThat(store.renewals).isEqualTo(20);
  }

  @Test
  void aClockThatIsHandedOutAgainAfterItWentIsPutAgain() {
    caughtUp(tokens, clock);
    store.pass(LIFE.multipliedBy(3));
    String again = caughtUp(tokens, clock);

    assertThat(get(server().parse(again)).since()).isEqualTo(clock);
    assertThat(store.puts).isEqualTo(2);
  }

  @Test
  void aClockThatWasLostIsUnknown() {
    String text = caughtUp(tokens, clock);
    store.contents().keySet().forEach(store::forget);

    assertRefused(server(), text, Reason.UNKNOWN);
    // Not remembered: it may come back.
    FeedTokens patient = server();
    assertRefused(patient, text, Reason.UNKNOWN);
    caughtUp(server(), clock);
    assertThat(get(patient.parse(text)).since()).isEqualTo(clock);
  }

  @Test
  void aCollisionIsNeverAnotherClock() {
    String text = caughtUp(tokens, clock);
    String name = store.contents().keySet().iterator().next();
    store.poke(name, new NamedClock(1, 7, clock.with(0, 1)).encode());

    assertRefused(server(), text, Reason.UNKNOWN);
    FeedTokens other = server();
    String standIn = caughtUp(other, clock);
    assertThat(get(server().parse(standIn)).since()).isEqualTo(clock);
    assertThat(other.statistics().collisions()).isEqualTo(1);
    assertThat(other.statistics().standIns()).isEqualTo(1);
  }

  @Test
  void aStoreThatIsAwayCostsLengthAndNothingElse() {
    store.fail(true);
    String text = caughtUp(tokens, clock);
    assertThat(get(tokens.parse(text)).since()).isEqualTo(clock);
    String row =
        get(tokens.iteration(SCOPE, ClockSpan.exactly(clock), ClockSpan.exactly(clock)))
            .at(0, clock.seqno(0), null);
    assertThat(get(tokens.parse(row)).iteration()).isNotNull();
    assertThat(tokens.statistics().standIns()).isEqualTo(2);

    store.fail(false);
    assertThat(caughtUp(tokens, clock)).hasSize(43);
  }
}
