package io.channelindex.benchmarks.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.codec.ClockCodecs;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCodecBenchmarkTest {
  @ParameterizedTest
  @ValueSource(ints = {64, 1024})
  void whatIsEncodedAndWhatIsDecodedIsTheClock(int vbuckets) throws Exception {
    FrameCodecBenchmark benchmark = new FrameCodecBenchmark();
    benchmark.vbuckets = vbuckets;
    benchmark.makeClock();

    int written = benchmark.encode();
    int read = benchmark.decode();

    assertThat(written).isEqualTo(read).isBetween(vbuckets, 2 * vbuckets);
    ByteBuffer bytes = ByteBuffer.wrap(benchmark.encoded(), 0, written);
    assertThat(ClockCodecs.decodeAny(bytes)).isEqualTo(benchmark.clock());
    assertThat(benchmark.decoded()).isEqualTo(benchmark.clock());
    assertThat(benchmark.copyToArray()).isEqualTo(benchmark.clock().toArray());
  }
}
