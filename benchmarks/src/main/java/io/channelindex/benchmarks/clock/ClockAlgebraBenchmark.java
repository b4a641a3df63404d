package io.channelindex.benchmarks.clock;

import io.channelindex.sequence.SequenceClock;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Clock algebra against a copy of the array that a clock is: the least that an operation with a
 * clock as its result can take.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ClockAlgebraBenchmark {
  @Param({"64", "1024"})
  int vbuckets;

  private long[] numbers;
  private SequenceClock earlier;
  private SequenceClock other;

  /** Two clocks of about 100,000 mutations a vbucket, each ahead of the other in about half. */
  @Setup
  public void makeClocks() {
    SplittableRandom random = new SplittableRandom(4);
    numbers = random.longs(vbuckets, 97_000, 99_000).toArray();
    earlier = SequenceClock.of(numbers);
    other = SequenceClock.of(random.longs(vbuckets, 97_000, 99_000).toArray());
  }

  /** The yardstick. */
  @Benchmark
  public long[] arrayCopy() {
    return numbers.clone();
  }

  @Benchmark
  public SequenceClock merge() {
    return earlier.merge(other);
  }
}
