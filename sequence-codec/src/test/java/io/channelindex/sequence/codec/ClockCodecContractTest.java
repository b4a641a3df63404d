package io.channelindex.sequence.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import io.channelindex.sequence.ClockAccumulator;
import io.channelindex.sequence.Clocks;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.distribution.ClockDistribution;
import io.channelindex.sequence.distribution.ClockDistributions;
import io.channelindex.sequence.distribution.ClockSample;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every codec has to do with every clock, and with bytes that are none. */
class ClockCodecContractTest {
  private static final int[] VBUCKETS = {1, 2, 63, 64, 65, 128, 1023, 1024};

  /** The same for every subject: some distributions take longer to sample than all codecs. */
  private static final List<SequenceClock> CLOCKS =
      Arrays.stream(VBUCKETS)
          .mapToObj(ClockCodecContractTest::clocks)
          .flatMap(List::stream)
          .toList();

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** A codec, made for a clock: deltas need a base that it covers. */
  private record Subject(String name, Function<SequenceClock, ClockCodec> codec) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Subject> subjects() {
    List<Subject> subjects = new ArrayList<>();
    for (ClockCodec codec : ClockCodecs.all()) {
      subjects.add(new Subject(codec.name(), clock -> codec));
    }
    subjects.add(new Subject("auto", clock -> ClockCodecs.auto()));
    subjects.add(
        new Subject(
            "delta against zero",
            clock -> DeltaCodec.against(SequenceClock.zero(clock.vbuckets()))));
    subjects.add(new Subject("delta", clock -> DeltaCodec.against(before(clock))));
    subjects.add(
        new Subject(
            "delta of frames",
            clock ->
                DeltaCodec.against(
                    before(clock), ClockCodecs.byName("frame-of-reference").orElseThrow())));
    return subjects.stream();
  }

  private static SequenceClock before(SequenceClock clock) {
    long[] seqnos = clock.toArray();
    SplittableRandom random = new SplittableRandom(seqnos.length);
    for (int i = 0; i < seqnos.length; i++) {
      seqnos[i] -= Math.min(random.nextInt(100), seqnos[i] >>> 1);
    }
    return SequenceClock.of(seqnos);
  }

  private static List<SequenceClock> clocks(int vbuckets) {
    List<SequenceClock> clocks = new ArrayList<>();
    for (ClockDistribution distribution : ClockDistributions.all()) {
      ClockSample sample = distribution.sample(vbuckets, vbuckets);
      clocks.add(sample.clock());
      assertThat(sample.clock().covers(sample.base())).isTrue();
    }
    for (int kind = 0; kind < Clocks.KINDS; kind++) {
      for (long seed = 0; seed < 6; seed++) {
        clocks.add(Clocks.make(vbuckets, seed, kind));
      }
    }
    clocks.addAll(adversarial(vbuckets));
    return clocks;
  }

  private static List<SequenceClock> adversarial(int vbuckets) {
    List<SequenceClock> clocks = new ArrayList<>();
    SequenceClock zero = SequenceClock.zero(vbuckets);
    SequenceClock uniform = Clocks.uniform(100_000_000, vbuckets, 7);
    clocks.add(zero);
    for (long odd : new long[] {1, -1, 1L << 63, (1L << 63) - 1, (1L << 32) - 1, 1L << 52}) {
      clocks.add(zero.with(0, odd));
      clocks.add(zero.with(vbuckets - 1, odd));
      clocks.add(uniform.with(vbuckets / 2, odd));
      long[] all = new long[vbuckets];
      Arrays.fill(all, odd);
      clocks.add(SequenceClock.of(all));
      for (int i = 0; i < vbuckets; i += 2) {
        all[i] = 0;
      }
      clocks.add(SequenceClock.of(all));
      for (int i = 0; i < vbuckets; i++) {
        all[i] = odd - (i & 7);
      }
      clocks.add(SequenceClock.of(all));
      for (int i = 0; i < vbuckets; i++) {
        all[i] = odd << (i & 63);
      }
      clocks.add(SequenceClock.of(all));
    }
    return clocks;
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void everyClockComesBackExactly(Subject subject) {
    ClockAccumulator reused = new ClockAccumulator(1);
    for (SequenceClock clock : CLOCKS) {
      ClockCodec codec = subject.codec.apply(clock);
      byte[] bytes = codec.encode(clock);

      assertThat(codec.decode(bytes)).isEqualTo(clock);
      assertThat(bytes.length).isLessThanOrEqualTo(codec.maxBytes(clock.vbuckets()));
      assertThat(codec.decode(bytes, 0, bytes.length, reused)).isEqualTo(bytes.length);
      assertThat(reused.snapshot()).isEqualTo(clock);
      if (!(codec instanceof DeltaCodec)) {
        assertThat(ClockCodecs.decodeAny(ByteBuffer.wrap(bytes))).isEqualTo(clock);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void aClockIsWrittenAndReadAmongOtherBytes(Subject subject) {
    for (SequenceClock clock : adversarial(65)) {
      ClockCodec codec = subject.codec.apply(clock);
      int max = codec.maxBytes(65);
      byte[] among = new byte[max + 20];
      Arrays.fill(among, (byte) 0xa5);
      int length = codec.encode(clock, among, 9);
      for (int i = 0; i < 9; i++) {
        assertThat(among[i]).isEqualTo((byte) 0xa5);
        assertThat(among[9 + max + i]).isEqualTo((byte) 0xa5);
      }
      ByteBuffer direct = ByteBuffer.allocateDirect(among.length).order(ByteOrder.LITTLE_ENDIAN);
      direct.put(among).position(9);
      ByteBuffer slice = ByteBuffer.wrap(among).position(4).slice().position(5);

      assertThat(codec.decode(direct)).isEqualTo(clock);
      assertThat(direct.position()).isEqualTo(9 + length);
      assertThat(codec.decode(slice)).isEqualTo(clock);
      assertThat(slice.position()).isEqualTo(5 + length);
      assertThat(Arrays.copyOfRange(among, 9, 9 + length)).isEqualTo(codec.encode(clock));
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void tooLittleRoomAndBytesLeftOverAreRefused(Subject subject) {
    SequenceClock clock = Clocks.uniform(100_000, 64, 1);
    ClockCodec codec = subject.codec.apply(clock);
    int max = codec.maxBytes(64);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> codec.encode(clock, new byte[max + 1], 2))
        .withMessage("insufficient room: length=%d, offset=2, maxBytes=%d", max + 1, max);
    byte[] bytes = codec.encode(clock);
    assertThatExceptionOfType(CorruptClockException.class)
        .isThrownBy(() -> codec.decode(Arrays.copyOf(bytes, bytes.length + 1)))
        .withMessage("bytes left over: remaining=1");
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void everyTruncationIsRefused(Subject subject) {
    for (SequenceClock clock : damaged()) {
      ClockCodec codec = subject.codec.apply(clock);
      byte[] bytes = codec.encode(clock);
      for (int length = 0; length < bytes.length; length++) {
        byte[] truncated = Arrays.copyOf(bytes, length);
        assertThat(refuses(codec, truncated)).as("length=%d of %d", length, bytes.length).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void aChangedByteMakesAClockOrIsRefused(Subject subject) {
    for (SequenceClock clock : damaged()) {
      ClockCodec codec = subject.codec.apply(clock);
      byte[] bytes = codec.encode(clock);
      int step = bytes.length < 100 ? 1 : bytes.length < 300 ? 17 : 61;
      for (int i = 0; i < bytes.length; i++) {
        byte right = bytes[i];
        for (int change = 1; change < 256; change += step) {
          bytes[i] = (byte) (right ^ change);
          decodeOrRefuse(codec, bytes);
        }
        bytes[i] = right;
      }
    }
  }

  /** Clocks that make every codec take each of its ways. */
  private static List<SequenceClock> damaged() {
    return List.of(
        SequenceClock.zero(3),
        SequenceClock.of(5, 0, -1, 7),
        Clocks.uniform(1_000_000, 65, 2),
        Clocks.uniform(100_000_000, 512, 2).with(40, 3),
        ClockDistributions.byName("channel-5").orElseThrow().sample(64, 1).clock(),
        ClockDistributions.byName("channel-500").orElseThrow().sample(600, 1).clock(),
        ClockDistributions.byName("bimodal").orElseThrow().sample(300, 1).clock(),
        Clocks.make(70, 3, 9));
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void anyBytesMakeAClockOrAreRefusedInBoundedMemory(Subject subject) {
    SequenceClock shape = SequenceClock.zero(64);
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 8_000; round++) {
      int vbuckets = random.nextInt(4) == 0 ? 1024 : 64;
      ClockCodec codec = subject.codec.apply(vbuckets == 64 ? shape : SequenceClock.zero(vbuckets));
      byte[] bytes = new byte[3 + random.nextInt(random.nextInt(10) == 0 ? 4000 : 100)];
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) random.nextInt(2));
      }
      bytes[0] = codec.id() == 0 ? (byte) (1 + random.nextInt(13)) : (byte) codec.id();
      Varint.put(bytes, 1, vbuckets * 2 + 1);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      try {
        decodeOrRefuse(codec, bytes);
      } catch (Throwable e) {
        throw new AssertionError("seed=" + seed + ", round=" + round, e);
      }
      long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      // What is loaded and made once, at first, is not counted.
      if (round > 1000) {
        assertThat(allocated).as("seed=%d, round=%d", seed, round).isLessThan(256 * 1024);
      }
    }
  }

  private static boolean refuses(ClockCodec codec, byte[] bytes) {
    try {
      codec.decode(bytes);
      return false;
    } catch (CorruptClockException refused) {
      return true;
    }
  }

  private static void decodeOrRefuse(ClockCodec codec, byte[] bytes) {
    try {
      SequenceClock clock = codec.decode(ByteBuffer.wrap(bytes));
      assertThat(clock.vbuckets()).isBetween(1, 1024);
    } catch (CorruptClockException refused) {
      assertThat(refused.getMessage()).contains("=");
    }
  }
}
