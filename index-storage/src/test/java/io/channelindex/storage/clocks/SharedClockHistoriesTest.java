package io.channelindex.storage.clocks;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random histories, each decided by its seed alone: see {@link ClockHistory}. */
class SharedClockHistoriesTest {
  @Property(tries = 400)
  void theClockIsWhatTheModelAllowsAfterEveryStep(
      @ForAll ClockStrategy strategy, @ForAll long seed) {
    new ClockHistory(strategy, seed).run();
  }
}
