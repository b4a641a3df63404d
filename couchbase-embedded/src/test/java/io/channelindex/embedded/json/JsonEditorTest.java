package io.channelindex.embedded.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every operation does to a text, byte for byte, and its problem where it does nothing. */
class JsonEditorTest {

  @ParameterizedTest(name = "{0} {1} {2} {3}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        // operation | document | path | value | result
        "get | {\"a\" : [1, {\"b\": 2 } ] } | a[1] | | {\"b\": 2 }",
        "get | {\"a\":1,\"a\":2} | a | | 1",
        "get | [1,[2,3]] | [-1][-1] | | 3",
        "get | {\"\\u0061b\":1} | ab | | 1",
        "get | {\"\\ud83d\\ude00\":1} | 😀 | | 1",
        "get | {\"\\\"q\":true} | \\\"q | | true",
        "get | {\"a\":1} | ~~ | | {\"a\":1}",
        "get | {\"a\":1} | b | | PATH_NOT_FOUND",
        "get | {\"a\":1} | a.b | | PATH_MISMATCH",
        "get | {\"a\":[]} | a.b | | PATH_MISMATCH",
        "get | {\"a\":{}} | a[0] | | PATH_MISMATCH",
        "get | {\"a\":[]} | a[-1] | | PATH_NOT_FOUND",
        "get | [1] | [1] | | PATH_NOT_FOUND",
        "get | 12 | a | | PATH_MISMATCH",
        "get | \"x\" | a | | DOCUMENT_NOT_JSON",
        "count | [1,[2],{}] | ~~ | | 3",
        "count | {\"a\":{\"x\":[1,2],\"y\":0}} | a | | 2",
        "count | [ ] | ~~ | | 0",
        "count | [[]] | [-1] | | 0",
        "count | [1] | [0] | | PATH_MISMATCH",
        "count | {} | x | | PATH_NOT_FOUND",
        "add | {} | a | 1 | {\"a\":1}",
        "add | { } | a | 1 | { \"a\":1}",
        "add | {\"a\": 1 } | b | [1, 2] | {\"a\": 1 ,\"b\":[1, 2]}",
        "add | {\"a\":1} | a | 2 | PATH_EXISTS",
        "add | {\"a\":{}} | b.c | 2 | PATH_NOT_FOUND",
        "add | {\"a\":[]} | a[0] | 2 | PATH_INVALID",
        "add | {\"a\":[]} | a.b | 2 | PATH_MISMATCH",
        "add | {} | a | nope | VALUE_CANNOT_INSERT",
        "add | {} | a | 1,2 | VALUE_CANNOT_INSERT",
        "add | {} | a | ~ ~ | VALUE_CANNOT_INSERT",
        "add | {} | ~~ | 1 | VALUE_CANNOT_INSERT",
        "add+ | {} | a.b.c | 1 | {\"a\":{\"b\":{\"c\":1}}}",
        "add+ | {\"a\":{\"x\":0}} | a.b.c | 1 | {\"a\":{\"x\":0,\"b\":{\"c\":1}}}",
        "add+ | {} | a[0].b | 1 | PATH_NOT_FOUND",
        "add+ | {} | a[0] | 1 | PATH_INVALID",
        "upsert | {\"a\" : 1 , \"b\":2} | a | {} | {\"a\" : {} , \"b\":2}",
        "upsert | {\"a\":[1]} | a[0] | 2 | PATH_INVALID",
        "upsert+ | {\"a\":[]} | b.c | 2 | {\"a\":[],\"b\":{\"c\":2}}",
        "upsert+ | {\"a\":[]} | `b.x`.\\\"q | 2 | {\"a\":[],\"b.x\":{\"\\\"q\":2}}",
        "replace | {\"a\":[1, 2 ]} | a[-1] | \"x\" | {\"a\":[1, \"x\" ]}",
        "replace | {} | a | 1 | PATH_NOT_FOUND",
        "replace | {} | ~~ | 1 | VALUE_CANNOT_INSERT",
        "remove | {\"a\":1} | a | | {}",
        "remove | { \"a\" : 1 } | a | | {  }",
        "remove | {\"a\":1, \"b\":2, \"c\":3} | a | | { \"b\":2, \"c\":3}",
        "remove | {\"a\":1, \"b\":2 , \"c\":3} | b | | {\"a\":1,  \"c\":3}",
        "remove | {\"a\":1, \"b\":2 , \"c\":3 } | c | | {\"a\":1, \"b\":2  }",
        "remove | [1,2,3] | [-1] | | [1,2]",
        "remove | [1,2,3] | [0] | | [2,3]",
        "remove | [0,[10,[100]]] | [1][1][0] | | [0,[10,[]]]",
        "remove | [] | [0] | | PATH_NOT_FOUND",
        "remove | {} | ~~ | | VALUE_CANNOT_INSERT",
        "last | [] | ~~ | 1 | [1]",
        "last | [1] | ~~ | 2, 3 | [1,2, 3]",
        "last | ~ [1 ] ~ | ~~ | 2 | ~ [1,2]~",
        "last | {} | ~~ | 2 | PATH_MISMATCH",
        "last | 12 | ~~ | 2 | DOCUMENT_NOT_JSON",
        "last | {\"a\":[1 ]} | a | 2 | {\"a\":[1 ,2]}",
        "last | {\"a\":[ ]} | a | 2 | {\"a\":[2]}",
        "last | {\"a\":1} | a | 2 | PATH_MISMATCH",
        "last | {} | a | 2 | PATH_NOT_FOUND",
        "last | {\"a\":[]} | a | 1, | VALUE_CANNOT_INSERT",
        "last+ | {} | a.b | 1,2 | {\"a\":{\"b\":[1,2]}}",
        "last+ | {\"a\":[null]} | a[1] | 1 | PATH_NOT_FOUND",
        "last+ | {} | a[1] | 1 | PATH_NOT_FOUND",
        "first | [] | ~~ | 1 | [1]",
        "first | [ 1] | ~~ | 0 | [ 0,1]",
        "first | [ ] | ~~ | 0 | [0]",
        "first | {\"a\":[1]} | a | -1,0 | {\"a\":[-1,0,1]}",
        "first | {} | a | 1 | PATH_NOT_FOUND",
        "first | {\"a\":{}} | a | 1 | PATH_MISMATCH",
        "first+ | {\"x\":1} | a | 1 | {\"x\":1,\"a\":[1]}",
        "insert | [1,2,4] | [2] | 3 | [1,2,3,4]",
        "insert | [1,2] | [2] | 3 | [1,2,3]",
        "insert | [] | [0] | 1,2 | [1,2]",
        "insert | [1] | [2] | 3 | PATH_NOT_FOUND",
        "insert | [1] | [-1] | 3 | PATH_INVALID",
        "insert | {} | a | 3 | PATH_INVALID",
        "insert | {} | ~~ | 3 | PATH_INVALID",
        "insert | {} | [0] | 3 | PATH_MISMATCH",
        "insert | {} | a[0] | 3 | PATH_NOT_FOUND",
        "insert | [] | [0] | blah | VALUE_CANNOT_INSERT",
        "unique | [1,\"a\"] | ~~ | \"1\" | [1,\"a\",\"1\"]",
        "unique | [1, \"a\"] | ~~ | \"a\" | PATH_EXISTS",
        "unique | [1.0] | ~~ | 1 | [1.0,1]",
        "unique | [[]] | ~~ | 1 | PATH_MISMATCH",
        "unique | [1,[]] | ~~ | 1 | PATH_EXISTS",
        "unique | [] | ~~ | {} | VALUE_CANNOT_INSERT",
        "unique | [] | ~~ | 1,2 | VALUE_CANNOT_INSERT",
        "unique | {\"a\":{}} | a | 1 | PATH_MISMATCH",
        "unique | {} | a | 1 | PATH_NOT_FOUND",
        "unique+ | {} | a | 1 | {\"a\":[1]}",
        "counter | {\"n\": 5 } | n | -7 | {\"n\": -2 }",
        "counter | {} | n | 4 | {\"n\":4}",
        "counter | {\"n\":-0} | n | 4 | {\"n\":4}",
        "counter | {} | a.n | 4 | PATH_NOT_FOUND",
        "counter+ | {} | a.n | 4 | {\"a\":{\"n\":4}}",
        "counter | [1] | [0] | 4 | [5]",
        "counter | [] | [0] | 4 | PATH_NOT_FOUND",
        "counter+ | [] | [0] | 4 | PATH_NOT_FOUND",
        "counter+ | {} | a[0] | 4 | PATH_INVALID",
        "counter | {\"n\":1.0} | n | 1 | PATH_MISMATCH",
        "counter | {\"n\":1e2} | n | 1 | PATH_MISMATCH",
        "counter | {\"n\":true} | n | 1 | PATH_MISMATCH",
        "counter | {\"n\":\"1\"} | n | 1 | PATH_MISMATCH",
        "counter | {\"n\":[]} | n | 1 | PATH_MISMATCH",
        "counter | {\"n\":1} | n | 0 | DELTA_INVALID",
        "counter | {\"n\":1} | n | 01 | DELTA_INVALID",
        "counter | {\"n\":1} | n | +1 | DELTA_INVALID",
        "counter | {\"n\":1} | n | - | DELTA_INVALID",
        "counter | {\"n\":1} | n | 1.5 | DELTA_INVALID",
        "counter | {\"n\":1} | n | 9223372036854775808 | DELTA_INVALID",
        "counter | {\"n\":1} | n | -9223372036854775809 | DELTA_INVALID",
        "counter | {\"n\":1} | n | 99999999999999999999999 | DELTA_INVALID",
        "counter | {\"n\":-1} | n | 9223372036854775807 | {\"n\":9223372036854775806}",
        "counter | {\"n\":0} | n | -9223372036854775808 | {\"n\":-9223372036854775808}",
        "counter | {\"n\":1} | n | 9223372036854775807 | VALUE_CANNOT_INSERT",
        "counter | {\"n\":-1} | n | -9223372036854775808 | VALUE_CANNOT_INSERT",
        "counter | {\"n\":9223372036854775808} | n | 1 | NUMBER_OUT_OF_RANGE",
        "counter | {\"n\":-9223372036854775808} | n | 1 | {\"n\":-9223372036854775807}",
        "counter | {\"n\":-9223372036854775809} | n | 1 | NUMBER_OUT_OF_RANGE",
        "counter | {\"n\":9999999999999999999999999} | n | 1 | NUMBER_OUT_OF_RANGE",
      })
  void operates(String operation, String document, String path, String value, String result) {
    assertThat(EditOperation.run(operation, document, path == null ? "" : path, value))
        .isEqualTo(result);
  }

  @Test
  void tellsTheCounter() {
    JsonEditor.Counted counted =
        JsonEditor.counter(bytes("{\"n\":5}"), path("n"), bytes("-7"), MissingParents.REFUSE);

    assertThat(counted.value()).isEqualTo(-2);
  }

  @Test
  void limitsTheDepthOfTheDocument() {
    String deepest = "[".repeat(32) + "]".repeat(32);
    String tooDeep = "[".repeat(33) + "]".repeat(33);

    assertThat(EditOperation.run("get", deepest, "[0]", null)).isEqualTo(deepest.substring(1, 63));
    assertThat(EditOperation.run("get", tooDeep, "[0]", null)).isEqualTo("DOCUMENT_TOO_DEEP");
    assertThat(EditOperation.run("get", "{\"d\":" + tooDeep + ",\"a\":1}", "a", null))
        .isEqualTo("DOCUMENT_TOO_DEEP");
    assertThat(EditOperation.run("get", "{\"a\":1,\"d\":" + tooDeep + "}", "a", null))
        .as("what comes after the match is not looked at")
        .isEqualTo("1");
    assertThat(EditOperation.run("get", "[".repeat(1_000_000), "[0]", null))
        .isEqualTo("DOCUMENT_TOO_DEEP");
  }

  @Test
  void limitsTheDepthOfValues() {
    String path = "a.".repeat(29) + "a";
    String levels31 = "[".repeat(31) + "]".repeat(31);

    assertThat(EditOperation.run("upsert+", "{}", path, "[1]")).startsWith("{\"a\":{\"a\"");
    assertThat(EditOperation.run("upsert+", "{}", path, "[[1]]")).isEqualTo("VALUE_TOO_DEEP");
    assertThat(EditOperation.run("upsert+", "{}", path + ".a", "1")).startsWith("{\"a\":{\"a\"");
    assertThat(EditOperation.run("last+", "{}", path + ".a", "1")).isEqualTo("VALUE_TOO_DEEP");
    assertThat(EditOperation.run("last+", "{}", path, "1")).startsWith("{\"a\":{\"a\"");
    assertThat(EditOperation.run("add", "{}", "a", levels31)).isEqualTo("{\"a\":" + levels31 + "}");
    assertThat(EditOperation.run("add", "{}", "a", "[" + levels31 + "]"))
        .isEqualTo("VALUE_TOO_DEEP");
    assertThat(EditOperation.run("last", "[]", "", levels31)).isEqualTo("[" + levels31 + "]");
    assertThat(EditOperation.run("add", "{}", "a", "[".repeat(1_000_000)))
        .isEqualTo("VALUE_TOO_DEEP");
  }

  @Test
  void leavesTheArgumentsAlone() {
    byte[] text = bytes("{\"a\":[1]}");
    byte[] value = bytes("2");

    JsonEditor.pushLast(text, path("a"), value, MissingParents.CREATE);

    assertThat(text).isEqualTo(bytes("{\"a\":[1]}"));
    assertThat(value).isEqualTo(bytes("2"));
  }

  private static JsonPath path(String path) {
    return JsonPath.parse(bytes(path));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
