package io.channelindex.embedded.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.channelindex.embedded.protocol.Status;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {
  @Property
  void whatIsDeflatedIsInflated(@ForAll byte[] value) {
    assertThat(Compression.inflate(Compression.deflate(value), value.length)).isEqualTo(value);
  }

  @Test
  void deflatesARange() {
    byte[] block = Compression.deflate("..hello..".getBytes(UTF_8), 2, 5);

    assertThat(Compression.inflate(block, 5)).isEqualTo("hello".getBytes(UTF_8));
  }

  @Property
  void arbitraryBytesAreRefusedOrInflated(@ForAll byte[] block) {
    Throwable refusal = catchThrowable(() -> Compression.inflate(block, 1 << 20));

    if (refusal != null) {
      assertThat(refusal).isIn(StatusException.of(Status.EINVAL), StatusException.of(Status.E2BIG));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "80", "ffffffffff", "05", "0548", "ffffffff7f", "ffffffff0f", "8080808008"})
  void refusesWhatIsNoBlock(String hex) {
    assertThatThrownBy(() -> Compression.inflate(HexFormat.of().parseHex(hex), 1 << 20))
        .isSameAs(StatusException.of(Status.EINVAL));
  }

  @Test
  void theLimitItselfIsAllowed() {
    byte[] value = new byte[1000];
    byte[] block = Compression.deflate(value);

    assertThat(Compression.inflate(block, 1000)).isEqualTo(value);
    assertThatThrownBy(() -> Compression.inflate(block, 999))
        .isSameAs(StatusException.of(Status.E2BIG));
    assertThatThrownBy(() -> Compression.inflate(Arrays.copyOf(block, block.length - 1), 1000))
        .isSameAs(StatusException.of(Status.EINVAL));
  }
}
