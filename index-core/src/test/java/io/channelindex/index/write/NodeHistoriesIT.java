package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Random histories over an embedded node, its faults, and the real clients. A history that fails
 * names its seed; {@code -Dhistory.seed=…} runs that schedule again, though not the same race.
 */
@ExtendWith(Silence.class)
class NodeHistoriesIT {
  private static final int HISTORIES = Integer.getInteger("history.nodes", 25);

  private static NodeHistories histories;

  @BeforeAll
  static void start() {
    histories = new NodeHistories();
  }

  @AfterAll
  static void stop() {
    histories.close();
  }

  @Test
  void nothingIsLostWhateverTheNodeDoes() {
    Long only = Long.getLong("history.seed");
    if (only != null) {
      histories.run(only);
      return;
    }
    int compared = 0;
    for (long seed = 20_000_000; seed < 20_000_000 + HISTORIES; seed++) {
      compared += histories.run(seed);
    }
    assertThat(compared).as("comparisons of index and data").isGreaterThan(2 * HISTORIES);
  }
}
