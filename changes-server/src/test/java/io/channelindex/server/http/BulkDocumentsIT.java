package io.channelindex.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever a client sends to _bulk_docs, it is never the server that is at fault. */
class BulkDocumentsIT {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static TestFront front;

  @BeforeContainer
  static void open() {
    front = new TestFront();
  }

  @AfterContainer
  static void close() {
    front.close();
  }

  @Property(tries = 400)
  void randomJsonIsAnsweredRowByRowOrRefused(@ForAll("bodies") String body)
      throws JsonProcessingException {
    HttpResponse<String> answer = front.send("POST", "/db/_bulk_docs", body);

    assertThat(answer.statusCode()).as(body).isIn(201, 400, 413);
    JsonNode json = MAPPER.readTree(answer.body());
    if (answer.statusCode() == 201) {
      assertThat(json).hasSameSizeAs(MAPPER.readTree(body).get("docs"));
      assertThat(json).allMatch(row -> row.has("ok") != (row.has("error") && row.has("status")));
      assertThat(json).allMatch(row -> row.path("status").asInt() != 500);
    } else {
      assertThat(json.get("reason").textValue()).isNotEmpty();
    }
  }

  @Property(tries = 400)
  void mangledJsonIsRefusedOrAnswered(@ForAll("bodies") String body, @ForAll Random random) {
    StringBuilder mangled = new StringBuilder(body);
    for (int i = random.nextInt(4); i >= 0; i--) {
      mangled.setCharAt(random.nextInt(mangled.length()), (char) (random.nextInt(0x60) + 0x20));
    }

    HttpResponse<String> answer = front.send("POST", "/db/_bulk_docs", mangled.toString());

    assertThat(answer.statusCode()).as(mangled.toString()).isIn(201, 400, 413);
    assertThat(answer.body()).doesNotContain("internal_server_error");
  }

  @Provide
  Arbitrary<String> bodies() {
    Arbitrary<String> documents =
        json(3).list().ofMaxSize(5).map(docs -> "{\"docs\":[" + String.join(",", docs) + "]}");
    return Arbitraries.frequencyOf(
        Tuple.of(5, documents),
        Tuple.of(1, json(4)),
        Tuple.of(1, json(2).map(value -> "{\"docs\":" + value + "}")));
  }

  private static Arbitrary<String> json(int depth) {
    Arbitrary<String> leaves =
        Arbitraries.of(
            "null",
            "true",
            "0",
            "-1.50",
            "1e30",
            "1e-400",
            "12345678901234567890",
            "\"\"",
            "\"1-a\"",
            "\"\\u0000\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"ü\"",
            "{}",
            "[]");
    if (depth == 0) {
      return leaves;
    }
    Arbitrary<String> names =
        Arbitraries.of(
            List.of("_id", "_rev", "_deleted", "_x", "a", "channels", "docs", "", "\\u0041"));
    Arbitrary<String> objects =
        json(depth - 1)
            .list()
            .ofMaxSize(3)
            .flatMap(
                values -> names.list().ofSize(values.size()).map(keys -> object(keys, values)));
    Arbitrary<String> arrays =
        json(depth - 1).list().ofMaxSize(3).map(values -> "[" + String.join(",", values) + "]");
    return Arbitraries.frequencyOf(Tuple.of(3, objects), Tuple.of(1, arrays), Tuple.of(2, leaves));
  }

  private static String object(List<String> names, List<String> values) {
    StringBuilder object = new StringBuilder("{");
    for (int i = 0; i < names.size(); i++) {
      object.append(i == 0 ? "" : ",").append('"').append(names.get(i)).append("\":");
      object.append(values.get(i));
    }
    return object.append('}').toString();
  }
}
