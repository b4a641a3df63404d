package io.channelindex.embedded.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPathTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "'', ''",
        "a, a",
        "a.b.c, a|b|c",
        "a[0], a|#0",
        "[1][2].x, #1|#2|x",
        "a[-1], a|#-1",
        "a., a",
        "[0]., #0",
        "`a.b`.c, a.b|c",
        "`a[0]`, a[0]",
        "`BACK``TICK`, BACK`TICK",
        "trailing``, trailing`",
        "a`.`b, a.b",
        "Fútbol, Fútbol",
        "a b, a b"
      })
  void parses(String path, String components) {
    assertThat(describe(parse(path))).isEqualTo(components == null ? "" : components);
  }

  @Test
  void keepsEscapesOfJson() {
    assertThat(describe(parse("\\\"quoted.\\\\x"))).isEqualTo("\\\"quoted|\\\\x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".",
        "..",
        "a..b",
        ".a",
        "[",
        "]",
        "a]",
        "a[",
        "a[0",
        "a[x]",
        "a[-2]",
        "a[-]",
        "a[]",
        "a[0]b",
        "a[1 ]",
        "`a",
        "a`",
        "``",
        "\"a",
        "a\"b",
        "\\",
        "\\x",
        "\\u0041",
        "a\tb",
        "a[9223372036854775808]",
        "a[99999999999999999999999]"
      })
  void refuses(String path) {
    assertProblem(path.getBytes(UTF_8), JsonProblem.PATH_INVALID);
  }

  @Test
  void refusesIllFormedUtf8() {
    assertProblem(new byte[] {'a', (byte) 0xc3}, JsonProblem.PATH_INVALID);
  }

  @Test
  void limitsTheComponents() {
    assertThat(parse("a.".repeat(30) + "a").size()).isEqualTo(JsonPath.MAX_COMPONENTS);
    assertThat(parse("[0]".repeat(31)).size()).isEqualTo(JsonPath.MAX_COMPONENTS);
    assertProblem(("a.".repeat(31) + "a").getBytes(UTF_8), JsonProblem.PATH_TOO_BIG);
    assertProblem("[0]".repeat(32).getBytes(UTF_8), JsonProblem.PATH_TOO_BIG);
  }

  @Property(tries = 3000)
  void answersEveryPath(@ForAll("paths") String path) {
    try {
      assertThat(parse(path).size()).isBetween(0, JsonPath.MAX_COMPONENTS);
    } catch (JsonEditException e) {
      assertThat(e.problem()).isIn(JsonProblem.PATH_INVALID, JsonProblem.PATH_TOO_BIG);
    }
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.strings().withChars("ab.[]`-01\\\"u\té").ofMaxLength(80);
  }

  private static void assertProblem(byte[] path, JsonProblem problem) {
    assertThatThrownBy(() -> JsonPath.parse(path))
        .isInstanceOfSatisfying(
            JsonEditException.class, e -> assertThat(e.problem()).isEqualTo(problem));
  }

  private static JsonPath parse(String path) {
    return JsonPath.parse(path.getBytes(UTF_8));
  }

  private static String describe(JsonPath path) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < path.size(); i++) {
      text.append(i == 0 ? "" : "|")
          .append(path.isIndex(i) ? "#" + path.index(i) : new String(path.name(i), UTF_8));
    }
    return text.toString();
  }
}
