package io.channelindex.embedded.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorMapTest {
  /** The attributes of {@code docs/ErrorMap.md}. */
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "item-deleted",
          "item-locked",
          "item-only",
          "invalid-input",
          "fetch-config",
          "conn-state-invalidated",
          "auth",
          "special-handling",
          "support",
          "temp",
          "internal",
          "retry-now",
          "retry-later",
          "no-retry",
          "subdoc",
          "dcp",
          "rate-limit",
          "system-constraint",
          "success");

  private static final Set<String> SINCE_VERSION_2 =
      Set.of("no-retry", "rate-limit", "system-constraint");

  /** Statuses whose public name differs from the one in the error map. */
  private static final Map<Status, String> OTHER_NAMES =
      Map.of(
          Status.DCP_STREAM_NOT_FOUND, "STREAM_NOT_FOUND",
          Status.DCP_STREAMID_INVALID, "DCP stream-ID invalid",
          Status.DURABILITY_INVALID_LEVEL, "DurabilityInvalidLevel",
          Status.DURABILITY_IMPOSSIBLE, "DurabilityImpossible",
          Status.SYNC_WRITE_IN_PROGRESS, "SyncWriteInProgress",
          Status.SYNC_WRITE_AMBIGUOUS, "SyncWriteAmbiguous",
          Status.SYNC_WRITE_RE_COMMIT_IN_PROGRESS, "SyncWriteReCommitInProgress",
          Status.SUBDOC_DOC_E2DEEP, "SUBDOC_PATH_E2DEEP",
          Status.SUBDOC_DOC_NOT_JSON, "SUBDOC_DOC_NOTJSON");

  @ParameterizedTest
  @EnumSource(Status.class)
  void describesEveryStatusOfTheNode(Status status) throws IOException {
    JsonNode error = read(2).required("errors").required(Integer.toHexString(status.code()));

    assertThat(error.required("name").textValue())
        .isEqualTo(OTHER_NAMES.getOrDefault(status, status.name()));
  }

  @Test
  void hasANameADescriptionAndKnownAttributesForEveryError() throws IOException {
    JsonNode errors = read(2).required("errors");

    assertThat(errors.size()).isGreaterThan(Status.values().length);
    errors
        .properties()
        .forEach(
            error -> {
              int code = Integer.parseInt(error.getKey(), 16);
              assertThat(error.getKey()).isEqualTo(Integer.toHexString(code));
              assertThat(error.getValue().required("name").textValue()).isNotBlank();
              assertThat(error.getValue().required("desc").textValue()).isNotBlank();
              assertThat(attributes(error.getValue())).isNotEmpty().isSubsetOf(ATTRIBUTES);
            });
    Set<String> names =
        StreamSupport.stream(errors.spliterator(), false)
            .map(error -> error.required("name").textValue())
            .collect(Collectors.toSet());
    assertThat(names).hasSize(errors.size());
  }

  /** As far as the captures of 7.6.12 (version 2) and 6.0.5 (version 1) show the map. */
  @ParameterizedTest
  @CsvSource({
    "0, SUCCESS, success",
    "1, KEY_ENOENT, item-only",
    "2, KEY_EEXISTS, item-only",
    "3, E2BIG, item-only invalid-input",
    "4, EINVAL, internal invalid-input",
    "5, NOT_STORED, internal item-only",
    "6, DELTA_BADVAL, item-only invalid-input",
    "7, NOT_MY_VBUCKET, fetch-config invalid-input",
    "1f, AUTH_STALE, conn-state-invalidated auth",
    "20, AUTH_ERROR, conn-state-invalidated auth",
    "21, AUTH_CONTINUE, special-handling",
    "22, ERANGE, invalid-input",
    "23, ROLLBACK, dcp special-handling",
    "24, EACCESS, support",
    "25, NOT_INITIALIZED, conn-state-invalidated",
    "30, RATE_LIMITED_NETWORK_INGRESS, temp retry-later rate-limit",
    "31, RATE_LIMITED_NETWORK_EGRESS, temp retry-later rate-limit",
    "32, RATE_LIMITED_MAX_CONNECTIONS, conn-state-invalidated rate-limit",
    "33, RATE_LIMITED_MAX_COMMANDS, temp retry-later rate-limit",
    "34, SCOPE_SIZE_LIMIT_EXCEEDED, item-only rate-limit"
  })
  void agreesWithTheCaptures(String code, String name, String attributes) throws IOException {
    JsonNode error = read(2).required("errors").required(code);

    assertThat(error.required("name").textValue()).isEqualTo(name);
    assertThat(attributes(error)).containsExactlyInAnyOrder(attributes.split(" "));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 2", "65535, 2"})
  void answersTheNewestVersionThatTheClientUnderstands(int asked, int answered) throws IOException {
    assertThat(read(asked).required("version").intValue()).isEqualTo(answered);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void hasNoVersionBelowTheFirst(int version) {
    assertThat(ErrorMap.upTo(version)).isNull();
  }

  @Test
  void version1DiffersOnlyInNewerAttributes() throws IOException {
    JsonNode first = read(1);
    JsonNode second = read(2);

    assertThat(first.required("revision").intValue())
        .isGreaterThan(second.required("revision").intValue());
    assertThat(first.required("errors").size()).isEqualTo(second.required("errors").size());
    for (Map.Entry<String, JsonNode> error : second.required("errors").properties()) {
      JsonNode older = first.required("errors").required(error.getKey());
      Set<String> expected = attributes(error.getValue());
      expected.removeAll(SINCE_VERSION_2);
      assertThat(attributes(older)).isEqualTo(expected);
      assertThat(older.required("name")).isEqualTo(error.getValue().required("name"));
      assertThat(older.required("desc")).isEqualTo(error.getValue().required("desc"));
    }
  }

  @Test
  void nobodyCanChangeOrReleaseTheMapOfOthers() throws IOException {
    ByteBuf map = ErrorMap.upTo(2);
    assertThatThrownBy(() -> map.setByte(0, 'x')).isInstanceOf(ReadOnlyBufferException.class);

    assertThat(map.release()).isTrue();
    assertThat(read(2).required("version").intValue()).isEqualTo(2);
  }

  private static JsonNode read(int version) throws IOException {
    JsonMapper strict =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    return strict.readTree(ErrorMap.upTo(version).toString(StandardCharsets.UTF_8));
  }

  private static Set<String> attributes(JsonNode error) {
    return StreamSupport.stream(error.required("attrs").spliterator(), false)
        .map(JsonNode::textValue)
        .collect(Collectors.toSet());
  }
}
