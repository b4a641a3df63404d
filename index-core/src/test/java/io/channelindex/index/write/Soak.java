package io.channelindex.index.write;

import java.time.Duration;
import java.util.function.LongConsumer;

/** Histories without number, for as long as {@code -Dsoak.minutes} says. */
final class Soak {
  /** What asks for it. */
  static final String MINUTES = "soak.minutes";

  private Soak() {}

  /**
   * Runs histories one after the other, for half of the time: there are two kinds.
   *
   * @param history runs one by its seed
   * @return how many
   */
  static long run(LongConsumer history) {
    Duration share = Duration.ofMinutes(Long.getLong(MINUTES)).dividedBy(2);
    long seed = Long.getLong("history.seed", System.currentTimeMillis() * 1_000);
    System.out.println("soak: " + MINUTES + "=" + Long.getLong(MINUTES) + ", first seed=" + seed);
    long begun = System.nanoTime();
    long count = 0;
    while (System.nanoTime() - begun < share.toNanos()) {
      history.accept(seed + count++);
    }
    System.out.println("soak: histories=" + count + ", last seed=" + (seed + count - 1));
    return count;
  }
}
