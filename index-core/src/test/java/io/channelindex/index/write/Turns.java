package io.channelindex.index.write;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * An executor and a clock in one thread: tasks run in an order that a seed decides, and time passes
 * only when nothing else is left to do. What a seed does once, it does always.
 */
final class Turns implements Executor, Time {
  private final Random random;
  private final List<Runnable> tasks = new ArrayList<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number));
  private long now;
  private long timersMade;

  private record Timer(long due, long number, Runnable task) {}

  Turns(Random random) {
    this.random = random;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public void after(Duration delay, Runnable task) {
    timers.add(new Timer(now + delay.toNanos(), timersMade++, task));
  }

  /** Runs some task; whether there was one. */
  boolean step() {
    if (!tasks.isEmpty()) {
      int last = tasks.size() - 1;
      int chosen = random.nextInt(tasks.size());
      Runnable task = tasks.get(chosen);
      tasks.set(chosen, tasks.get(last));
      tasks.remove(last);
      task.run();
      return true;
    }
    Timer timer = timers.poll();
    if (timer == null) {
      return false;
    }
    now = Math.max(now, timer.due());
    timer.task().run();
    return true;
  }

  void steps(int count) {
    for (int i = 0; i < count && step(); i++) {
      // Each step is the work.
    }
  }

  /** Runs until nothing is left, or something is the case. */
  void until(BooleanSupplier reached) {
    for (int i = 0; !reached.getAsBoolean(); i++) {
      if (i == 2_000_000) {
        throw new AssertionError("no end in sight: tasks=" + tasks.size());
      }
      if (!step()) {
        return;
      }
    }
  }

  void untilQuiet() {
    until(() -> false);
  }
}
