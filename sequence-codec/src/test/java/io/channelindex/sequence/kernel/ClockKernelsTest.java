package io.channelindex.sequence.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.Clocks;
import io.channelindex.sequence.SequenceClock;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of kernels against what is obviously right, on all shapes of clocks. */
class ClockKernelsTest {
  private static final byte UNTOUCHED = 0x55;

  private record Pair(SequenceClock one, SequenceClock other) {}

  static ClockKernels[] kernels() {
    return new ClockKernels[] {ScalarKernels.INSTANCE, vector()};
  }

  /** By name, as the program does: the tests are compiled without the Vector API. */
  private static ClockKernels vector() {
    try {
      return KernelChoice.load(KernelChoice.VECTOR_KERNELS);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("tests need target/vector-classes and the Vector API's module", e);
    }
  }

  /** Of the same shape; the second is another, or the first with a few steps. */
  @Provide
  Arbitrary<Pair> pairs() {
    Arbitrary<Integer> vbuckets =
        Arbitraries.oneOf(
            Arbitraries.of(1, 3, 4, 63, 64, 65, 128, 511, 512, 513, 1023, 1024),
            Arbitraries.integers().between(1, 1024));
    return vbuckets.flatMap(
        count ->
            Combinators.combine(Clocks.ofVbuckets(count), Clocks.ofVbuckets(count), steps())
                .as((a, b, steps) -> pair(a, b, steps)));
  }

  private static Arbitrary<Integer> steps() {
    return Arbitraries.integers().between(-1, 3);
  }

  private static Pair pair(SequenceClock a, SequenceClock b, int steps) {
    if (steps < 0) {
      return new Pair(a, b);
    }
    long[] near = a.toArray();
    SplittableRandom random = new SplittableRandom(steps + a.hashCode());
    for (int step = 0; step < steps; step++) {
      near[random.nextInt(near.length)] += random.nextInt(-1, 2);
    }
    return new Pair(a, SequenceClock.of(near));
  }

  private static BigInteger unsigned(long number) {
    return new BigInteger(Long.toUnsignedString(number));
  }

  @Property(tries = 500)
  void numbersAreComparedAsUnsignedOnes(@ForAll("pairs") Pair pair) {
    long[] a = pair.one.toArray();
    long[] b = pair.other.toArray();
    int count = a.length;
    long[] max = new long[count];
    long[] ahead = new long[count];
    BitSet after = new BitSet();
    int order = 0;
    for (int i = 0; i < count; i++) {
      BigInteger lead = unsigned(a[i]).subtract(unsigned(b[i]));
      max[i] = lead.signum() >= 0 ? a[i] : b[i];
      ahead[i] = lead.max(BigInteger.ZERO).longValue();
      after.set(i, lead.signum() > 0);
      order |= lead.signum() > 0 ? ClockKernels.SOME_AFTER : 0;
      order |= lead.signum() < 0 ? ClockKernels.SOME_BEFORE : 0;
    }

    for (ClockKernels kernels : kernels()) {
      long[] out = a.clone();
      kernels.max(out, b, out, count);
      assertThat(out).as(kernels.name()).isEqualTo(max);
      kernels.ahead(a, b, out, count);
      assertThat(out).as(kernels.name()).isEqualTo(ahead);
      long[] words = new long[(count + 63) / 64];
      Arrays.fill(words, -1);
      kernels.after(a, b, count, words);
      assertThat(BitSet.valueOf(words)).as(kernels.name()).isEqualTo(after);
      assertThat(kernels.order(a, b, count)).as(kernels.name()).isEqualTo(order);
    }
  }

  /** Where the looked-at halves of numbers stop being enough, and where numbers wrap. */
  @ParameterizedTest
  @MethodSource("kernels")
  void theRangeIsRightForNumbersThatAreJustCloseEnough(ClockKernels kernels) {
    long[] firsts = {0, 1L << 30, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1L, -(1L << 30)};
    long[] steps = {0, 1, (1L << 30) - 1, 1L << 30, 1L << 31, 1L << 32, 1L << 62, -1L, -(1L << 30)};
    byte[] expected = new byte[2 * Long.BYTES];
    byte[] range = new byte[2 * Long.BYTES];
    for (long first : firsts) {
      for (long step : steps) {
        for (int at : new int[] {1, 8, 62, 63, 64}) {
          long[] numbers = new long[65];
          Arrays.fill(numbers, first);
          numbers[at] += step;
          numbers[65 - at] -= step / 2;
          long min = Arrays.stream(numbers).map(number -> number ^ Long.MIN_VALUE).min().orElse(0);
          long max = Arrays.stream(numbers).map(number -> number ^ Long.MIN_VALUE).max().orElse(0);
          ClockKernels.putRange(min, max, Long.MIN_VALUE, expected, 0);
          kernels.range(numbers, numbers.length, range, 0);
          assertThat(range).as("first=%d, step=%d, at=%d", first, step, at).isEqualTo(expected);
        }
      }
    }
  }

  @Property(tries = 500)
  void packedNumbersComeBackAndAreTheSameBytes(@ForAll("pairs") Pair pair) {
    long[] numbers = pair.one.toArray();
    int count = numbers.length;
    long[] sorted =
        Arrays.stream(numbers).map(number -> number ^ Long.MIN_VALUE).sorted().toArray();
    long base = sorted[0] ^ Long.MIN_VALUE;
    long max = sorted[count - 1] ^ Long.MIN_VALUE;
    int width = Long.SIZE - Long.numberOfLeadingZeros(max - base);
    byte[] expected = naivelyPacked(numbers, base, width);

    for (ClockKernels kernels : kernels()) {
      byte[] range = new byte[2 * Long.BYTES];
      kernels.range(numbers, count, range, 0);
      assertThat(ClockKernels.word(range, 0)).as(kernels.name()).isEqualTo(base);
      assertThat(ClockKernels.word(range, Long.BYTES)).as(kernels.name()).isEqualTo(max);
      byte[] out = new byte[expected.length + 5];
      Arrays.fill(out, UNTOUCHED);
      kernels.pack(numbers, count, base, width, out, 3);
      assertThat(Arrays.copyOfRange(out, 3, 3 + expected.length)).isEqualTo(expected);
      assertThat(out).startsWith(UNTOUCHED, UNTOUCHED, UNTOUCHED).endsWith(UNTOUCHED, UNTOUCHED);
      long[] back = new long[count];
      assertThat(kernels.unpack(out, 3, base, width, back, count)).isTrue();
      assertThat(back).as(kernels.name()).isEqualTo(numbers);
    }
  }

  /** Bit by bit, as the format says. */
  private static byte[] naivelyPacked(long[] numbers, long base, int width) {
    BitSet bits = new BitSet();
    int grouped = numbers.length / 512 * 512;
    for (int i = 0; i < numbers.length; i++) {
      for (int bit = 0; bit < width; bit++) {
        int place = (i - grouped) * width + bit;
        if (i < grouped) {
          int inLane = i % 512 / 8 * width + bit;
          place = i / 512 * 512 * width - grouped * width;
          place += (inLane / 64 * 8 + i % 8) * 64 + inLane % 64;
        }
        bits.set(grouped * width + place, ((numbers[i] - base) >>> bit & 1) != 0);
      }
    }
    return Arrays.copyOf(bits.toByteArray(), (numbers.length * width + 7) / 8);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void everyWidthIsPackedByEveryCount(ClockKernels kernels) {
    SplittableRandom random = new SplittableRandom(7);
    for (int width = 0; width <= Long.SIZE; width++) {
      long mask = width == 0 ? 0 : -1L >>> (Long.SIZE - width);
      for (int count : new int[] {1, 7, 64, 128, 512, 577, 1024}) {
        long[] numbers = random.longs(count).map(number -> (number & mask) - 3).toArray();
        byte[] out = new byte[ClockKernels.packedBytes(count, width)];
        kernels.pack(numbers, count, -3, width, out, 0);
        assertThat(out).as("%d * %d", count, width).isEqualTo(naivelyPacked(numbers, -3, width));
        long[] back = new long[count];
        assertThat(kernels.unpack(out, 0, -3, width, back, count)).isTrue();
        assertThat(back).as("%d * %d", count, width).isEqualTo(numbers);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void bitsBehindTheLastNumberAreSeen(ClockKernels kernels) {
    byte[] bytes = {(byte) 0b1000_0001};
    assertThat(kernels.unpack(bytes, 0, 0, 1, new long[7], 7)).isFalse();
    assertThat(kernels.unpack(bytes, 0, 0, 1, new long[8], 8)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void arraysThatAreTooShortAreRefused(ClockKernels kernels) {
    long[] enough = new long[1024];
    long[] tooShort = new long[1023];
    assertThatThrownBy(() -> kernels.max(enough, tooShort, enough, 1024))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.order(enough, tooShort, 1024))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.pack(enough, 1024, 0, 8, new byte[1023], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.unpack(new byte[1023], 0, 0, 8, enough, 1024))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
