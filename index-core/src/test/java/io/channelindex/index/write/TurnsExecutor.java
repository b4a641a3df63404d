package io.channelindex.index.write;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * {@link Turns} as a reader wants its executor: what is scheduled waits for the time of the turns.
 * Tells nobody whether it ran, and knows neither periods nor an end.
 */
final class TurnsExecutor extends AbstractExecutorService implements ScheduledExecutorService {
  private final Turns turns;

  TurnsExecutor(Turns turns) {
    this.turns = turns;
  }

  @Override
  public void execute(Runnable task) {
    turns.execute(task);
  }

  @Override
  @SuppressWarnings("NullAway")
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    turns.after(Duration.ofNanos(unit.toNanos(delay)), task);
    return null;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("nobody asks turns for a result");
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException("turns would never end");
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("turns would never end");
  }

  @Override
  public void shutdown() {
    throw new UnsupportedOperationException("turns have no end");
  }

  @Override
  public List<Runnable> shutdownNow() {
    throw new UnsupportedOperationException("turns have no end");
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }
}
