package io.channelindex.sequence.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.Clocks;
import io.channelindex.sequence.SequenceClock;
import java.nio.ByteBuffer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import org.junit.jupiter.api.Test;

class ClockAdvanceTest {
  @Provide
  Arbitrary<Tuple2<SequenceClock, SequenceClock>> pairs() {
    return Arbitraries.of(1, 64, 1024)
        .flatMap(
            vbuckets ->
                Clocks.ofVbuckets(vbuckets)
                    .flatMap(a -> Clocks.ofVbuckets(vbuckets).map(b -> Tuple.of(a, b))));
  }

  @Property
  void theWayLeadsWhereItLed(@ForAll("pairs") Tuple2<SequenceClock, SequenceClock> pair) {
    SequenceClock from = pair.get1();
    SequenceClock to = from.merge(pair.get2());
    ByteBuffer bytes = ByteBuffer.wrap(ClockAdvance.encode(from, to));

    assertThat(ClockAdvance.decode(from, bytes)).isEqualTo(to);
    assertThat(bytes.hasRemaining()).isFalse();
  }

  @Property
  void theWayFromAnotherClockNeverGoesBack(
      @ForAll("pairs") Tuple2<SequenceClock, SequenceClock> pair) {
    SequenceClock zero = SequenceClock.zero(pair.get1().vbuckets());
    ByteBuffer way = ByteBuffer.wrap(ClockAdvance.encode(zero, pair.get1()));
    SequenceClock reached;
    try {
      reached = ClockAdvance.decode(pair.get2(), way);
    } catch (CorruptClockException beyondTheLast) {
      assertThat(beyondTheLast).hasMessageContaining("above 2^64 - 1");
      return;
    }
    assertThat(reached.covers(pair.get2())).isTrue();
  }

  @Test
  void aWayBackOrOfAnotherShapeIsRefused() {
    assertThatThrownBy(() -> ClockAdvance.encode(SequenceClock.of(1, 5), SequenceClock.of(2, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("clock goes back: vbucket=1, from=5, to=4");
    assertThatThrownBy(() -> ClockAdvance.encode(SequenceClock.of(1, 5), SequenceClock.of(2)))
        .isInstanceOf(IllegalArgumentException.class);
    ByteBuffer way =
        ByteBuffer.wrap(ClockAdvance.encode(SequenceClock.zero(2), SequenceClock.of(2, 4)));
    assertThatThrownBy(() -> ClockAdvance.decode(SequenceClock.of(1), way))
        .isInstanceOf(CorruptClockException.class)
        .hasMessage("clocks of different shape: vbuckets=2, from=1");
  }

  @Test
  void aFewMovesAreAFewBytes() {
    SequenceClock from = Clocks.uniform(100_000_000, 1024, 1);
    SequenceClock to = from;
    for (int i = 0; i < 20; i++) {
      int vbucket = i * 50 + 3;
      to = to.with(vbucket, from.seqno(vbucket) + 1 + i % 4);
    }
    assertThat(ClockAdvance.encode(from, to).length).isLessThan(48);
  }
}
