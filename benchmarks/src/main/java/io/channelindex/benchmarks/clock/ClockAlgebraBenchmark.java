package io.channelindex.benchmarks.clock;

import io.channelindex.sequence.ClockAccumulator;
import io.channelindex.sequence.ClockOrder;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.VbucketSet;
import io.channelindex.sequence.kernel.ClockKernels;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Clock algebra against copies of the array that a clock is: a new array for what makes a new
 * clock, one that is there for what does not.
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
  private long[] copy;
  private SequenceClock earlier;
  private SequenceClock later;
  private SequenceClock other;
  private VbucketSet changed;
  private ClockAccumulator accumulator;

  /**
   * Clocks of about 100,000 mutations a vbucket: one and a later one that is ahead in half of the
   * vbuckets, and another that is before or after them anywhere.
   */
  @Setup
  public void makeClocks() throws InterruptedException {
    SettledKernels.await();
    SplittableRandom random = new SplittableRandom(4);
    numbers = random.longs(vbuckets, 97_000, 99_000).toArray();
    copy = new long[vbuckets];
    earlier = SequenceClock.of(numbers);
    other = SequenceClock.of(random.longs(vbuckets, 97_000, 99_000).toArray());
    ClockAccumulator ahead = new ClockAccumulator(vbuckets);
    ahead.set(earlier);
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      ahead.set(vbucket, earlier.seqno(vbucket) + (random.nextBoolean() ? 1 : 0));
    }
    later = ahead.snapshot();
    changed = later.changedSince(earlier);
    accumulator = new ClockAccumulator(vbuckets);
  }

  /** What was measured, beside the numbers. */
  @TearDown
  public void describeKernels() {
    System.out.println("clock kernels: " + ClockKernels.describe());
  }

  /** The yardstick of what makes a clock. */
  @Benchmark
  public long[] copyToNewArray() {
    return numbers.clone();
  }

  /** The yardstick of what makes none. */
  @Benchmark
  public long[] copyToArray() {
    System.arraycopy(numbers, 0, copy, 0, vbuckets);
    return copy;
  }

  @Benchmark
  public SequenceClock merge() {
    return earlier.merge(other);
  }

  @Benchmark
  public SequenceClock minus() {
    return later.minus(earlier);
  }

  @Benchmark
  public SequenceClock restrictedTo() {
    return later.restrictedTo(changed);
  }

  @Benchmark
  public ClockAccumulator mergeIntoAccumulator() {
    accumulator.merge(other);
    return accumulator;
  }

  /** Of clocks whose order shows only at their end. */
  @Benchmark
  public ClockOrder compare() {
    return earlier.compare(later);
  }

  @Benchmark
  public VbucketSet changedSince() {
    return later.changedSince(earlier);
  }
}
