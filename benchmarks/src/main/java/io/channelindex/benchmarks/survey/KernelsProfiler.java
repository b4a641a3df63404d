package io.channelindex.benchmarks.survey;

import io.channelindex.sequence.kernel.ClockKernels;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Tells with each iteration whether vectors were in use at its end: they are only once they proved
 * to be faster, in each JVM anew.
 */
public final class KernelsProfiler implements InternalProfiler {
  static final String VECTOR = "kernels.vector";

  private static final String SCALAR_NAME = "scalar";

  @Override
  public String getDescription() {
    return "Whether clocks are handled with the Vector API";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    boolean vectors = !ClockKernels.active().name().equals(SCALAR_NAME);
    return List.of(new ScalarResult(VECTOR, vectors ? 1 : 0, "", AggregationPolicy.MIN));
  }
}
