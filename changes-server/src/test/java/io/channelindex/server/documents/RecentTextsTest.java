package io.channelindex.server.documents;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentTextsTest {
  private final RecentTexts texts = new RecentTexts();

  private String text(String text) {
    byte[] bytes = ('"' + text + '"').getBytes(US_ASCII);
    return texts.text(bytes, 1, bytes.length - 1);
  }

  @Test
  void aTextThatCameIsTheSameObject() {
    String first = text("channel-1");

    assertThat(first).isEqualTo("channel-1");
    assertThat(text("channel-1")).isSameAs(first);
    assertThat(text("")).isEmpty();
  }

  @Test
  void textsThatShareAPlaceAreNotTakenForEachOther() {
    // The same hash, and the same length.
    assertThat(text("Aa")).isEqualTo("Aa");
    assertThat(text("BB")).isEqualTo("BB");
    assertThat(text("Aa")).isEqualTo("Aa");
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 5_000; i++) {
        assertThat(text("channel-" + i)).isEqualTo("channel-" + i);
      }
    }
  }
}
