package io.channelindex.embedded.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.NettyLeaks;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Half a minute of everything, by the same schedules in each build: a cluster with two replicas of
 * each vbucket, and one with one. {@code -Dchaos.seed} is one of which a failure of the soak told,
 * and instead of both; {@code -Dchaos.seconds} is how long each goes on.
 */
@ExtendWith(NettyLeaks.class)
class ChaosIT {
  private static final long SECONDS = 15;

  private static LongStream seeds() {
    Long seed = Long.getLong("chaos.seed");
    return seed == null ? LongStream.of(7, 8) : LongStream.of(seed);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void clientsAndConsumersSeeOneHistory(long seed) {
    Duration duration = Duration.ofSeconds(Long.getLong("chaos.seconds", SECONDS));

    ChaosRound.Scale scale = ChaosRound.run(seed, duration);

    assertThat(scale.operations()).isGreaterThan((int) duration.toSeconds());
    assertThat(scale.branches()).isPositive();
  }
}
