package io.channelindex.benchmarks.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.codec.ClockCodecs;
import io.channelindex.sequence.distribution.ClockDistribution;
import io.channelindex.sequence.distribution.ClockDistributions;
import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;

class CodecBenchmarkTest {
  @Test
  void whatIsEncodedAndWhatIsDecodedIsTheClock() throws Exception {
    for (String codec : values("codec")) {
      for (String distribution : values("distribution")) {
        CodecBenchmark benchmark = new CodecBenchmark();
        benchmark.codec = codec;
        benchmark.distribution = distribution;
        benchmark.vbuckets = 64;
        benchmark.makeClocks();

        assertThat(benchmark.encode()).isPositive();
        assertThat(benchmark.reread()).as(codec).isEqualTo(benchmark.clock());
        assertThat(benchmark.decode()).isPositive();
        assertThat(benchmark.decoded()).as(codec).isEqualTo(benchmark.clock());
      }
    }
  }

  @Test
  void noCodecAndNoDistributionIsLeftOut() throws Exception {
    String[] codecs = values("codec");
    assertThat(codecs).hasSize(ClockCodecs.all().size() + 1).contains("auto");
    ClockCodecs.all().forEach(codec -> assertThat(codecs).contains(codec.name()));
    assertThat(values("distribution"))
        .containsExactlyElementsOf(
            ClockDistributions.all().stream().map(ClockDistribution::name).toList());
  }

  private static String[] values(String parameter) throws NoSuchFieldException {
    Field field = CodecBenchmark.class.getDeclaredField(parameter);
    return field.getAnnotation(Param.class).value();
  }

  @Test
  void theTableHasSizesAndTheirRatios() {
    ClockDistribution distribution = ClockDistributions.byName("uniform-1M").orElseThrow();
    var sizes = CodecSizes.of(distribution, 1024);
    assertThat(sizes.stream().map(CodecSizes.Size::codec))
        .hasSize(ClockCodecs.all().size() + 1)
        .startsWith("auto", "patched-for", "raw");
    assertThat(sizes.get(0).ratio()).isBetween(1.0, 1.035);
    assertThat(sizes.get(2).bytes()).isEqualTo(8 * 1024 + 3);
    CodecSizes.main(new String[] {"8"});
  }
}
