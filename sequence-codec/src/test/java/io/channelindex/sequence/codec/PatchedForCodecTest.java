package io.channelindex.sequence.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.Clocks;
import io.channelindex.sequence.SequenceClock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatchedForCodecTest {
  private static final PatchedForCodec CODEC = PatchedForCodec.INSTANCE;
  private static final HexFormat HEX = HexFormat.of();

  @Provide
  Arbitrary<SequenceClock> clocks() {
    return Clocks.any();
  }

  @Property(tries = 1000)
  void everyClockComesBackExactly(@ForAll("clocks") SequenceClock clock) {
    byte[] bytes = CODEC.encode(clock);

    assertThat(CODEC.decode(bytes)).isEqualTo(clock);
    assertThat(bytes.length).isLessThanOrEqualTo(8 * clock.vbuckets() + 64);
  }

  @Property(tries = 300)
  void aClockIsReadFromTheMiddleOfOtherBytes(@ForAll("clocks") SequenceClock clock) {
    byte[] bytes = CODEC.encode(clock);
    ByteBuffer between = ByteBuffer.allocate(bytes.length + 7).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(between.array(), (byte) 0xff);
    between.position(3).put(bytes).position(3);

    assertThat(CODEC.decode(between)).isEqualTo(clock);
    assertThat(between.position()).isEqualTo(3 + bytes.length);
  }

  @Property(tries = 60)
  void everyTruncationIsRefused(@ForAll("clocks") SequenceClock clock) {
    byte[] bytes = CODEC.encode(clock);
    for (int length = 0; length < bytes.length; length++) {
      byte[] truncated = Arrays.copyOf(bytes, length);
      assertThatExceptionOfType(CorruptClockException.class)
          .as("length=%d of %d", length, bytes.length)
          .isThrownBy(() -> CODEC.decode(truncated));
    }
  }

  @Property(tries = 300)
  void bytesLeftOverAreRefused(@ForAll("clocks") SequenceClock clock) {
    byte[] bytes = CODEC.encode(clock);
    assertThatThrownBy(() -> CODEC.decode(Arrays.copyOf(bytes, bytes.length + 1)))
        .isInstanceOf(CorruptClockException.class)
        .hasMessage("bytes left over: remaining=1");
  }

  @Property(tries = 10_000)
  void anyBytesAreAClockOrRefused(@ForAll("bodies") byte[] bytes) {
    SequenceClock clock;
    try {
      clock = CODEC.decode(bytes);
    } catch (CorruptClockException refused) {
      assertThat(refused.getMessage()).contains("=");
      return;
    }
    assertThat(CODEC.decode(CODEC.encode(clock))).isEqualTo(clock);
  }

  /** Headers that are right before bytes that are not: few vbuckets, so that some decode. */
  @Provide
  Arbitrary<byte[]> bodies() {
    Arbitrary<Byte> bytes =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(2, Arbitraries.of((byte) 0, (byte) 1, (byte) 0x80, (byte) 0xff)),
            net.jqwik.api.Tuple.of(3, Arbitraries.bytes()));
    return Arbitraries.integers()
        .between(1, 12)
        .flatMap(
            vbuckets ->
                bytes
                    .array(byte[].class)
                    .ofMaxSize(40)
                    .map(
                        body ->
                            ByteBuffer.allocate(2 + body.length)
                                .put((byte) 1)
                                .put((byte) (vbuckets * 2 + 1))
                                .put(body)
                                .array()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing
        "02 0200", // another codec
        "01", // no shape
        "01 00", // no vbuckets
        "01 01", // no vbuckets, not zero
        "01 8210 00", // 1025 vbuckets
        "01 ffffffffffffffffff01", // 2^63 vbuckets
        "01 8400", // 2 vbuckets, in more bytes than need be
        "01 ffffffffffffffffffff01", // a number of 11 bytes
        "01 05 02", // an arrangement that is not known
        "01 05 00 41 00", // width 65
        "01 05 00 c0 00 0000000000000000 0000000000000000 01 00 00", // patches at width 64
        "01 05 00 00 00", // all zero in spite of the header
        "01 05 00 80 01 00", // patched, but no patch
        "01 05 00 80 01 03 00 00 00 00 00 00", // more patches than numbers
        "01 05 00 80 01 01 04 00", // a patch behind the last number
        "01 05 00 80 01 02 02 00 00 00", // no room for the second patch
        "01 05 00 80 01 01 00 ffffffffffffffffff01", // rest + 1 = 2^64
        "01 05 00 80 02 01 00 feffffffffffffffff01", // base + 2^64 - 1
        "01 05 00 80 01 01 01 01", // base - 2
        "01 05 00 81 ffffffffffffffffff01 00 01 01 ffffffffffffffffff01", // rest << 1 above 2^64
        "01 05 00 01 ffffffffffffffffff01 01", // base + 1 = 2^64
        "01 05 00 01 05 04", // bits behind the last slot
        "01 05 01 00", // sparse, nothing present
        "01 05 01 03", // sparse, more than there are
        "01 05 01 01 00 02 00 05", // sparse, behind the last vbucket
        "01 05 01 02 00 01 00 05", // sparse, the second behind the last vbucket
        "01 05 01 01 00 00 00 00", // sparse, a zero
        "01 05 01 01 00 ffffffffffffffffff01 00 05", // sparse, a gap of 2^64 - 1
      })
  void whatNoEncoderWritesIsRefused(String hex) {
    byte[] bytes = HEX.parseHex(hex.replace(" ", ""));
    assertThatThrownBy(() -> CODEC.decode(bytes)).isInstanceOf(CorruptClockException.class);
  }

  /** Bytes that older releases wrote: never change these, add a codec. */
  @Test
  void theBytesAreThoseOfTheFormat() {
    assertBytes(SequenceClock.zero(1), "0102");
    assertBytes(SequenceClock.zero(64), "018001");
    assertBytes(SequenceClock.zero(1024), "018010");
    assertBytes(SequenceClock.of(300, 301, 302, 303, 307), "010b0003ac028876");
    assertBytes(SequenceClock.of(-1), "01030000ffffffffffffffffff01");
    assertBytes(SequenceClock.of(0, -1), "01050080000102feffffffffffffffff01");
    assertBytes(
        SequenceClock.of(100, 101, 0, 103, 100, -1, 102, 103),
        "0111008264f4ec02051804e5ffffffffffffff3f");
    assertBytes(
        SequenceClock.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 7), "01210080000212080a06");
    assertBytes(
        SequenceClock.zero(1024).with(9, 301).with(700, 303).with(1000, 307),
        "0181100080000312ac02e40aae02d604b202");
  }

  private static void assertBytes(SequenceClock clock, String hex) {
    assertThat(HEX.formatHex(CODEC.encode(clock))).isEqualTo(hex);
    assertThat(CODEC.decode(HEX.parseHex(hex))).isEqualTo(clock);
  }

  /** The bounds are the entropies of performance.md, "Codecs: what is achievable". */
  @ParameterizedTest
  @CsvSource({"1_000_000, 898", "100_000_000, 1323", "10_000_000_000, 1748"})
  void uniformDocumentsTakeLittleMoreThanTheirEntropy(String documents, int boundBytes) {
    long count = Long.parseLong(documents.replace("_", ""));
    for (long seed = 0; seed < 20; seed++) {
      int bytes = CODEC.encode(Clocks.uniform(count, 1024, seed)).length;
      if (seed == 0) {
        System.out.printf(
            "uniform: documents=%s, bytes=%d, bound=%d%n", documents, bytes, boundBytes);
      }
      assertThat(bytes).isLessThanOrEqualTo((int) (boundBytes * 1.15));
    }
  }

  @Test
  void fewVbucketsDoNotPayForMany() {
    int whole = CODEC.encode(Clocks.uniform(100_000_000, 1024, 1)).length;
    int few = CODEC.encode(Clocks.uniform(100_000_000L / 16, 64, 1)).length;

    assertThat(few).isLessThan(whole / 16 + 16);
  }

  @Test
  void outliersOnBothSidesCostOnlyThemselves() {
    SequenceClock uniform = Clocks.uniform(100_000_000, 1024, 1);
    int plain = CODEC.encode(uniform).length;

    SequenceClock odd = uniform.with(3, 0).with(500, 17).with(700, -1).with(1023, 1L << 40);

    assertThat(CODEC.encode(odd).length).isLessThan(plain + 4 * 11);
  }

  @ParameterizedTest
  @CsvSource({"5, 43", "50, 214", "500, 1902"})
  void aChannelInFewVbucketsIsSmall(int present, int patchedForBytes) {
    SequenceClock clock = Clocks.uniform(100_000_000, 1024, 1);
    long[] seqnos = new long[1024];
    for (int i = 0; i < present; i++) {
      int vbucket = (i * 1009 + 7) & 1023;
      seqnos[vbucket] = clock.seqno(vbucket);
    }
    int bytes = CODEC.encode(SequenceClock.of(seqnos)).length;
    System.out.printf("sparse: present=%d, bytes=%d%n", present, bytes);
    assertThat(bytes).isLessThanOrEqualTo(patchedForBytes);
  }
}
