package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What there was to see in histories of which nobody found anything wrong: that proves nothing
 * where nothing was compared, nobody read, or nothing went wrong on the way.
 */
final class Evidence {
  /** From so many histories on it is not by chance that something did not happen. */
  private static final int ENOUGH = 20;

  private final Map<String, Integer> strikes = new TreeMap<>();
  private long histories;
  private long compared;
  private long told;
  private long handedOver;

  /** A trouble struck. */
  void struck(Enum<?> trouble) {
    strikes.merge(trouble.name(), 1, Integer::sum);
  }

  /** The index was compared with this many rows of the data. */
  void compared(long rows) {
    compared += rows;
  }

  /** A history came to its end; its clients were told so many rows, some of which were not read. */
  void ended(long rowsTold, long rowsHandedOver) {
    histories++;
    told += rowsTold;
    handedOver += rowsHandedOver;
  }

  void add(Evidence other) {
    other.strikes.forEach((trouble, count) -> strikes.merge(trouble, count, Integer::sum));
    histories += other.histories;
    compared += other.compared;
    told += other.told;
    handedOver += other.handedOver;
  }

  /** How many entries owners handed over to readers, who did not read them therefore. */
  long handedOver() {
    return handedOver;
  }

  /** All of these troubles struck, and no others, and there was much to compare and to tell. */
  void assertSufficient(Set<? extends Enum<?>> troubles) {
    if (histories >= ENOUGH) {
      assertThat(strikes.keySet())
          .as("troubles that struck: %s", this)
          .containsExactlyInAnyOrderElementsOf(troubles.stream().map(Enum::name).toList());
      assertThat(compared).as("rows compared: %s", this).isGreaterThan(500 * histories);
      assertThat(told).as("rows that clients were told: %s", this).isGreaterThan(100 * histories);
    }
  }

  @Override
  public String toString() {
    return "histories="
        + histories
        + ", compared="
        + compared
        + ", told="
        + told
        + ", handedOver="
        + handedOver
        + ", strikes="
        + strikes;
  }
}
