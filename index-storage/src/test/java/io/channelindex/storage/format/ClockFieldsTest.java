package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.format.ClockFields.Hold;
import io.channelindex.storage.format.UnreadableDocumentException.Reason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClockFieldsTest {
  private static final PartitionMap MAP = new PartitionMap(5, 2);
  private static final Hold FIRST = new Hold(7, 0, SequenceClock.of(1, 1_000_000));
  private static final Hold SECOND = new Hold(-1, 999_999_999, SequenceClock.of(0, -1, 3));
  private static final String GOLDEN =
      """
      {"p0":{"7-0":"BAUUAQAA8CP0"},\
      "p1":{"18446744073709551615-999999999":"BAdAAAAAAAAAAAAA__________8DAAAAAAAAAA"}}""";

  private static ClockFields decode(String json) {
    return ClockFields.decode("db:key", MAP, json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void writesTheGoldenTextAndReadsIt() {
    byte[] document = ClockFields.EMPTY.with(1, SECOND).with(0, FIRST).encode();

    assertThat(new String(document, StandardCharsets.UTF_8)).isEqualTo(GOLDEN);
    assertThat(decode(GOLDEN).hold(0)).contains(FIRST);
    assertThat(decode(GOLDEN).hold(1)).contains(SECOND);
    assertThat(decode("{}").hold(0)).isEmpty();
  }

  @Test
  void aPartitionHasOneHolder() {
    ClockFields given = decode(GOLDEN).with(1, new Hold(8, 1, SequenceClock.of(1, 2, 3)));

    String text = new String(given.encode(), StandardCharsets.UTF_8);

    assertThat(text).contains("\"p1\":{\"8-1\":").doesNotContain("999999999");
    assertThat(FIRST.path(0)).isEqualTo("p0.7-0");
    assertThat(SECOND.path(1)).isEqualTo("p1.18446744073709551615-999999999");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"p0\":",
        "{\"x\":{}}",
        "{\"p2\":{\"7-0\":\"BAUUAQAA8CP0\"}}",
        "{\"p00\":{\"7-0\":\"BAUUAQAA8CP0\"}}",
        "{\"p0\":\"7-0\"}",
        "{\"p0\":{}}",
        "{\"p0\":{\"7-0\":\"BAUUAQAA8CP0\",\"8-0\":\"BAUUAQAA8CP0\"}}",
        "{\"p0\":{\"07-0\":\"BAUUAQAA8CP0\"}}",
        "{\"p0\":{\"99999999999999999999-0\":\"BAUUAQAA8CP0\"}}",
        "{\"p0\":{\"7-0\":5}}",
        "{\"p0\":{\"7-0\":\"\"}}",
        "{\"p0\":{\"7-0\":\"=?\"}}",
        "{\"p0\":{\"7-0\":\"____\"}}"
      })
  void anythingElseIsCorrupt(String json) {
    assertThatThrownBy(() -> decode(json))
        .isInstanceOfSatisfying(
            UnreadableDocumentException.class,
            unreadable -> assertThat(unreadable.reason()).isEqualTo(Reason.CORRUPT))
        .hasMessageContaining("key=db:key");
  }

  @Test
  void aClockOfAnotherDivisionIsCorrupt() {
    assertThatThrownBy(
            () ->
                ClockFields.decode(
                    "db:key", new PartitionMap(6, 2), GOLDEN.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(UnreadableDocumentException.class)
        .hasMessageContaining("vbuckets=2, expected=3");
  }
}
