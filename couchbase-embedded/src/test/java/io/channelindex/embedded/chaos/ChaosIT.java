package io.channelindex.embedded.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.NettyLeaks;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Half a minute of everything, by the same schedule in each build: {@code -Dchaos.seed} is one of
 * which a failure of the soak told, {@code -Dchaos.seconds} how long it goes on.
 */
@ExtendWith(NettyLeaks.class)
class ChaosIT {
  private static final long SECONDS = 30;
  private static final long SEED = 7;

  @Test
  void clientsAndConsumersSeeOneHistory() {
    Duration duration = Duration.ofSeconds(Long.getLong("chaos.seconds", SECONDS));

    ChaosRound.Scale scale = ChaosRound.run(Long.getLong("chaos.seed", SEED), duration);

    assertThat(scale.operations()).isGreaterThan((int) duration.toSeconds());
    assertThat(scale.branches()).isPositive();
  }
}
