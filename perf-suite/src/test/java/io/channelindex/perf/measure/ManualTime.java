package io.channelindex.perf.measure;

/** A clock that moves only when it is told to, or when somebody sleeps. */
public final class ManualTime implements TimeSource {
  private long nanos;

  public ManualTime(long start) {
    nanos = start;
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public void sleepUntil(long due) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    nanos = Math.max(nanos, due);
  }

  /** Lets time pass. */
  public void pass(long duration) {
    nanos += duration;
  }
}
