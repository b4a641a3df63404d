package io.channelindex.sequence.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.ClockAccumulator;
import io.channelindex.sequence.Clocks;
import io.channelindex.sequence.SequenceClock;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameOfReferenceCodecTest {
  private static final FrameOfReferenceCodec CODEC = FrameOfReferenceCodec.INSTANCE;
  private static final HexFormat HEX = HexFormat.of();

  @Provide
  Arbitrary<SequenceClock> clocks() {
    return Clocks.any();
  }

  @Property(tries = 500)
  void everyClockComesBackExactly(@ForAll("clocks") SequenceClock clock) {
    byte[] bytes = CODEC.encode(clock);
    ClockAccumulator into = new ClockAccumulator(7);

    assertThat(CODEC.decode(bytes)).isEqualTo(clock);
    assertThat(CODEC.decode(bytes, 0, bytes.length, into)).isEqualTo(bytes.length);
    assertThat(into.snapshot()).isEqualTo(clock);
    assertThat(bytes.length).isLessThanOrEqualTo(8 * clock.vbuckets() + 14);
  }

  @Property(tries = 40)
  void everyTruncationIsRefused(@ForAll("clocks") SequenceClock clock) {
    byte[] bytes = CODEC.encode(clock);
    for (int length = 0; length < bytes.length; length++) {
      byte[] truncated = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> CODEC.decode(truncated))
          .as("length=%d of %d", length, bytes.length)
          .isInstanceOf(CorruptClockException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "04 05", // no width
        "04 05 41 00", // width 65
        "04 05 08", // no base
        "04 05 08 8000 0101", // a base longer than need be
        "04 05 00 00", // all zero in spite of the header
        "04 05 08 00 00 00", // the same, numbers and all
        "04 05 01 05 04", // bits behind the last number
        "04 05 01 ffffffffffffffffff01 02", // base + 1 = 2^64
        "04 05 08 01 ff", // the second number is missing
      })
  void whatNoEncoderWritesIsRefused(String hex) {
    byte[] bytes = HEX.parseHex(hex.replace(" ", ""));
    assertThatThrownBy(() -> CODEC.decode(bytes)).isInstanceOf(CorruptClockException.class);
  }

  /** Bytes of the format as its description says them, by hand. */
  @Test
  void theBytesAreThoseOfTheFormat() {
    assertBytes(SequenceClock.zero(1024), "048010");
    assertBytes(SequenceClock.of(300, 301, 302, 303, 307), "040b03ac028876");
    assertBytes(SequenceClock.of(-1), "040300ffffffffffffffffff01");
    assertBytes(SequenceClock.of(0, -1), "04054000" + "00".repeat(8) + "ff".repeat(8));
  }

  private static void assertBytes(SequenceClock clock, String hex) {
    assertThat(HEX.formatHex(CODEC.encode(clock))).isEqualTo(hex);
    assertThat(CODEC.decode(HEX.parseHex(hex))).isEqualTo(clock);
  }

  /** A whole group: number i of 512 is i / 8 in lane i % 8, so lanes are the same strings. */
  @Test
  void aGroupIsInEightLanes() {
    long[] seqnos = new long[512];
    Arrays.setAll(seqnos, i -> 10 + i / 8 % 2);
    byte[] bytes = CODEC.encode(SequenceClock.of(seqnos));
    assertThat(HEX.formatHex(bytes)).isEqualTo("048108010a" + "aa".repeat(64));
  }

  /** The bounds are the entropies of performance.md, "Codecs: what is achievable". */
  @ParameterizedTest
  @CsvSource({"1_000_000, 898", "100_000_000, 1323", "10_000_000_000, 1748"})
  void uniformDocumentsTakeLittleMoreThanTheirEntropy(String documents, int boundBytes) {
    long count = Long.parseLong(documents.replace("_", ""));
    int[] bytes =
        LongStream.range(0, 21)
            .mapToInt(seed -> CODEC.encode(Clocks.uniform(count, 1024, seed)).length)
            .sorted()
            .toArray();
    // The median: now and then the range just needs another bit.
    assertThat(bytes[10]).isLessThanOrEqualTo((int) (1.15 * boundBytes));
  }

  @Test
  void nothingIsAllocatedOnTheWay() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    SequenceClock clock = Clocks.uniform(100_000_000, 1024, 1);
    byte[] out = new byte[CODEC.maxBytes(1024)];
    ClockAccumulator into = new ClockAccumulator(1024);
    long thread = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 50; round++) {
      long before = threads.getThreadAllocatedBytes(thread);
      for (int i = 0; i < 100; i++) {
        into.set(0, CODEC.decode(out, 0, CODEC.encode(clock, out, 0), into));
      }
      least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
    }
    assertThat(least).as("bytes allocated by 100 clocks there and back").isLessThan(100);
  }
}
