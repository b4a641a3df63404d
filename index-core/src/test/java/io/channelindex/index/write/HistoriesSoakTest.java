package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code mvn verify -Psoak}: histories in memory, each with troubles of its own choice. */
@ExtendWith(Silence.class)
@EnabledIfSystemProperty(named = Soak.MINUTES, matches = "[0-9]+")
class HistoriesSoakTest {
  @Test
  void historiesWithoutNumber() {
    assertThat(Soak.run(seed -> Histories.run(seed, troubles(seed), Defect.NONE))).isPositive();
  }

  private static Set<Trouble> troubles(long seed) {
    Random random = new Random(seed);
    Set<Trouble> troubles = EnumSet.allOf(Trouble.class);
    troubles.removeIf(trouble -> random.nextInt(3) == 0);
    return troubles;
  }
}
