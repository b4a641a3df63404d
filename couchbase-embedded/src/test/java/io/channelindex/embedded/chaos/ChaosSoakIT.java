package io.channelindex.embedded.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.NettyLeaks;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@code mvn verify -Psoak}: one cluster that lives for half of the time that this says, but no
 * longer than what is checked in the end can be kept; then one short one after the other.
 */
@ExtendWith(NettyLeaks.class)
@EnabledIfSystemProperty(named = ChaosSoakIT.MINUTES, matches = "[0-9]+")
class ChaosSoakIT {
  static final String MINUTES = "soak.minutes";
  private static final long SECONDS = 30;
  private static final Duration LONGEST = Duration.ofMinutes(5);

  @Test
  void oneClusterForLongThenOneAfterTheOther() {
    long begun = System.nanoTime();
    long first = Long.getLong("chaos.seed", System.currentTimeMillis() * 1_000);
    Duration duration = Duration.ofSeconds(Long.getLong("chaos.seconds", SECONDS));
    Duration all = Duration.ofMinutes(Long.getLong(MINUTES));
    Duration half = all.dividedBy(2);
    Duration longest = half.compareTo(LONGEST) < 0 ? half : LONGEST;
    assertThat(ChaosRound.run(first, longest).operations()).isPositive();
    long rounds = 1;
    while (System.nanoTime() - begun < all.toNanos()) {
      assertThat(ChaosRound.run(first + rounds, duration).operations()).isPositive();
      rounds++;
    }
    assertThat(rounds).isGreaterThan(1);
  }
}
