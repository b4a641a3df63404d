package io.channelindex.embedded.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalJsonTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{} | {}",
        "{ } | {}",
        "[ ] | []",
        "~ { \"b\" : 1 , \"a\" : [ 1 , 2 ] } ~ | {\"a\":[1,2],\"b\":1}",
        "{\"b\":{\"y\":1,\"x\":2},\"B\":0} | {\"B\":0,\"b\":{\"x\":2,\"y\":1}}",
        "{\"a\":1,\"a\":2} | {\"a\":2}",
        "{\"é\":1,\"z\":2,\"😀\":3,\"\\uffee\":4} | {\"z\":2,\"é\":1,\"\uffee\":4,\"😀\":3}",
        "{\"\\u0061\":1} | {\"a\":1}",
        "\"\\u00e9\\/\\u0041\\n\\u0001\\u001F\\\"\\\\\" | \"é/A\\n\\u0001\\u001f\\\"\\\\\"",
        "\"\\ud83d\\ude00 \\uD83D \\uDE00\" | \"😀 \\ud83d \\ude00\"",
        "\"\\u007f\" | \"\u007f\"",
        "[true , false,null] | [true,false,null]",
        "0 | 0",
        "-0 | 0",
        "-12 | -12",
        "18446744073709551615 | 18446744073709551615",
        "18446744073709551616 | 1.8446744073709552e+19",
        "-9223372036854775808 | -9223372036854775808",
        "-9223372036854775809 | -9.223372036854776e+18",
        "1.0 | 1.0",
        "-0.0 | -0.0",
        "0e5 | 0.0",
        "1e3 | 1000.0",
        "12.50 | 12.5",
        "1E15 | 1e+15",
        "1E14 | 100000000000000.0",
        "0.0001 | 0.0001",
        "0.00001 | 1e-05",
        "1.25e-7 | 1.25e-07",
        "2e-320 | 2e-320",
        "1e400 | 1e400",
        "0.1 | 0.1",
        "3.141592653589793238 | 3.141592653589793"
      })
  void spells(String text, String canonical) {
    assertThat(rewrite(text)).isEqualTo(canonical);
  }

  @Test
  void refusesWhatIsNotJson() {
    assertThatThrownBy(() -> rewrite("{"))
        .isInstanceOfSatisfying(
            JsonEditException.class,
            e -> assertThat(e.problem()).isEqualTo(JsonProblem.DOCUMENT_NOT_JSON));
    assertThatThrownBy(() -> CanonicalJson.members("[]".getBytes(UTF_8)))
        .isInstanceOf(JsonEditException.class);
  }

  @Test
  void survivesTheDeepestText() {
    String text = "{\"a\":".repeat(1023) + "1" + "}".repeat(1023);

    assertThat(rewrite(text)).isEqualTo(text);
  }

  @Property
  void keepsTheTreeAndIsItsOwnFixedPoint(@ForAll("texts") String text) {
    String canonical = rewrite(text);

    assertThat(rewrite(canonical)).isEqualTo(canonical);
    assertThat(tree(canonical).equals(NUMBERS_AS_DOUBLES, tree(text))).as(canonical).isTrue();
  }

  @Property
  void readsBackTheSameDouble(
      @ForAll @DoubleRange(min = -Double.MAX_VALUE, max = Double.MAX_VALUE) double number) {
    String spelled = rewrite(String.valueOf(number));

    assertThat(Double.parseDouble(spelled)).isEqualTo(number);
    assertThat(spelled.length()).isLessThanOrEqualTo(String.valueOf(number).length() + 17);
  }

  private static final Comparator<JsonNode> NUMBERS_AS_DOUBLES =
      (a, b) -> {
        boolean equal =
            (a.isNumber() && b.isNumber()) ? a.doubleValue() == b.doubleValue() : a.equals(b);
        return equal ? 0 : 1;
      };

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(JsonReference.texts(), JsonReference.containers());
  }

  private static JsonNode tree(String text) {
    return JsonReference.tree(text.getBytes(UTF_8));
  }

  private static String rewrite(String text) {
    return new String(CanonicalJson.rewrite(text.getBytes(UTF_8)), UTF_8);
  }
}
