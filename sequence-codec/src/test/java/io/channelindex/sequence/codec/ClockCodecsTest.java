package io.channelindex.sequence.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.channelindex.sequence.Clocks;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.distribution.ClockDistribution;
import io.channelindex.sequence.distribution.ClockDistributions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xerial.snappy.Snappy;

class ClockCodecsTest {
  private static final HexFormat HEX = HexFormat.of();

  @Test
  void idsAndNamesAreStable() {
    String codecs =
        ClockCodecs.all().stream()
            .map(codec -> codec.id() + " " + codec.name())
            .collect(Collectors.joining(", "));
    assertThat(codecs)
        .isEqualTo(
            "1 patched-for, 2 raw, 3 varint, 4 frame-of-reference, 5 entropy, 6 sparse,"
                + " 8 zstd-raw, 9 zstd-varint, 10 lz4-raw, 11 lz4-varint, 12 snappy-raw,"
                + " 13 snappy-varint");
    for (ClockCodec codec : ClockCodecs.all()) {
      assertThat(ClockCodecs.byId(codec.id())).contains(codec);
      assertThat(ClockCodecs.byName(codec.name())).contains(codec);
      assertThat(codec.maxBytes(1024)).isLessThanOrEqualTo(ClockCodec.MAX_BYTES);
    }
    assertThat(ClockCodecs.byId(7)).isEmpty();
    assertThat(ClockCodecs.auto().maxBytes(1024)).isLessThanOrEqualTo(ClockCodec.MAX_BYTES);
  }

  /**
   * Bytes that were written once: {@code codec distribution vbuckets seed hex}. They are read for
   * ever, and written as they are but by libraries, which may find a shorter way. Never change a
   * line: add a version, or a codec.
   */
  @Test
  void theBytesAreThoseOfTheFormats() throws IOException {
    List<String> lines;
    try (InputStream in = ClockCodecsTest.class.getResourceAsStream("golden-clocks.txt")) {
      lines = new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    }
    for (String line : lines) {
      String[] parts = line.split(" ", -1);
      ClockCodec codec = ClockCodecs.byName(parts[0]).orElseThrow();
      SequenceClock clock = golden(parts[1], Integer.parseInt(parts[2]), Long.parseLong(parts[3]));
      assertThat(codec.decode(HEX.parseHex(parts[4]))).as(line).isEqualTo(clock);
      if (!(codec instanceof CompressedCodec)) {
        assertThat(HEX.formatHex(codec.encode(clock))).as(line).isEqualTo(parts[4]);
      }
    }
    assertThat(lines.stream().map(line -> line.substring(0, line.indexOf(' '))).distinct())
        .containsExactlyElementsOf(ClockCodecs.all().stream().map(ClockCodec::name).toList());
  }

  private static SequenceClock golden(String name, int vbuckets, long seed) {
    return ClockDistributions.byName(name).orElseThrow().sample(vbuckets, seed).clock();
  }

  @Test
  void deltasHaveTheBytesOfTheFormat() {
    SequenceClock base = SequenceClock.of(300, 301, 302, 303, 307);
    ClockCodec codec = DeltaCodec.against(base, ClockCodecs.byName("patched-for").orElseThrow());

    assertThat(HEX.formatHex(codec.encode(base))).isEqualTo("070a");
    assertThat(HEX.formatHex(codec.encode(SequenceClock.of(301, 301, 304, 303, 308))))
        .isEqualTo("070b010002002101");
  }

  @Test
  void aDeltaRefusesWhatIsNotAfterItsBase() {
    DeltaCodec codec = DeltaCodec.against(SequenceClock.of(1, -5));
    SequenceClock back = SequenceClock.of(2, -6);
    assertThat(codec.supports(back)).isFalse();
    assertThat(codec.supports(SequenceClock.of(1, -1))).isTrue();
    assertThat(codec.supports(SequenceClock.of(1))).isFalse();
    assertThatThrownBy(() -> codec.encode(back))
        .isInstanceOf(UnsupportedClockException.class)
        .hasMessage(
            "clock before its base: vbucket=1, seqno=18446744073709551610,"
                + " base=18446744073709551611");
    assertThatThrownBy(() -> codec.encode(SequenceClock.of(1, 2, 3)))
        .isInstanceOf(UnsupportedClockException.class)
        .hasMessage("clocks of different shape: vbuckets=3, base=2");
    byte[] fromZero = DeltaCodec.against(SequenceClock.zero(2)).encode(SequenceClock.of(1, 5));
    assertThatThrownBy(() -> codec.decode(fromZero))
        .isInstanceOf(CorruptClockException.class)
        .hasMessage("seqno above 2^64 - 1: vbucket=1");
    assertThatThrownBy(() -> ClockCodecs.decodeAny(ByteBuffer.wrap(fromZero)))
        .isInstanceOf(CorruptClockException.class)
        .hasMessage("codec not known: id=7");
    assertThatThrownBy(() -> DeltaCodec.against(SequenceClock.of(1), codec))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLaterVersionIsRefused() {
    byte[] bytes = ClockCodecs.auto().encode(SequenceClock.of(1, 2, 3));
    bytes[0] |= 3 << 5;
    assertThatThrownBy(() -> ClockCodecs.auto().decode(bytes))
        .isInstanceOf(CorruptClockException.class)
        .hasMessage("version not known: version=3, known=0");
  }

  @Test
  void aBlockThatSaysToBeHugeIsRefused() throws IOException {
    byte[] bomb = Zstd.compress(new byte[64 << 20], 19);
    ByteBuffer bytes = ByteBuffer.allocate(2 + 5 + bomb.length).put((byte) 8).put((byte) 3);
    Varint.put(bytes, bomb.length);
    bytes.put(bomb).flip();
    assertThatThrownBy(() -> ClockCodecs.decodeAny(bytes))
        .isInstanceOf(CorruptClockException.class);
    byte[] snappy = Snappy.compress(new byte[100_000]);
    ByteBuffer tooLong = ByteBuffer.allocate(2 + 3 + snappy.length).put((byte) 12).put((byte) 3);
    Varint.put(tooLong, snappy.length);
    tooLong.put(snappy).flip();
    assertThatThrownBy(() -> ClockCodecs.decodeAny(tooLong))
        .isInstanceOf(CorruptClockException.class)
        .hasMessage("snappy block too long: bytes=100000, max=8192");
  }

  /** The goals of performance.md, "Codecs", for sizes. */
  @ParameterizedTest
  @CsvSource({
    "entropy, uniform-10k, 1.035",
    "entropy, uniform-1M, 1.02",
    "entropy, uniform-100M, 1.015",
    "entropy, uniform-10B, 1.01",
    "entropy, zipf, 1.03",
    "entropy, bimodal, 1.035",
    "sparse, channel-50, 1.06",
    "sparse, channel-500, 1.02",
    "auto, uniform-100M, 1.015",
    "auto, zipf, 1.03",
    "auto, bimodal, 1.035",
    "auto, channel-50, 1.06",
    "auto, channel-500, 1.02",
    "auto, delta-100ms, 1.05",
    "auto, delta-1s, 1.03",
    "auto, delta-60s, 1.02",
  })
  void sizesAreCloseToTheEntropy(String codecName, String distributionName, double maxRatio) {
    ClockDistribution distribution = ClockDistributions.byName(distributionName).orElseThrow();
    double bytes = 0;
    int samples = 10;
    for (long seed = 0; seed < samples; seed++) {
      var sample = distribution.sample(1024, seed);
      ClockCodec codec =
          codecName.equals("auto")
              ? ClockCodecs.auto()
              : ClockCodecs.byName(codecName).orElseThrow();
      if (distributionName.startsWith("delta")) {
        codec = DeltaCodec.against(sample.base(), codec);
      }
      bytes += (double) codec.encode(sample.clock()).length / samples;
    }
    double bound = distribution.boundBytes(1024);
    System.out.printf(
        "%s of %s: bytes=%.1f, bound=%.1f, ratio=%.3f%n",
        codecName, distributionName, bytes, bound, bytes / bound);
    assertThat(bytes / bound).isBetween(0.99, maxRatio);
  }

  @Test
  void autoTakesTheFewestBytesOfAll() {
    for (ClockDistribution distribution : ClockDistributions.all()) {
      SequenceClock clock = distribution.sample(1024, 3).clock();
      assertSmallest(clock);
    }
    for (int kind = 0; kind < Clocks.KINDS; kind++) {
      for (long seed = 0; seed < 10; seed++) {
        assertSmallest(Clocks.make(1024, seed, kind));
      }
    }
    long[] flat = new long[1024];
    Arrays.fill(flat, 1000);
    flat[77] = 5;
    assertSmallest(SequenceClock.of(flat));
  }

  /** But for the general-purpose ones, which find repetitions, and for what estimates may miss. */
  private static void assertSmallest(SequenceClock clock) {
    int auto = ClockCodecs.auto().encode(clock).length;
    for (int id = 1; id <= 6; id++) {
      int other = ClockCodecs.byId(id).orElseThrow().encode(clock).length;
      assertThat(auto).as("%s, id=%d", clock, id).isLessThanOrEqualTo(other + other / 100 + 3);
    }
  }
}
