package io.channelindex.index.write;

/**
 * Named fault points: told before each step of a commit, and after the last. A probe that throws or
 * halts the process stops the commit there; production's does nothing.
 */
@FunctionalInterface
public interface WriterProbe {
  /** Nothing happens. */
  WriterProbe NONE = (partition, step) -> {};

  /**
   * The step is about to begin.
   *
   * @param partition whose commit
   * @param step null after the last step
   */
  void before(int partition, @org.jspecify.annotations.Nullable WriterStep step);
}
