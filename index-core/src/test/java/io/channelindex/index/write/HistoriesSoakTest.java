package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@code mvn verify -Psoak}: histories in memory, each with troubles of its own choice; one of four
 * of an index in memory.
 */
@ExtendWith(Silence.class)
@EnabledIfSystemProperty(named = Soak.MINUTES, matches = "[0-9]+")
class HistoriesSoakTest {
  @Test
  void historiesWithoutNumber() {
    assertThat(Soak.run(HistoriesSoakTest::run)).isPositive();
  }

  private static void run(long seed) {
    if (seed % 4 == 0) {
      MemoryHistory.run(seed, some(seed, MemoryHistory.Trouble.class));
    } else {
      Histories.run(seed, some(seed, Trouble.class), Defect.NONE);
    }
  }

  private static <T extends Enum<T>> Set<T> some(long seed, Class<T> kind) {
    Random random = new Random(seed);
    Set<T> troubles = EnumSet.allOf(kind);
    troubles.removeIf(trouble -> random.nextInt(3) == 0);
    return troubles;
  }
}
