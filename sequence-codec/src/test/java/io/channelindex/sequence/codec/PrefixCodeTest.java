package io.channelindex.sequence.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.Clocks;
import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PrefixCodeTest {
  /** Huffman's sum of all pairs' weights is what the symbols take together. */
  private static long leastBits(int[] weights) {
    PriorityQueue<Long> queue = new PriorityQueue<>();
    for (int weight : weights) {
      queue.add((long) weight);
    }
    long bits = 0;
    while (queue.size() > 1) {
      long pair = queue.remove() + queue.remove();
      bits += pair;
      queue.add(pair);
    }
    return bits;
  }

  @Property(tries = 500)
  void codesAreAsShortAsHuffmans(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int symbols) {
    int[] weights = new SplittableRandom(seed).ints(symbols, 1, 41).toArray();
    byte[] lengths = PrefixCode.lengths(weights);
    long bits = 0;
    for (int i = 0; i < weights.length; i++) {
      bits += (long) weights[i] * lengths[i];
    }
    // With such weights no code is longer than the limit.
    assertThat(bits).isEqualTo(leastBits(weights));
    assertReadable(lengths);
  }

  @Test
  void weightsThatDifferMuchStayWithinTheLimit() {
    int[] weights = new int[30];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 1 << Math.min(i, 25);
    }
    byte[] lengths = PrefixCode.lengths(weights);
    for (byte length : lengths) {
      assertThat(length).isBetween((byte) 1, (byte) PrefixCode.MAX_LENGTH);
    }
    assertReadable(lengths);
    int[] many = new int[1024];
    Arrays.fill(many, 1);
    assertReadable(PrefixCode.lengths(many));
  }

  private static void assertReadable(byte[] lengths) {
    PrefixCode code = PrefixCode.of(lengths);
    short[] table = code.readingTable();
    for (int symbol = 0; symbol < lengths.length; symbol++) {
      int entry = code.codes()[symbol];
      int found = table[entry >>> PrefixCode.LENGTH_BITS];
      assertThat(found >>> PrefixCode.LENGTH_BITS).isEqualTo(symbol);
      assertThat(found & PrefixCode.LENGTH_MASK).isEqualTo(lengths[symbol]);
    }
  }

  @Test
  void lengthsThatDoNotFillTheSpaceAreRefused() {
    assertThatThrownBy(() -> PrefixCode.of(new byte[] {1, 2}))
        .isInstanceOf(CorruptClockException.class)
        .hasMessage("codes do not fill their space: symbols=2, space=1536");
    assertThatThrownBy(() -> PrefixCode.of(new byte[] {1, 1, 11}))
        .isInstanceOf(CorruptClockException.class);
  }

  @Test
  void everyBellHasAWholeCode() {
    for (int level = 0; level < BellModel.LEVELS; level++) {
      for (int quarter = 0; quarter < BellModel.QUARTERS; quarter++) {
        BellModel model = BellModel.of(level, quarter);
        assertThat(model.bins()).isEqualTo(2 * model.reach() + 1).isLessThan(127);
        assertThat(model.codes()).hasSize(model.bins() + 1);
      }
    }
  }

  @Property(tries = 300)
  void bitsComeBackAsTheyWere(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] widths = random.ints(200, 0, 65).toArray();
    long[] numbers = random.longs(200).toArray();
    byte[] out = new byte[5 + 200 * (64 + 7 + 64) / 8 + BitWriter.SLACK_BYTES];
    BitWriter writer = new BitWriter(out, 5);
    for (int i = 0; i < widths.length; i++) {
      numbers[i] &= BitWriter.mask(widths[i]);
      writer.putAny(numbers[i], widths[i]);
      writer.putSized(numbers[i]);
    }
    int end = writer.finish();
    BitReader reader = new BitReader(out, 5, end);
    for (int i = 0; i < widths.length; i++) {
      assertThat(reader.readAny(widths[i])).isEqualTo(numbers[i]);
      assertThat(reader.readSized()).isEqualTo(numbers[i]);
    }
    assertThat(reader.finish()).isEqualTo(end);
    reader.skip(9);
    assertThatThrownBy(reader::finish).hasMessageStartingWith("bits truncated");
  }

  /** What the choice between codecs goes by is what is then written. */
  @Property(tries = 500)
  void costsAreWhatIsWritten(@ForAll long seed, @ForAll @IntRange(max = 9) int kind) {
    long[] numbers = Clocks.make(1 + (int) (seed & 1023), seed, kind).toArray();
    if (Arrays.stream(numbers).allMatch(number -> number == 0)) {
      return;
    }
    EntropyCoder coder = EntropyCoder.ofThread();
    coder.choose(numbers, numbers.length);
    long entropyBits = coder.bits(numbers, numbers.length);
    byte[] out = new byte[ClockCodec.MAX_BYTES];

    assertThat(EntropyCodec.INSTANCE.encodeBody(numbers, out, 0))
        .isEqualTo((int) (entropyBits + 7) / 8);
    assertThat(SparseCodec.INSTANCE.encodeBody(numbers, out, 0))
        .isEqualTo((int) (SparseCodec.bodyBits(numbers) + 7) / 8);
  }
}
