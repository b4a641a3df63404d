package io.channelindex.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import org.junit.jupiter.api.Test;

class SequenceClockTest {
  @Provide
  Arbitrary<Tuple2<SequenceClock, SequenceClock>> pairs() {
    return Arbitraries.integers()
        .between(1, 20)
        .flatMap(
            vbuckets ->
                Clocks.ofVbuckets(vbuckets)
                    .flatMap(a -> Clocks.ofVbuckets(vbuckets).map(b -> Tuple.of(a, b))));
  }

  @Property
  void theAlgebraIsThatOfUnsignedNumbers(
      @ForAll("pairs") Tuple2<SequenceClock, SequenceClock> pair) {
    SequenceClock a = pair.get1();
    SequenceClock b = pair.get2();
    List<Integer> after = new ArrayList<>();
    a.forEachAfter(b, after::add);

    SequenceClock merged = a.merge(b);

    List<Integer> expectedAfter = new ArrayList<>();
    boolean covers = true;
    for (int vbucket = 0; vbucket < a.vbuckets(); vbucket++) {
      BigInteger one = unsigned(a.seqno(vbucket));
      BigInteger other = unsigned(b.seqno(vbucket));
      assertThat(unsigned(merged.seqno(vbucket))).isEqualTo(one.max(other));
      if (one.compareTo(other) > 0) {
        expectedAfter.add(vbucket);
      }
      covers &= one.compareTo(other) >= 0;
    }
    assertThat(after).isEqualTo(expectedAfter);
    assertThat(a.covers(b)).isEqualTo(covers);
    assertThat(merged.covers(a)).isTrue();
    assertThat(merged).isEqualTo(b.merge(a)).hasSameHashCodeAs(b.merge(a));
  }

  private static BigInteger unsigned(long seqno) {
    return new BigInteger(Long.toUnsignedString(seqno));
  }

  @Test
  void aClockIsNotChangedFromOutside() {
    long[] seqnos = {1, 2};
    SequenceClock clock = SequenceClock.of(seqnos);
    seqnos[0] = 9;
    clock.toArray()[1] = 9;
    SequenceClock with = clock.with(1, 7);

    assertThat(clock).isEqualTo(SequenceClock.of(1, 2)).isNotEqualTo(with);
    assertThat(with.toArray()).containsExactly(1, 7);
  }

  @Test
  void itSaysWhatItIs() {
    assertThat(SequenceClock.zero(4).with(2, -1))
        .hasToString("clock[vbuckets=4, 2=18446744073709551615]");
  }

  @Test
  void otherShapesAndSizesAreRefused() {
    SequenceClock two = SequenceClock.zero(2);
    SequenceClock three = SequenceClock.zero(3);
    assertThatThrownBy(() -> two.merge(three))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("clocks of different shape: vbuckets=2, other=3");
    assertThatThrownBy(() -> two.covers(three)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> two.forEachAfter(three, v -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> two.seqno(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SequenceClock.of()).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SequenceClock.zero(1025)).isInstanceOf(IllegalArgumentException.class);
  }
}
