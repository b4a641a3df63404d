package io.channelindex.embedded.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerDurationTest {
  @Test
  void agreesWithTheFormulaOverTheWholeRange() {
    long step = 1;
    for (long micros = 0; micros <= ServerDuration.MAX_MICROS; micros += step) {
      if (ServerDuration.encode(micros) != formula(micros)) {
        assertThat(ServerDuration.encode(micros))
            .as("micros=%d", micros)
            .isEqualTo(formula(micros));
      }
      step = micros < 1 << 17 ? 1 : 97;
    }
  }

  @Property
  void neverShrinksAsTheDurationGrows(
      @ForAll @LongRange(max = 2 * ServerDuration.MAX_MICROS) long micros) {
    assertThat(ServerDuration.encode(micros + 1))
        .isGreaterThanOrEqualTo(ServerDuration.encode(micros));
  }

  @Property
  void aClientReadsItBackAsTheNearestOfTheDurationsThatItCanTellApart(
      @ForAll @LongRange(max = ServerDuration.MAX_MICROS) long micros) {
    int encoded = ServerDuration.encode(micros);

    assertThat((double) micros)
        .isBetween(clientDecodes(Math.max(encoded - 0.5001, 0)), clientDecodes(encoded + 0.5001));
  }

  /** Durations that a real server could have meant by the frames in the captures. */
  @ParameterizedTest
  @CsvSource({"0x01, 1", "0x07, 15", "0x11, 69", "0x2a, 334", "0x3b, 603", "0xdcd, 746002"})
  void yieldsCapturedFrames(String captured, long micros) {
    assertThat(ServerDuration.encode(micros)).isEqualTo(Integer.decode(captured));
    assertThat((double) micros)
        .isCloseTo(clientDecodes(Integer.decode(captured)), Offset.offset(micros * 0.01 + 1));
  }

  @Test
  void isCappedAtTheLargestTwoByteNumber() {
    assertThat(ServerDuration.encode(ServerDuration.MAX_MICROS)).isEqualTo(0xffff);
    assertThat(ServerDuration.encode(ServerDuration.MAX_MICROS + 1)).isEqualTo(0xffff);
    assertThat(ServerDuration.encode(Long.MAX_VALUE)).isEqualTo(0xffff);
  }

  @Test
  void countsANegativeDurationAsNone() {
    assertThat(ServerDuration.encode(-1)).isZero();
    assertThat(ServerDuration.encode(Long.MIN_VALUE)).isZero();
  }

  @Test
  void hasNoSeamWhereTheTableEnds() {
    for (long micros = ServerDuration.TABULATED_MICROS - 2;
        micros <= ServerDuration.TABULATED_MICROS + 2;
        micros++) {
      assertThat(ServerDuration.encode(micros)).isEqualTo(formula(micros));
    }
  }

  private static int formula(long micros) {
    return (int) Math.round(Math.pow((double) (micros * 2), 1.0 / 1.74));
  }

  private static double clientDecodes(double encoded) {
    return Math.pow(encoded, 1.74) / 2;
  }
}
