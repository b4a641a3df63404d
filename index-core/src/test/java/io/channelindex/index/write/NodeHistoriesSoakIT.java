package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code mvn verify -Psoak}: histories of embedded nodes. */
@ExtendWith(Silence.class)
@EnabledIfSystemProperty(named = Soak.MINUTES, matches = "[0-9]+")
class NodeHistoriesSoakIT {
  @Test
  void historiesWithoutNumber() {
    try (NodeHistories histories = new NodeHistories()) {
      assertThat(Soak.run(histories::run)).isPositive();
    }
  }
}
