package io.channelindex.benchmarks.clock;

import io.channelindex.sequence.ClockAccumulator;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.ClockCodec;
import io.channelindex.sequence.codec.ClockCodecs;
import io.channelindex.sequence.kernel.ClockKernels;
import java.util.Random;
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
 * The codec whose time is the kernels' against a copy of the array that a clock is. All codecs on
 * all distributions: see the other benchmarks of this package.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FrameCodecBenchmark {
  private static final ClockCodec CODEC = ClockCodecs.byName("frame-of-reference").orElseThrow();

  @Param({"64", "1024"})
  int vbuckets;

  private long[] numbers;
  private long[] copy;
  private SequenceClock clock;
  private byte[] bytes;
  private byte[] out;
  private ClockAccumulator accumulator;

  /** A clock of about 97,656 mutations a vbucket, as 100 million documents in 1,024 make it. */
  @Setup
  public void makeClock() throws InterruptedException {
    SettledKernels.await();
    Random random = new Random(4);
    double mean = 1e8 / 1024;
    numbers = new long[vbuckets];
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      numbers[vbucket] = Math.round(mean + random.nextGaussian() * Math.sqrt(mean));
    }
    copy = new long[vbuckets];
    clock = SequenceClock.of(numbers);
    bytes = CODEC.encode(clock);
    out = new byte[CODEC.maxBytes(vbuckets)];
    accumulator = new ClockAccumulator(vbuckets);
  }

  /** What was measured, beside the numbers. */
  @TearDown
  public void describeKernels() {
    System.out.println("clock kernels: " + ClockKernels.describe());
  }

  /** The yardstick. */
  @Benchmark
  public long[] copyToArray() {
    System.arraycopy(numbers, 0, copy, 0, vbuckets);
    return copy;
  }

  @Benchmark
  public int encode() {
    return CODEC.encode(clock, out, 0);
  }

  @Benchmark
  public int decode() {
    return CODEC.decode(bytes, 0, bytes.length, accumulator);
  }

  SequenceClock clock() {
    return clock;
  }

  byte[] encoded() {
    return out;
  }

  SequenceClock decoded() {
    return accumulator.snapshot();
  }
}
