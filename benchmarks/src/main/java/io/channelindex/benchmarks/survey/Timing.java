package io.channelindex.benchmarks.survey;

/**
 * What an operation takes.
 *
 * @param nanos the median of all iterations
 * @param fastestNanos of any iteration
 * @param slowestNanos of any iteration
 * @param allocatedBytes on average; what the JVM itself allocates meanwhile makes it a little more
 *     than 0 where nothing is
 * @param kernels which loops over clocks were in use at the end
 */
public record Timing(
    double nanos,
    double fastestNanos,
    double slowestNanos,
    double allocatedBytes,
    Kernels kernels) {
  /** An allocation of any object is far above this, that of nothing far below. */
  private static final double LESS_THAN_ANY_OBJECT = 1;

  /** Loops over the numbers of clocks. */
  public enum Kernels {
    /** Plain Java. */
    SCALAR,
    /** The Vector API. */
    VECTOR
  }

  /** Whether no object was allocated. */
  public boolean allocatesNothing() {
    return allocatedBytes < LESS_THAN_ANY_OBJECT;
  }
}
