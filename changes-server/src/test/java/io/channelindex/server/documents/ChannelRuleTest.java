package io.channelindex.server.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentException.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChannelRuleTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final ChannelRule rule = new ChannelRule(new DocumentLimits(1024, 10, 3, 10));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                     | ''",
        "{\"channels\": null}                   | ''",
        "{\"channels\": 5}                      | ''",
        "{\"channels\": true}                   | ''",
        "{\"channels\": {\"a\": \"b\"}}         | ''",
        "{\"channels\": []}                     | ''",
        "{\"channels\": \"a\"}                  | a",
        "{\"channels\": [\"b\", \"a\", \"b\"]}  | a b",
        "{\"channels\": [\"a\", 1, null, [\"b\"], {\"c\": 1}]} | a",
        "{\"channels\": \"*\"}                  | ''",
        "{\"channels\": [\"*\", \"!\"]}         | !",
        "{\"channels\": \"Grün ☂\"}             | Grün ☂",
      })
  void readsStringsOnly(String json, String channels) throws Exception {
    JsonNode body = JSON.readTree(json);
    String found = String.join(" ", rule.require(body));
    assertThat(found).isEqualTo(channels);
    assertThat(String.join(" ", rule.accept("id", body))).isEqualTo(channels);
  }

  @Test
  void refusesWhatIsOutOfLimitsAndNamesIt() {
    refused("channel", "a,b", "comma");
    refused("channel", "a\nb", "comma or control");
    refused("empty", "", "length=0");
    refused("long", "12345678901", "length=11, min=1, max=10");
    refused("half a character", "\ud800", "no Unicode");
    assertThatExceptionOfType(DocumentException.class)
        .isThrownBy(() -> rule.require(body("a", "b", "c", "d")))
        .withMessageContaining("channels=4, max=3")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.BAD_REQUEST));
  }

  private void refused(String what, String channel, String message) {
    assertThatExceptionOfType(DocumentException.class)
        .as(what)
        .isThrownBy(() -> rule.require(body(channel)))
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.BAD_REQUEST));
  }

  @Test
  void makesTheBestOfWhatIsThereAlready() {
    assertThat(rule.accept("id", body("e", "a,b", "", "d", "c", "b")))
        .containsExactly("b", "c", "d");
  }

  private static ObjectNode body(String... channels) {
    ObjectNode body = JSON.createObjectNode();
    List.of(channels).forEach(body.putArray("channels")::add);
    return body;
  }
}
