package io.channelindex.sequence.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class VarintTest {
  @Property
  void everyNumberComesBackAndHasOneSpelling(
      @ForAll long any, @ForAll @IntRange(max = 63) int shift) {
    long number = any >>> shift;
    ByteBuffer bytes = ByteBuffer.allocate(Varint.MAX_BYTES);
    Varint.put(bytes, number);

    assertThat(bytes.position()).isEqualTo(Varint.length(number));
    assertThat(Varint.get(bytes.flip())).isEqualTo(number);
    assertThat(bytes.hasRemaining()).isFalse();
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    ByteBuffer max = ByteBuffer.allocate(Varint.MAX_BYTES);
    Varint.put(max, -1);
    assertThatThrownBy(() -> Varint.get(max.flip(), "gap", 7))
        .isInstanceOf(CorruptClockException.class)
        .hasMessage("gap out of range: gap=18446744073709551615, max=7");
    byte[] above = {-1, -1, -1, -1, -1, -1, -1, -1, -1, 2};
    assertThatThrownBy(() -> Varint.get(ByteBuffer.wrap(above)))
        .isInstanceOf(CorruptClockException.class);
  }
}
