package io.channelindex.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Waits double, stay in their limits, and begin anew. */
class BackoffTest {
  @Property
  void waitsAreBetweenHalfAndAllOfWhatDoubles(
      @ForAll @IntRange(min = 1, max = 10_000) int min,
      @ForAll @IntRange(max = 1_000_000) int more,
      @ForAll long seed) {
    long max = (long) min + more;
    Backoff backoff = new Backoff(Duration.ofMillis(min), Duration.ofMillis(max), new Random(seed));
    for (int round = 0; round < 2; round++) {
      long ceiling = min;
      for (int i = 0; i < 40; i++) {
        assertThat(backoff.next().toMillis()).isBetween(ceiling / 2, ceiling);
        ceiling = Math.min(max, ceiling * 2);
      }
      backoff.reset();
    }
  }
}
