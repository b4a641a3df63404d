package io.channelindex.embedded.fault;

import static io.channelindex.embedded.fault.Subject.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.channelindex.embedded.cluster.Cluster;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FaultInjectorTest {
  private static final FaultAction BUSY = FaultAction.status(Status.ETMPFAIL);

  private final PausableClock clock = PausableClock.pausedAt(Instant.EPOCH);
  private final FaultInjector injector = new FaultInjector(clock);
  private final Faults faults =
      new Faults(injector, new Cluster("0".repeat(32), 1).addNode(), () -> {});

  /** Which of {@code count} requests to a vbucket fail, by their ordinals from 1. */
  private List<Integer> failing(int count, int vbucket) {
    return IntStream.rangeClosed(1, count)
        .filter(i -> injector.decide(request(Opcode.SET, vbucket, "k" + i)) != null)
        .boxed()
        .toList();
  }

  @Test
  void withoutAPlanNothingHappens() {
    assertThat(injector.isActive()).isFalse();
    assertThat(failing(10, 0)).isEmpty();
    assertThat(faults.injected()).isEmpty();
    assertThat(faults.plan()).isEmpty();
  }

  @Test
  void aWindowIsCountedOverTheNode() {
    faults.install(FaultPlan.of(FaultRule.requests().from(3).times(2).then(BUSY)));

    assertThat(failing(2, 0)).isEmpty();
    assertThat(failing(3, 1)).containsExactly(1, 2);
    assertThat(failing(3, 0)).isEmpty();
  }

  @Test
  void aWindowIsCountedInEachVbucket() {
    faults.install(
        FaultPlan.of(
            FaultRule.requests().from(2).times(1).counted(FaultRule.Counting.VBUCKET).then(BUSY)));

    assertThat(failing(5, 0)).containsExactly(2);
    assertThat(failing(5, 1)).containsExactly(2);
    assertThat(failing(5, 0)).isEmpty();
  }

  @Test
  void aWindowIsCountedOnEachConnection() {
    faults.install(
        FaultPlan.of(
            FaultRule.requests().times(1).counted(FaultRule.Counting.CONNECTION).then(BUSY)));

    assertThat(injector.decide(request(Opcode.SET, 0, "a").on(1))).isEqualTo(BUSY);
    assertThat(injector.decide(request(Opcode.SET, 1, "a").on(1))).isNull();
    assertThat(injector.decide(request(Opcode.SET, 1, "a").on(2))).isEqualTo(BUSY);
  }

  @Test
  void theFirstRuleThatFiresDecidesAndTheNextDoNotCount() {
    faults.install(
        FaultPlan.of(
            FaultRule.requests().name("first").times(1).then(BUSY),
            FaultRule.requests().name("second").times(1).then(FaultAction.dropAnswer())));

    assertThat(injector.decide(request(Opcode.SET, 0, "a"))).isEqualTo(BUSY);
    assertThat(injector.decide(request(Opcode.SET, 0, "a"))).isEqualTo(FaultAction.dropAnswer());
    assertThat(injector.decide(request(Opcode.SET, 0, "a"))).isNull();
    assertThat(faults.injected())
        .containsExactly(
            new InjectedFault("first", BUSY, 1, "data", 0, "a", 1, 1),
            new InjectedFault("second", FaultAction.dropAnswer(), 1, "data", 0, "a", 1, 1));
  }

  @Property(tries = 50)
  void aChanceIsMetWithinBounds(
      @ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 1) double chance) {
    FaultPlan plan = FaultPlan.of(FaultRule.requests().probability(chance).then(BUSY));
    faults.install(plan.withSeed(seed));
    int draws = 20_000;
    int fired = 0;
    for (int vbucket = 0; vbucket < 8; vbucket++) {
      fired += failing(draws / 8, vbucket).size();
    }

    // Five standard deviations: one in millions, over all tries.
    double deviation = Math.sqrt(chance * (1 - chance) / draws);
    assertThat((double) fired / draws).isCloseTo(chance, within(5 * deviation + 1e-9));
  }

  /** Each vbucket's fate is its own: a shuffled merge of the sequences ends like one by one. */
  @Property(tries = 50)
  void whatHappensInAVbucketDoesNotDependOnTheOthers(
      @ForAll long seed, @ForAll long shuffle, @ForAll @IntRange(min = 1, max = 8) int vbuckets) {
    FaultPlan plan =
        FaultPlan.of(
                FaultRule.requests(Opcode.SET)
                    .probability(0.2)
                    .times(5)
                    .counted(FaultRule.Counting.VBUCKET)
                    .then(BUSY),
                FaultRule.requests().probability(0.1).then(FaultAction.dropAnswer()))
            .withSeed(seed);
    int requests = 50;
    faults.install(plan);
    List<List<FaultAction>> oneByOne = new ArrayList<>();
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      List<FaultAction> sequence = new ArrayList<>();
      for (int i = 0; i < requests; i++) {
        sequence.add(injector.decide(request(Opcode.SET, vbucket, "k")));
      }
      oneByOne.add(sequence);
    }

    faults.install(plan);
    List<List<FaultAction>> mixed = new ArrayList<>();
    IntStream.range(0, vbuckets).forEach(vbucket -> mixed.add(new ArrayList<>()));
    Random random = new Random(shuffle);
    for (int left = vbuckets * requests; left > 0; ) {
      int vbucket = random.nextInt(vbuckets);
      if (mixed.get(vbucket).size() < requests) {
        mixed.get(vbucket).add(injector.decide(request(Opcode.SET, vbucket, "k").on(left)));
        left--;
      }
    }

    assertThat(mixed).isEqualTo(oneByOne);
  }

  @Test
  void seedsRulesAndVbucketsDrawApart() {
    FaultRule rule = FaultRule.requests().probability(0.5).then(BUSY);
    List<List<Integer>> outcomes = new ArrayList<>();
    for (long seed = 0; seed < 4; seed++) {
      faults.install(FaultPlan.of(rule).withSeed(seed));
      outcomes.add(failing(64, 0));
      outcomes.add(failing(64, 1));
    }
    faults.install(FaultPlan.of(rule.named("other")));
    outcomes.add(failing(64, 0));

    assertThat(outcomes).doesNotHaveDuplicates();
  }

  @Test
  void aJumpOfTheClockHappensWhenItIsDecided() {
    faults.install(
        FaultPlan.of(
            FaultRule.requests().times(1).then(FaultAction.moveClock(Duration.ofHours(-1)))));

    assertThat(injector.decide(request(Opcode.SET, 0, "a"))).isNotNull();
    assertThat(clock.instant()).isEqualTo(Instant.EPOCH.minusSeconds(3600));
  }

  @Test
  void aClockThatCannotBeMovedIsSaidAtOnce() {
    Faults fixed =
        new Faults(new FaultInjector(null), new Cluster("0".repeat(32), 1).addNode(), () -> {});
    FaultPlan plan =
        FaultPlan.of(FaultRule.requests().then(FaultAction.moveClock(Duration.ofHours(1))));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> fixed.install(plan))
        .withMessageContaining("PausableClock");
    assertThat(fixed.plan()).isEmpty();
  }

  @Test
  void waitingEndsWhenTheRuleHasFired() throws Exception {
    faults.install(FaultPlan.of(FaultRule.requests().name("busy").then(BUSY)));
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(
            () -> {
              try {
                faults.await("busy", 2, Duration.ofSeconds(30));
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    failing(2, 0);

    assertThat(waiting).succeedsWithin(Duration.ofSeconds(30));
    assertThat(faults.count("busy")).isEqualTo(2);
    assertThatIllegalStateException()
        .isThrownBy(() -> faults.await("busy", 3, Duration.ofMillis(5)))
        .withMessageContaining("rule=busy, fired=2, awaited=3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> faults.count("busi"))
        .withMessageContaining("rule=busi");
  }

  @Test
  void onlyTheNewestFaultsAreRemembered() {
    faults.install(FaultPlan.of(FaultRule.requests().name("busy").then(BUSY)));

    failing(FaultInjector.REMEMBERED + 5, 0);

    assertThat(faults.injected()).hasSize(FaultInjector.REMEMBERED);
    assertThat(faults.injected().get(0).match()).isEqualTo(6);
    assertThat(faults.count("busy")).isEqualTo(FaultInjector.REMEMBERED + 5);
  }
}
