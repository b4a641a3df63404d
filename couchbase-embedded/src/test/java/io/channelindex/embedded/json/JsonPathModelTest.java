package io.channelindex.embedded.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The path parser beside the grammar of a path, written as regular expressions. */
class JsonPathModelTest {
  private static final String ESCAPE = "\\\\[\"\\\\/bfnrt]";
  private static final Pattern NAME =
      Pattern.compile(
          "(?:[^`.\\[\\]\"\\\\]|" + ESCAPE + "|`(?:[^`\"\\\\]|" + ESCAPE + ")*`)+(?=[.\\[]|$)",
          Pattern.DOTALL);
  private static final Pattern INDEX = Pattern.compile("\\[(-1|[0-9]+)]");

  @Property(tries = 20_000)
  void agreesWithTheGrammar(@ForAll("paths") String path) {
    assertThat(parsed(path)).as("path %s", path).isEqualTo(expected(path));
  }

  @Provide
  Arbitrary<String> paths() {
    Arbitrary<String> likely = Arbitraries.of("a", "b.", ".c", "[0]", "[-1]", "[12]", "`d.e`", ".");
    Arbitrary<String> rare =
        Arbitraries.of(
            "[",
            "]",
            "`",
            "``",
            "\\",
            "\\n",
            "\\u",
            "\"",
            "-1",
            "\u00e9",
            "\t",
            "\u007f",
            " ",
            "[]",
            "[9223372036854775807]",
            "[9223372036854775808]",
            "[-2]",
            "[007]");
    return Arbitraries.frequencyOf(Tuple.of(4, likely), Tuple.of(1, rare))
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  private static String parsed(String text) {
    try {
      JsonPath path = JsonPath.parse(text.getBytes(UTF_8));
      List<String> components = new ArrayList<>();
      for (int i = 0; i < path.size(); i++) {
        components.add(
            path.isIndex(i) ? "#" + path.index(i) : "." + new String(path.name(i), UTF_8));
      }
      return components.toString();
    } catch (JsonEditException e) {
      return e.problem().toString();
    }
  }

  private static String expected(String text) {
    if (text.chars().anyMatch(c -> c < 0x20)) {
      return JsonProblem.PATH_INVALID.toString();
    }
    List<String> components = new ArrayList<>();
    int position = 0;
    while (position < text.length()) {
      boolean index = text.charAt(position) == '[';
      Matcher component = (index ? INDEX : NAME).matcher(text).region(position, text.length());
      String value = component.lookingAt() ? (index ? index(component) : name(component)) : null;
      if (value == null) {
        return JsonProblem.PATH_INVALID.toString();
      }
      if (components.size() == JsonPath.MAX_COMPONENTS) {
        return JsonProblem.PATH_TOO_BIG.toString();
      }
      components.add(value);
      position = component.end();
      if (position < text.length() && text.charAt(position) == '.') {
        position++;
      } else if (position < text.length() && text.charAt(position) != '[') {
        return JsonProblem.PATH_INVALID.toString();
      }
    }
    return components.toString();
  }

  private static String index(Matcher component) {
    BigInteger index = new BigInteger(component.group(1));
    return index.bitLength() < Long.SIZE ? "#" + index : null;
  }

  private static String name(Matcher component) {
    String name = component.group();
    if (name.length() > 1 && name.startsWith("`") && name.endsWith("`")) {
      name = name.substring(1, name.length() - 1);
    }
    name = name.replace("``", "\0").replace("`", "").replace("\0", "`");
    return name.isEmpty() ? null : "." + name;
  }
}
