package io.channelindex.perf.progress;

/** Tells a person how a run goes. Used by one thread at a time. */
public interface Progress extends AutoCloseable {
  /** Says something that stays. */
  void say(String line);

  /** Says what is going on now; may be shown, replaced or left out. */
  void update(Step step);

  /** Leaves the terminal as it was. */
  @Override
  void close();
}
