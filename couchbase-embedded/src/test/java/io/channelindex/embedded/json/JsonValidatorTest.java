package io.channelindex.embedded.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValidatorTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "0",
        "-0",
        "-0.0e-0",
        "12.5E+3",
        "\"\"",
        "true",
        "false",
        "null",
        " [ 1 , 2 ] ",
        "{\"a\":{\"b\":[{}]}}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD800\"",
        "\"\u007f é€😀\"",
        "\t\n\r 1\t\n\r "
      })
  void acceptsJson(String text) {
    assertThat(isJson(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{1:2}",
        "{a:1}",
        "[1}",
        "{\"a\":1]",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "--1",
        "tru",
        "truee",
        "True",
        "nul",
        "NaN",
        "Infinity",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u12\"",
        "\"\t\"",
        "'a'",
        "1 2",
        "[1 2]",
        "{\"a\" 1}",
        "/**/1",
        "\u00a01",
        "\uFEFF1"
      })
  void refusesOtherText(String text) {
    assertThat(isJson(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80",
        "c0af",
        "c1bf",
        "c2",
        "e0809f",
        "e09f80",
        "eda080",
        "edbfbf",
        "e282",
        "f08080af",
        "f08f8080",
        "f4908080",
        "f5808080",
        "f0908080",
        "ff",
        "c328",
        "e28228"
      })
  void refusesIllFormedUtf8ExceptWhereItIsWellFormed(String hex) {
    byte[] inner = HexFormat.of().parseHex(hex);
    byte[] text = new byte[inner.length + 2];
    text[0] = '"';
    System.arraycopy(inner, 0, text, 1, inner.length);
    text[text.length - 1] = '"';

    assertThat(JsonValidator.isJson(text)).isEqualTo(JsonReference.isUtf8(inner));
  }

  @Test
  void looksAtTheRangeOnly() {
    byte[] text = "x{\"a\":1}]".getBytes(UTF_8);

    assertThat(JsonValidator.isJson(text, 1, 7)).isTrue();
    assertThat(JsonValidator.isJson(text, 1, 6)).isFalse();
    assertThat(JsonValidator.isJson(text, 1, 8)).isFalse();
    assertThat(JsonValidator.isJson(text, 6, 1)).isTrue();
    assertThat(JsonValidator.isJson(text, 9, 0)).isFalse();
  }

  @Test
  void boundsTheNesting() {
    assertThat(isJson("[".repeat(1024) + "]".repeat(1024))).isTrue();
    assertThat(isJson("[".repeat(1025) + "]".repeat(1025))).isFalse();
    assertThat(isJson("[".repeat(1024) + "1" + "]".repeat(1024))).isFalse();
    assertThat(isJson("[".repeat(5_000_000))).isFalse();
    assertThat(isJson("{\"a\":".repeat(1_000_000))).isFalse();
  }

  /** The kinds of containers are kept in words of 64: every boundary between them is crossed. */
  @Test
  void remembersTheKindOfEveryContainer() {
    for (int depth = 1; depth < 400; depth++) {
      StringBuilder open = new StringBuilder();
      StringBuilder close = new StringBuilder();
      for (int i = 0; i < depth; i++) {
        boolean object = Integer.bitCount(i * 0x9e3779b1) % 2 == 0;
        open.append(object ? "{\"k\":" : "[");
        close.insert(0, object ? '}' : ']');
      }
      String text = open + "1" + close;
      assertThat(isJson(text)).as("depth=%d", depth).isTrue();
      char wrong = close.charAt(depth / 2) == '}' ? ']' : '}';
      close.setCharAt(depth / 2, wrong);
      assertThat(isJson(open + "1" + close)).as("depth=%d", depth).isFalse();
    }
  }

  @Property(tries = 2000)
  void agreesWithJacksonOnMutatedText(@ForAll("mutatedTexts") byte[] text) {
    assertThat(JsonValidator.isJson(text))
        .as(() -> new String(text, UTF_8))
        .isEqualTo(JsonReference.isJson(text));
  }

  @Property(tries = 2000)
  void agreesWithJacksonOnNoise(@ForAll("noise") String text) {
    assertThat(isJson(text)).as(text).isEqualTo(JsonReference.isJson(text.getBytes(UTF_8)));
  }

  @Test
  void allocatesNothing() {
    byte[] text =
        ("{\"name\":\"" + "x".repeat(90) + "\",\"n\":[1,2.5e3,true,null]}").getBytes(UTF_8);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    validateOften(text);
    long before = threads.getCurrentThreadAllocatedBytes();
    int valid = validateOften(text);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(valid).isEqualTo(10_000);
    assertThat(allocated).isLessThan(100_000);
  }

  private static int validateOften(byte[] text) {
    int valid = 0;
    for (int i = 0; i < 10_000; i++) {
      if (JsonValidator.isJson(text)) {
        valid++;
      }
    }
    return valid;
  }

  @Provide
  Arbitrary<byte[]> mutatedTexts() {
    Arbitrary<Integer> kinds = Arbitraries.integers().between(0, 3);
    Arbitrary<Byte> bytes =
        Arbitraries.oneOf(
            Arbitraries.of("{}[]\",:\\u0e-+.tfn1 ".chars().mapToObj(c -> (byte) c).toList()),
            Arbitraries.bytes());
    return Combinators.combine(
            JsonReference.texts(), kinds, Arbitraries.integers().greaterOrEqual(0), bytes)
        .as(JsonValidatorTest::mutate);
  }

  private static byte[] mutate(String json, int kind, int seed, byte replacement) {
    byte[] text = json.getBytes(UTF_8);
    int at = seed % text.length;
    switch (kind) {
      case 0 -> text[at] = replacement;
      case 1 -> text = Arrays.copyOf(text, at);
      case 2 -> System.arraycopy(text, at, text, Math.max(0, at - 1), text.length - at);
      default -> {
        return text;
      }
    }
    return text;
  }

  @Provide
  Arbitrary<String> noise() {
    return Arbitraries.strings()
        .withChars("{}[]\",:0123456789.eE+-truefalsn\\u \n")
        .ofMaxLength(12);
  }

  private static boolean isJson(String text) {
    return JsonValidator.isJson(text.getBytes(UTF_8));
  }
}
