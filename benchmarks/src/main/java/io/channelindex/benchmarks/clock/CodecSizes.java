package io.channelindex.benchmarks.clock;

import io.channelindex.sequence.codec.ClockCodec;
import io.channelindex.sequence.codec.ClockCodecs;
import io.channelindex.sequence.distribution.ClockDistribution;
import io.channelindex.sequence.distribution.ClockDistributions;
import io.channelindex.sequence.distribution.ClockSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints what every codec takes of every distribution, in bytes on average and as the ratio to the
 * entropy. An argument is the number of vbuckets, 1024 if there is none.
 *
 * <pre>
 *   java -cp 'benchmarks/target/*:benchmarks/target/lib/*' io.channelindex.benchmarks.clock.CodecSizes 64
 * </pre>
 */
public final class CodecSizes {
  private static final int CLOCKS = 16;

  private CodecSizes() {}

  /**
   * One cell of the table.
   *
   * @param codec its name
   * @param distribution its name
   * @param bytes of a clock, on average
   * @param boundBytes the entropy
   * @param wrong how many clocks did not come back as they were: 0
   */
  public record Size(
      String codec, String distribution, double bytes, double boundBytes, int wrong) {
    /** What it takes more than the entropy, as a factor. */
    public double ratio() {
      return bytes / boundBytes;
    }
  }

  /** Of every codec, {@code auto} first. */
  public static List<Size> of(ClockDistribution distribution, int vbuckets) {
    List<ClockSample> samples = new ArrayList<>();
    for (int seed = 0; seed < CLOCKS; seed++) {
      samples.add(distribution.sample(vbuckets, seed));
    }
    List<String> codecs = new ArrayList<>(List.of(ClockCodecs.auto().name()));
    ClockCodecs.all().forEach(codec -> codecs.add(codec.name()));
    List<Size> sizes = new ArrayList<>();
    for (String name : codecs) {
      sizes.add(size(name, samples, distribution, vbuckets));
    }
    return sizes;
  }

  private static Size size(
      String name, List<ClockSample> samples, ClockDistribution distribution, int vbuckets) {
    double bytes = 0;
    int wrong = 0;
    for (ClockSample sample : samples) {
      ClockCodec codec = CodecBenchmark.codec(name, sample);
      byte[] encoded = codec.encode(sample.clock());
      bytes += (double) encoded.length / samples.size();
      wrong += codec.decode(encoded).equals(sample.clock()) ? 0 : 1;
    }
    return new Size(name, distribution.name(), bytes, distribution.boundBytes(vbuckets), wrong);
  }

  public static void main(String[] arguments) {
    int vbuckets = arguments.length == 0 ? 1024 : Integer.parseInt(arguments[0]);
    for (ClockDistribution distribution : ClockDistributions.all()) {
      List<Size> sizes = of(distribution, vbuckets);
      System.out.printf(
          Locale.ROOT,
          "%n%s, vbuckets=%d, bound=%.1f%n",
          distribution.name(),
          vbuckets,
          sizes.get(0).boundBytes());
      for (Size size : sizes) {
        System.out.printf(
            Locale.ROOT, "  %-20s %8.1f %7.3f%n", size.codec(), size.bytes(), size.ratio());
      }
    }
  }
}
