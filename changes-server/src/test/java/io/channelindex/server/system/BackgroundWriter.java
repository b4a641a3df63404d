package io.channelindex.server.system;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Writes again and again, a few hundred times a second at most, until it is told to end. */
final class BackgroundWriter extends Thread {
  private static final long PAUSE_NANOS = 4_000_000;

  private final Step step;
  private volatile boolean stopped;
  private volatile @Nullable Throwable failure;

  /** What it does. */
  @FunctionalInterface
  interface Step {
    /** One write; what data services do while they move is dealt with. */
    void run() throws InterruptedException;
  }

  BackgroundWriter(String name, Step step) {
    super(name);
    this.step = step;
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        step.run();
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (InterruptedException | RuntimeException e) {
      failure = e;
    }
  }

  /** Ends it; fails if it has ended before. */
  void end() throws InterruptedException {
    stopped = true;
    join();
    if (failure != null) {
      throw new AssertionError(getName() + " failed", failure);
    }
  }
}
