package io.channelindex.sequence.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TokenTest {
  private static Token token(String begin, String end) {
    return new Token(begin.getBytes(US_ASCII), end.getBytes(US_ASCII));
  }

  @Test
  void isItsTextWhereverThatIsDivided() {
    assertThat(token("abc", "de"))
        .hasToString("abcde")
        .isEqualTo(token("a", "bcde"))
        .isEqualTo(Token.of("abcde"))
        .hasSameHashCodeAs(Token.of("abcde"))
        .isNotEqualTo(token("abc", "df"))
        .isNotEqualTo(token("abc", "d"));
    assertThat(token("abc", "de").length()).isEqualTo(5);
  }

  @Test
  void copiesItsLettersToAPlace() {
    byte[] into = "........".getBytes(US_ASCII);

    token("abc", "de").copyTo(into, 2);

    assertThat(new String(into, US_ASCII)).isEqualTo("..abcde.");
    assertThatThrownBy(() -> token("abc", "de").copyTo(into, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void refusesLettersThatNoTokenHas() {
    assertThatThrownBy(() -> Token.of("abcö"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("length=4");
  }
}
