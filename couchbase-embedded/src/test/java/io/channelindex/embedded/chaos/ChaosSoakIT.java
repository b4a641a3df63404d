package io.channelindex.embedded.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.NettyLeaks;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code mvn verify -Psoak}: one cluster after the other, for as long as that says. */
@ExtendWith(NettyLeaks.class)
@EnabledIfSystemProperty(named = ChaosSoakIT.MINUTES, matches = "[0-9]+")
class ChaosSoakIT {
  static final String MINUTES = "soak.minutes";
  private static final long SECONDS = 30;

  @Test
  void oneClusterAfterTheOther() {
    long begun = System.nanoTime();
    long first = Long.getLong("chaos.seed", System.currentTimeMillis() * 1_000);
    Duration duration = Duration.ofSeconds(Long.getLong("chaos.seconds", SECONDS));
    Duration all = Duration.ofMinutes(Long.getLong(MINUTES));
    long rounds = 0;
    while (System.nanoTime() - begun < all.toNanos()) {
      assertThat(ChaosRound.run(first + rounds, duration).operations()).isPositive();
      rounds++;
    }
    assertThat(rounds).isPositive();
  }
}
