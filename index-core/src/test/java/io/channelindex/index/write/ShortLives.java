package io.channelindex.index.write;

import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.layout.Layouts;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One short life of a partition, as often as it has operations: each time another one goes wrong,
 * once or from then on (invariants 1, 2, 4, 5, 6, 10 and 14). {@link WriterHistory#finish} says
 * whether that was harmless.
 */
final class ShortLives {
  /** Seeds from 0 up take one layout after the other. */
  static final int LAYOUTS = Layouts.all().size();

  private static final int FIRST = 3;
  private static final int ROUNDS = 12;
  private static final int STEPS = 300;

  private ShortLives() {}

  /** Whether a fault passes by itself. */
  enum Lasting {
    ONCE(1),
    LONGER_THAN_OWNERS_TRY(100);

    private final long times;

    Lasting(long times) {
      this.times = times;
    }
  }

  /** How many steps there were to crash before. */
  static int withCrash(int layout) {
    int steps = 0;
    boolean crashed = true;
    while (crashed) {
      WriterHistory history = new WriterHistory(layout);
      history.take();
      history.current().stepsToLive = steps++;
      live(history, "crash before step " + steps);
      crashed = history.crashes > 0;
    }
    return steps;
  }

  /** What lasts takes long: one layout for each kind of fault. */
  static int anyLayout(Action action) {
    return Math.floorMod(action.name().hashCode(), LAYOUTS);
  }

  /** How many operations there were to go wrong. */
  static int withFault(int layout, Action action, Predicate<Operation> kind, Lasting lasting) {
    for (int nth = 0; ; nth++) {
      WriterHistory history = new WriterHistory(layout);
      BucketFault fault =
          history.bucket.inject(BucketFault.of(action).on(kind).after(nth).times(lasting.times));
      history.take();
      String layoutName = history.layout.name();
      live(history, action + " of operation " + nth + ", " + lasting + ", layout " + layoutName);
      if (fault.hits() == 0) {
        return nth;
      }
    }
  }

  private static void live(WriterHistory history, String what) {
    try {
      live(history);
    } catch (RuntimeException | AssertionError failure) {
      throw new AssertionError(what, failure);
    }
  }

  /** Documents come, move, leave and return; the data service loses some of that, and flushes. */
  private static void live(WriterHistory history) {
    DataVbucket first = history.data.get(FIRST);
    DataVbucket second = history.data.get(FIRST + 1);
    for (int i = 0; i < 4; i++) {
      first.write("first" + i, Optional.of(Set.of("a", "b")));
      second.write("second" + i, Optional.of(Set.of("a")));
    }
    goOn(history);
    first.write("first0", Optional.of(Set.of("b", "c")));
    first.write("first1", Optional.empty());
    second.write("second1", Optional.of(Set.of()));
    history.current().compact();
    goOn(history);
    first.failOver(4);
    history.disconnectAll();
    first.write("first0", Optional.of(Set.of("c")));
    goOn(history);
    second.flush();
    history.disconnectAll();
    second.write("second2", Optional.of(Set.of("a")));
    goOn(history);
    history.finish();
  }

  /**
   * Reads and indexes as far as it goes; whoever owns a partition that stands still is replaced.
   */
  private static void goOn(WriterHistory history) {
    feed(history);
    history.check();
    if (!history.isFinished() || !history.current().isRunning()) {
      history.bucket.clearFaults();
      history.take();
      history.turns.steps(STEPS);
      history.bucket.release();
      feed(history);
      history.check();
    }
  }

  private static void feed(WriterHistory history) {
    for (int round = 0; round < ROUNDS && !history.isFinished(); round++) {
      history.data.keySet().forEach(history.current()::feed);
      history.clients.read();
      // As long as nothing can be read, readers try again: there is no end to wait for.
      history.turns.steps(STEPS);
    }
  }
}
