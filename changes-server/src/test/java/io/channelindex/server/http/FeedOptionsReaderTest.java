package io.channelindex.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.index.read.FeedRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeedOptionsReaderTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static FeedOptions read(String query, String body) {
    MultiMap values = MultiMap.caseInsensitiveMultiMap();
    for (Map.Entry<String, List<String>> option :
        new QueryStringDecoder("?" + query).parameters().entrySet()) {
      values.add(option.getKey(), option.getValue());
    }
    try {
      return new FeedOptionsReader(FeedLimits.DEFAULT)
          .read(
              new OptionValues(
                  values,
                  (ObjectNode) MAPPER.readTree(body),
                  new JsonInput(RequestLimits.DEFAULT)));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static HttpProblem refusal(String query, String body) {
    HttpProblem problem = catchThrowableOfType(HttpProblem.class, () -> read(query, body));
    assertThat(problem).as(query + " " + body).isNotNull();
    assertThat(problem.status()).isEqualTo(400);
    return problem;
  }

  @Test
  void defaultsAreTheDocumentedOnes() {
    FeedOptions options = read("", "{}");

    assertThat(options)
        .isEqualTo(
            new FeedOptions(
                FeedKind.NORMAL,
                "0",
                Long.MAX_VALUE,
                Set.of("*"),
                null,
                FeedRequest.Rows.ALL,
                FeedOptions.Bodies.LEFT_OUT,
                Duration.ZERO,
                Duration.ofMinutes(5)));
  }

  @Test
  void unknownOptionsAndNullsAreNone() {
    assertThat(read("seq_interval=7&revocations=true&style=all_docs&zzz=1", "{\"limit\":null}"))
        .isEqualTo(read("", "{}"));
  }

  @Test
  void theQueryWins() {
    FeedOptions options =
        read(
            "feed=longpoll&limit=3&channels=q&include_docs=false",
            "{\"feed\":\"wrong\",\"limit\":-1,\"channels\":[\"b\"],\"include_docs\":7}");

    assertThat(options.feed()).isEqualTo(FeedKind.LONGPOLL);
    assertThat(options.limit()).isEqualTo(3);
    assertThat(options.channels()).containsExactly("q");
    assertThat(options.includesBodies()).isFalse();
  }

  @Test
  void sinceMayBeRawOrQuotedOrANumber() {
    assertThat(read("since=token", "{}").since()).isEqualTo("token");
    assertThat(read("since=%22token%22", "{}").since()).isEqualTo("token");
    assertThat(read("since=%22token%22", "{}").sinceAgain()).isEqualTo("token");
    assertThat(read("", "{\"since\":\"token\"}").since()).isEqualTo("token");
    for (String beginning : List.of("since=", "since=0", "since=%220%22", "since=%22%22")) {
      assertThat(read(beginning, "{}").since()).isEqualTo(FeedOptions.BEGINNING);
    }
    assertThat(read("", "{\"since\":0}").since()).isEqualTo(FeedOptions.BEGINNING);
    assertThat(read("since=now", "{}").since()).isEqualTo(FeedOptions.NOW);
    assertThat(read("since=now", "{}").sinceAgain()).isNull();
  }

  @Test
  void timesAreKeptWithinLimits() {
    assertThat(read("heartbeat=1", "{}").heartbeat()).isEqualTo(Duration.ofSeconds(1));
    assertThat(read("heartbeat=0", "{}").heartbeat()).isEqualTo(Duration.ZERO);
    assertThat(read("", "{\"heartbeat\":25000}").heartbeat()).isEqualTo(Duration.ofSeconds(25));
    assertThat(read("heartbeat=true", "{}").heartbeat()).isEqualTo(Duration.ofMinutes(1));
    assertThat(read("", "{\"heartbeat\":true}").heartbeat()).isEqualTo(Duration.ofMinutes(1));
    assertThat(read("timeout=1", "{}").timeout()).isEqualTo(Duration.ofMillis(1));
    assertThat(read("timeout=99999999999", "{}").timeout()).isEqualTo(Duration.ofMinutes(15));
    assertThat(read("heartbeat=" + Long.MAX_VALUE, "{}").heartbeat()).isEqualTo(Duration.ofDays(1));
    assertThat(read("limit=0", "{}").limit()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void channelsAreAListOrAnArray() {
    Set<String> both = Set.of("a", "b c");
    String filter = "filter=sync_gateway/bychannel&";

    assertThat(read(filter + "channels=a,b%20c,,a", "{}").channels()).isEqualTo(both);
    assertThat(read(filter + "channels=[\"a\",\"b%20c\"]", "{}").channels()).isEqualTo(both);
    assertThat(read("", "{\"channels\":[\"a\",\"b c\"]}").channels()).isEqualTo(both);
    assertThat(read("", "{\"channels\":\"a,b c\"}").channels()).isEqualTo(both);
  }

  @Test
  void documentIdsCountWithTheirFilterOnly() {
    assertThat(read("filter=_doc_ids&doc_ids=[\"x\"]", "{}").documentIds()).containsExactly("x");
    assertThat(read("filter=_doc_ids", "{\"doc_ids\":[]}").documentIds()).isEmpty();
    assertThat(read("", "{\"doc_ids\":[\"x\"]}").documentIds()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "feed=websocket | feed=websocket | normal, longpoll, continuous",
        "feed= | feed= | normal, longpoll, continuous",
        "feed=NORMAL | feed=NORMAL | normal, longpoll, continuous",
        "limit=-1 | limit=-1 | 0 … 9223372036854775807",
        "limit=9223372036854775808 | limit=9223372036854775808 | 9223372036854775807",
        "limit=x | limit=x | 0 …",
        "limit=1.0 | limit=1.0 | 0 …",
        "limit=%2B1 | limit=+1 | 0 …",
        "limit=١ | limit=١ | 0 …",
        "limit=1&limit=1 | limit=1&1 | one value",
        "heartbeat=false | heartbeat=false | 0 …",
        "heartbeat=-5 | heartbeat=-5 | 0 …",
        "timeout=1e3 | timeout=1e3 | 0 …",
        "style=both | style=both | main_only, all_docs",
        "active_only=yes | active_only=yes | true, false",
        "include_docs=1 | include_docs=1 | true, false",
        "include_docs= | include_docs= | true, false",
        "filter=_view | filter=_view | sync_gateway/bychannel, _doc_ids",
        "filter=sync_gateway/bychannel | channels= | at least one",
        "filter=sync_gateway/bychannel&channels= | channels= | at least one",
        "channels=a%00b | channels=a\u0000b | no control characters",
        "channels=[1] | channels=1 | array of strings",
        "channels=[\"a\" | channels=[\"a\" | JSON array",
        "filter=_doc_ids | doc_ids= | array",
      })
  void badValuesInTheQueryAreNamedWithWhatIsAllowed(String query, String named, String allowed) {
    assertThat(refusal(query, "{}").reason()).contains(named).contains(allowed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"feed\":1}",
        "{\"since\":{}}",
        "{\"since\":1.5}",
        "{\"since\":true}",
        "{\"limit\":\"many\"}",
        "{\"limit\":-1}",
        "{\"limit\":1.5}",
        "{\"limit\":99999999999999999999}",
        "{\"limit\":[1]}",
        "{\"heartbeat\":false}",
        "{\"timeout\":{}}",
        "{\"active_only\":1}",
        "{\"active_only\":\"no\"}",
        "{\"include_docs\":[]}",
        "{\"style\":[]}",
        "{\"filter\":\"by\"}",
        "{\"channels\":{}}",
        "{\"channels\":[1]}",
        "{\"channels\":[]}",
        "{\"channels\":[\"\"]}",
        "{\"channels\":[\"a,b\"]}",
        "{\"channels\":7}",
        "{\"filter\":\"_doc_ids\",\"doc_ids\":{}}",
      })
  void badValuesInABodyAreRefused(String body) {
    assertThat(refusal("", body).reason()).startsWith("invalid option: ");
  }

  @Test
  void tooManyChannelsAreRefused() {
    String many = String.join(",", IntStream.rangeClosed(0, 1_000).mapToObj(i -> "c" + i).toList());

    assertThat(refusal("channels=" + many, "{}").reason()).contains("maxChannels=1000");
    assertThat(refusal("channels=" + "c".repeat(251), "{}").reason()).contains("1 … 250");
  }
}
