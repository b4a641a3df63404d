package io.channelindex.server.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;

class UnicodeTextTest {
  @Property(tries = 1_000)
  void isValidIfItComesBackFromItsBytes(@ForAll String text) {
    assertAsTheCharsetSays(text);
  }

  @Property(tries = 1_000)
  void halvesOfPairsAreNotUnlessTheyMeet(
      @ForAll @CharRange(from = '\ud7fe', to = '\ue001') String text) {
    assertAsTheCharsetSays(text);
  }

  @Example
  void pairsThatMeet() {
    assertThat(UnicodeText.isValid("a\ud83d\ude00b")).isTrue();
    assertThat(UnicodeText.utf8Length("a\ud83d\ude00b")).isEqualTo(6);
    assertThat(UnicodeText.isValid("\ude00\ud83d")).isFalse();
    assertThat(UnicodeText.isValid("\ud83d")).isFalse();
  }

  private static void assertAsTheCharsetSays(String text) {
    boolean isValid = StandardCharsets.UTF_8.newEncoder().canEncode(text);
    assertThat(UnicodeText.isValid(text)).isEqualTo(isValid);
    if (isValid) {
      assertThat(UnicodeText.utf8Length(text))
          .isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }
  }
}
