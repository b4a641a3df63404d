package io.channelindex.perf.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeedLineTest {
  private final FeedLine line = new FeedLine();

  private FeedLine.Kind read(String text) {
    byte[] bytes = ("\"{,x" + text + "}]\"").getBytes(StandardCharsets.UTF_8);
    return line.read(bytes, 4, bytes.length - 3);
  }

  private String part(int from, int to) {
    return new String(line.bytes(), from, to - from, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"seq\":\"t0\",\"id\":\"d1\",\"changes\":[{\"rev\":\"12-ab\"}]}",
        "{\"seq\":\"t0\",\"id\":\"d1\",\"changes\":[{\"rev\":\"12-ab\"}]},",
        "{\"doc\":{\"id\":\"x\",\"seq\":[1,\"}\",{\"a\\\"]\":2}]},\"id\":\"d1\",\"seq\":\"t0\",\"changes\":[{\"rev\":\"12-ab\"}]}\r",
        "{\"changes\":[{\"x\":1,\"rev\":\"12-ab\",\"y\":null},{\"rev\":\"11-zz\"}],\"id\":\"d1\",\"seq\":\"t0\",\"doc\":null}"
      })
  void rowsAreReadWhateverIsAroundTheirMembers(String text) {
    assertThat(read(text)).isEqualTo(FeedLine.Kind.ROW);
    assertThat(part(line.tokenFrom(), line.tokenTo())).isEqualTo("t0");
    assertThat(part(line.idFrom(), line.idTo())).isEqualTo("d1");
    assertThat(part(line.revisionFrom(), line.revisionTo())).isEqualTo("12-ab");
    assertThat(line.generation()).isEqualTo(12);
    assertThat(line.isDeleted()).isFalse();
    assertThat(line.isRemoved()).isFalse();
  }

  @Test
  void flagsAreReadAndForgotten() {
    String head = "{\"seq\":17,\"id\":\"d\",\"changes\":[{\"rev\":\"1-a\"}]";
    read(head + ",\"deleted\":true}");
    assertThat(line.isDeleted()).isTrue();
    assertThat(part(line.tokenFrom(), line.tokenTo())).isEqualTo("17");
    read(head + ",\"removed\":[\"a\",\"b\"]}");
    assertThat(line.isDeleted()).isFalse();
    assertThat(line.isRemoved()).isTrue();
    read(head + ",\"deleted\":false}");
    assertThat(line.isDeleted()).isFalse();
    assertThat(line.isRemoved()).isFalse();
  }

  @Test
  void theRestOfAnAnswerIsKnown() {
    assertThat(read("")).isEqualTo(FeedLine.Kind.BLANK);
    assertThat(read("\r")).isEqualTo(FeedLine.Kind.BLANK);
    assertThat(read("{\"results\":[")).isEqualTo(FeedLine.Kind.FRAME);
    assertThat(read("],")).isEqualTo(FeedLine.Kind.FRAME);
    assertThat(read("\"last_seq\":\"t9\",\"pending\":0}")).isEqualTo(FeedLine.Kind.END);
    assertThat(part(line.tokenFrom(), line.tokenTo())).isEqualTo("t9");
    assertThat(read("{\"last_seq\":\"t8\"}")).isEqualTo(FeedLine.Kind.END);
    assertThat(part(line.tokenFrom(), line.tokenTo())).isEqualTo("t8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        ",",
        "{",
        "{}",
        "{\"seq\"",
        "{\"seq\":",
        "{\"seq\":\"",
        "{\"seq\":\"t\\",
        "{\"seq\":\"t\"}",
        "{\"seq\":\"\",\"id\":\"d\",\"changes\":[{\"rev\":\"1-a\"}]}",
        "{\"seq\":\"t\",\"id\":\"d\"}",
        "{\"seq\":\"t\",\"id\":\"d\",\"changes\":[]}",
        "{\"seq\":\"t\",\"id\":\"d\",\"changes\":[{\"rev\":\"\"}]}",
        "{\"seq\":\"t\",\"id\":\"d\",\"changes\":[{\"rev\":\"1-a\"}]}}",
        "{\"seq\":\"t\",\"id\":\"d\",\"changes\":[{\"rev\":\"1-a\"}],\"doc\":{\"a\":[}",
        "{\"seq\":\"t\",\"last_seq\":\"t\",\"id\":\"d\",\"changes\":[{\"rev\":\"1-a\"}]}",
        "{\"error\":\"no\",\"reason\":\"none\"}"
      })
  void whatNoFeedMaySayIsRefused(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(MalformedFeedException.class);
  }

  /** Whatever comes: an answer or a refusal, never anything else. */
  @Test
  void damagedRowsNeverConfuseTheReader() {
    Random random = new Random(7);
    byte[] row =
        "{\"seq\":\"t\",\"id\":\"d\",\"changes\":[{\"rev\":\"1-a\"}],\"removed\":[\"c\"]}"
            .getBytes(StandardCharsets.US_ASCII);
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = row.clone();
      for (int i = 0; i <= round % 3; i++) {
        damaged[random.nextInt(row.length)] = (byte) "{}[]\",:\\ a1".charAt(random.nextInt(11));
      }
      try {
        line.read(damaged, 0, random.nextInt(row.length + 1));
      } catch (MalformedFeedException e) {
        assertThat(e).hasMessageContaining("line=");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1-a, 1", "2147483646-b, -1", "214748363-b, 214748363", "-a, -1", "a-1, -1", "7, -1"})
  void generationsAreNumbersBeforeAHyphen(String revision, int generation) {
    read("{\"seq\":\"t\",\"id\":\"d\",\"changes\":[{\"rev\":\"" + revision + "\"}]}");
    assertThat(line.generation()).isEqualTo(generation);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void linesAreTheSameHoweverTheyAreSplit(long seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      text.append("x".repeat(random.nextInt(300))).append(i).append('\n');
    }
    List<String> lines = new ArrayList<>();
    LineSplitter splitter =
        new LineSplitter(
            (bytes, from, to) ->
                lines.add(new String(bytes, from, to - from, StandardCharsets.US_ASCII)));
    byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
    int at = 0;
    while (at < bytes.length) {
      int next = Math.min(bytes.length, at + random.nextInt(700));
      splitter.chunk(java.util.Arrays.copyOfRange(bytes, at, next));
      at = next;
    }
    assertThat(String.join("\n", lines) + "\n").isEqualTo(text.toString());
  }

  @Test
  void aLineThatBrokeOffIsForgottenAndAnEndlessOneRefused() {
    List<Integer> lengths = new ArrayList<>();
    LineSplitter splitter = new LineSplitter((bytes, from, to) -> lengths.add(to - from));
    splitter.chunk(new byte[100]);
    splitter.forget();
    splitter.chunk(new byte[] {'a', '\n'});
    assertThat(lengths).containsExactly(1);
    assertThatThrownBy(() -> splitter.chunk(new byte[(1 << 20) + 1]))
        .isInstanceOf(MalformedFeedException.class)
        .hasMessage("line is too long: bytes=1048577");
  }
}
