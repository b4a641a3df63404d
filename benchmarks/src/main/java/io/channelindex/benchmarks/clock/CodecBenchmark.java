package io.channelindex.benchmarks.clock;

import io.channelindex.sequence.ClockAccumulator;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.ClockCodec;
import io.channelindex.sequence.codec.ClockCodecs;
import io.channelindex.sequence.codec.DeltaCodec;
import io.channelindex.sequence.distribution.ClockDistribution;
import io.channelindex.sequence.distribution.ClockDistributions;
import io.channelindex.sequence.distribution.ClockSample;
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
 * Every codec on every distribution: the time of one clock. {@code zstd-raw} is the yardstick of
 * the same run; {@code -prof gc} adds what is allocated. The sizes, and their ratio to the entropy,
 * are printed by {@link CodecSizes}: they need no time.
 *
 * <p>Sixteen clocks take turns, so that no branch of any codec is learned by heart.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {
  private static final int CLOCKS = 16;

  @Param({
    "auto",
    "entropy",
    "patched-for",
    "frame-of-reference",
    "sparse",
    "raw",
    "varint",
    "zstd-raw",
    "zstd-varint",
    "lz4-raw",
    "lz4-varint",
    "snappy-raw",
    "snappy-varint"
  })
  String codec;

  @Param({
    "uniform-10k",
    "uniform-1M",
    "uniform-100M",
    "uniform-10B",
    "zipf",
    "bimodal",
    "channel-5",
    "channel-50",
    "channel-500",
    "delta-100ms",
    "delta-1s",
    "delta-60s"
  })
  String distribution;

  @Param("1024")
  int vbuckets;

  private final ClockSample[] samples = new ClockSample[CLOCKS];
  private final ClockCodec[] codecs = new ClockCodec[CLOCKS];
  private final byte[][] encoded = new byte[CLOCKS][];
  private byte[] out = {};
  private ClockAccumulator accumulator = new ClockAccumulator(1);
  private int next;

  @Setup
  public void makeClocks() throws InterruptedException {
    SettledKernels.await();
    ClockDistribution source = ClockDistributions.byName(distribution).orElseThrow();
    for (int i = 0; i < CLOCKS; i++) {
      samples[i] = source.sample(vbuckets, i);
      codecs[i] = codec(codec, samples[i]);
      encoded[i] = codecs[i].encode(samples[i].clock());
    }
    out = new byte[codecs[0].maxBytes(vbuckets)];
    accumulator = new ClockAccumulator(vbuckets);
  }

  /** The codec of a name for a sample: against the base of one that has one. */
  static ClockCodec codec(String name, ClockSample sample) {
    ClockCodec codec =
        name.equals("auto") ? ClockCodecs.auto() : ClockCodecs.byName(name).orElseThrow();
    boolean hasBase = !sample.base().equals(SequenceClock.zero(sample.base().vbuckets()));
    return hasBase ? DeltaCodec.against(sample.base(), codec) : codec;
  }

  @Benchmark
  public int encode() {
    next = (next + 1) % CLOCKS;
    return codecs[next].encode(samples[next].clock(), out, 0);
  }

  @Benchmark
  public int decode() {
    next = (next + 1) % CLOCKS;
    return codecs[next].decode(encoded[next], 0, encoded[next].length, accumulator);
  }

  /** The clock that was encoded or decoded last. */
  SequenceClock clock() {
    return samples[next].clock();
  }

  SequenceClock decoded() {
    return accumulator.snapshot();
  }

  SequenceClock reread() {
    int length = encoded[next].length;
    codecs[next].decode(out, 0, length, accumulator);
    return accumulator.snapshot();
  }
}
