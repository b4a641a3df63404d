package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class PackedNumbersTest {
  @Provide
  Arbitrary<Long> numbers() {
    return Arbitraries.oneOf(
        Arbitraries.longs().between(0, 20),
        Arbitraries.longs().between(-5, 5),
        Arbitraries.longs().between(Long.MAX_VALUE - 5, Long.MAX_VALUE),
        Arbitraries.longs());
  }

  @Property(tries = 1_000)
  void anythingComesBack(
      @ForAll @Size(max = 200) List<@From("numbers") Long> few, @ForAll Random random) {
    roundTrip(few.stream().mapToLong(Long::longValue).toArray());
    // Most of one kind, some outliers: Rice codes with escapes.
    long[] many = new long[500];
    for (int i = 0; i < many.length; i++) {
      boolean outlier = !few.isEmpty() && random.nextInt(100) == 0;
      many[i] = outlier ? few.get(random.nextInt(few.size())) : random.nextInt(1_000);
    }
    roundTrip(many);
    Arrays.sort(many);
    roundTrip(many);
  }

  @Example
  void takesNearTheEntropy() {
    Random random = new Random(1);
    LongSupplier geometric = () -> (long) (-Math.log(1 - random.nextDouble()) * 1_000);
    LongSupplier uniform = () -> random.nextInt(1_000_000);
    int[] counter = new int[1];
    LongSupplier ascending = () -> counter[0] += 1 + random.nextInt(8);

    // log2(1000 e) is 11.41, log2(1000000) 19.93, log2(8) 3.
    assertThat(bitsEach(geometric)).isBetween(11.3, 11.55);
    assertThat(bitsEach(uniform)).isBetween(19.9, 20.01);
    // The sign of the difference is not known to be the same: a bit.
    assertThat(bitsEach(ascending)).isBetween(3.0, 4.01);
    assertThat(bitsEach(() -> random.nextInt(1_000) == 0 ? -1 : random.nextInt(256)))
        .isBetween(8.0, 9.8);
    assertThat(bitsEach(() -> -1)).isLessThan(0.01);
  }

  private static double bitsEach(LongSupplier distribution) {
    long[] numbers = new long[20_000];
    Arrays.setAll(numbers, i -> distribution.getAsLong());
    return 8.0 * roundTrip(numbers) / numbers.length;
  }

  /** Returns the size. */
  private static int roundTrip(long[] numbers) {
    PayloadWriter payload = PayloadWriter.ofDocument(16);
    // What is behind them is none of them.
    PackedNumbers.write(payload, Arrays.copyOf(numbers, numbers.length + 1), numbers.length);
    byte[] document = payload.octet(0x5a).seal(DocumentFormat.CLOCK);

    long[] read =
        PayloadReader.decode(
            "key",
            DocumentFormat.CLOCK,
            document,
            reader -> {
              long[] found = PackedNumbers.read(reader, numbers.length);
              assertThat(reader.octet()).isEqualTo(0x5a);
              return found;
            });
    assertThat(read).isEqualTo(numbers);
    return document.length;
  }
}
