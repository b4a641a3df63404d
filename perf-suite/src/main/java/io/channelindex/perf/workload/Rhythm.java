package io.channelindex.perf.workload;

import io.channelindex.perf.config.LoadSettings;
import io.channelindex.perf.load.Schedule;
import java.time.Duration;
import java.util.function.IntConsumer;

/**
 * How an open loop goes: its rate, and how many of its operations are only there to warm up.
 *
 * @param rate operations per second
 * @param warmUp operations at the beginning that are not measured
 * @param operations all operations
 */
record Rhythm(int rate, int warmUp, int operations) {
  static Rhythm of(LoadSettings load) {
    return of(load.rate(), load.warmUp(), load.measure());
  }

  static Rhythm of(int rate, Duration warmUp, Duration measure) {
    int unmeasured = operations(rate, warmUp);
    int measured = Math.max(1, operations(rate, measure));
    return new Rhythm(rate, unmeasured, unmeasured + measured);
  }

  Schedule schedule(long start) {
    return new Schedule(start, rate, operations);
  }

  /** When the operations that warm up are due, if they are a loop of their own. */
  Schedule warmUp(long start) {
    return new Schedule(start, rate, warmUp);
  }

  /** When the operations after those are due, the first of them as operation 0. */
  Schedule measured(long start) {
    return new Schedule(start, rate, operations - warmUp);
  }

  /** Tells how it goes about four times a second. */
  IntConsumer progress(PhaseListener phases) {
    int step = Math.max(1, rate / 4);
    return operation -> {
      if (operation % step == 0) {
        phases.at("measure", (double) operation / operations, rate);
      }
    };
  }

  private static int operations(int rate, Duration duration) {
    return Math.toIntExact(duration.toMillis() * rate / 1_000);
  }
}
