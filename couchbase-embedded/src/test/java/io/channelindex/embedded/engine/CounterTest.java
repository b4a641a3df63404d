package io.channelindex.embedded.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.protocol.Status;
import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CounterTest {
  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(64);

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  @Property
  void incrementingWraps(@ForAll long current, @ForAll long delta) {
    long next = new Counter(Counter.Direction.UP, delta, 0, 0).next(current);

    assertThat(unsigned(next)).isEqualTo(unsigned(current).add(unsigned(delta)).mod(MODULUS));
  }

  @Property
  void decrementingStopsAtZero(@ForAll long current, @ForAll long delta) {
    long next = new Counter(Counter.Direction.DOWN, delta, 0, 0).next(current);

    assertThat(unsigned(next))
        .isEqualTo(unsigned(current).subtract(unsigned(delta)).max(BigInteger.ZERO));
  }

  @Property
  void whatIsFormattedIsParsed(@ForAll long value) {
    byte[] text = Counter.format(value);

    assertThat(new String(text, US_ASCII)).isEqualTo(unsigned(value).toString());
    assertThat(Counter.parse(text, 0)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "0x10",
        "1e3",
        "\"1\"",
        "18446744073709551616",
        "99999999999999999999",
        "000000000000000000001",
        "\u0661",
        "one"
      })
  void refusesWhatIsNoNumber(String text) {
    assertThatThrownBy(() -> Counter.parse(text.getBytes(UTF_8), 0))
        .isSameAs(StatusException.of(Status.DELTA_BADVAL));
  }

  @Test
  void parsesBehindAnOffset() {
    assertThat(Counter.parse("xattr42".getBytes(US_ASCII), 5)).isEqualTo(42);
    assertThatThrownBy(() -> Counter.parse("xattr".getBytes(US_ASCII), 5))
        .isSameAs(StatusException.of(Status.DELTA_BADVAL));
  }

  @Test
  void anExpiryOfAllOnesForbidsCreation() {
    assertThat(new Counter(Counter.Direction.UP, 1, 0, -1).creates()).isFalse();
    assertThat(new Counter(Counter.Direction.UP, 1, 0, 0).creates()).isTrue();
  }
}
