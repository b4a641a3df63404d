package io.channelindex.server.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.server.system.ServedCluster.Indexing;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** {@code mvn verify -Psoak}: random lives of a cluster under two servers. */
@EnabledIfSystemProperty(named = ServersOnClusterSoakIT.MINUTES, matches = "[0-9]+")
class ServersOnClusterSoakIT {
  static final String MINUTES = "soak.minutes";

  private static final int EVENTS = 8;

  @Test
  void livesWithoutNumber() {
    long share = Duration.ofMinutes(Long.getLong(MINUTES)).dividedBy(2).toNanos();
    long seed = Long.getLong("history.seed", System.currentTimeMillis() * 1_000);
    System.out.println("soak: " + MINUTES + "=" + Long.getLong(MINUTES) + ", first seed=" + seed);
    long begun = System.nanoTime();
    int lives = 0;
    while (System.nanoTime() - begun < share) {
      live(seed + lives++);
    }
    System.out.println("soak: lives=" + lives + ", last seed=" + (seed + lives - 1));
    assertThat(lives).isPositive();
  }

  private static void live(long seed) {
    Indexing indexing = seed % 2 == 0 ? Indexing.AT_ONCE : Indexing.PERSISTED;
    try (ClusterHistory history = new ClusterHistory(indexing, seed)) {
      for (int i = 0; i < EVENTS; i++) {
        history.event();
      }
      history.finish();
    } catch (Exception | AssertionError failure) {
      throw new AssertionError(
          "life fails, again: -Psoak -Dit.test=ServersOnClusterSoakIT -Dhistory.seed=" + seed,
          failure);
    }
  }
}
