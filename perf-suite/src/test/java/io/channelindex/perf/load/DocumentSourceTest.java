package io.channelindex.perf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentSourceTest {
  private final DocumentSource source = new DocumentSource(42, 120);

  @ParameterizedTest
  @ValueSource(ints = {64, 65, 73, 74, 120, 1_024, 100_000})
  void documentsAreJsonOfExactlyTheSizeAskedFor(int bytes) throws Exception {
    byte[] body = new DocumentSource(42, bytes).body(0xa3f2, 3);
    assertThat(body).hasSize(bytes);
    JsonNode json = new ObjectMapper().readTree(body);
    assertThat(json.get("doc").asText()).isEqualTo("0000a3f2");
    assertThat(json.get("version").asText()).isEqualTo("00000003");
    assertThat(json.get("text").asText()).matches("[A-Za-z0-9_-]+");
  }

  @Test
  void seedIndexAndVersionDecideEveryByte() {
    assertThat(new DocumentSource(42, 120).body(5, 9)).isEqualTo(source.body(5, 9));
    Set<String> texts = new HashSet<>();
    for (long seed = 0; seed < 3; seed++) {
      for (int index = 0; index < 50; index++) {
        for (int version = 0; version < 50; version++) {
          byte[] body = new DocumentSource(seed, 120).body(index, version);
          texts.add(new String(body, 47, 71, StandardCharsets.US_ASCII));
        }
      }
    }
    assertThat(texts).hasSize(3 * 50 * 50);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "2147483647, 2147483647", "99999999, 7"})
  void theVersionIsReadBackFromTheBody(int index, int version) {
    assertThat(DocumentSource.versionOf(source.body(index, version), index)).isEqualTo(version);
  }

  @Test
  void aBodyOfAnotherDocumentOrOfNoneHasNoVersion() {
    assertThat(DocumentSource.versionOf(source.body(5, 9), 6)).isEqualTo(-1);
    assertThat(DocumentSource.versionOf(new byte[0], 0)).isEqualTo(-1);
    assertThat(DocumentSource.versionOf(new byte[120], 0)).isEqualTo(-1);
    byte[] broken = source.body(5, 9);
    broken[30] = 'x';
    assertThat(DocumentSource.versionOf(broken, 5)).isEqualTo(-1);
    broken[30] = 'A';
    assertThat(DocumentSource.versionOf(broken, 5)).isEqualTo(-1);
  }

  @Test
  void oneChangedByteIsFoundByComparisonAndByChecksum() {
    byte[] body = source.body(5, 9);
    assertThat(source.matches(body, 5, 9)).isTrue();
    assertThat(DocumentSource.checksum(body)).isEqualTo(source.checksum(5, 9));
    for (int at = 0; at < body.length; at++) {
      byte[] changed = body.clone();
      changed[at] ^= 1;
      assertThat(source.matches(changed, 5, 9)).isFalse();
      assertThat(DocumentSource.checksum(changed)).isNotEqualTo(source.checksum(5, 9));
    }
  }

  @Test
  void theChecksumIsCrc32c() {
    // The check value of CRC-32C in RFC 3720 and elsewhere.
    assertThat(DocumentSource.checksum("123456789".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(0xe3069283);
  }

  @Test
  void aDocumentTooSmallForItsFieldsIsRefused() {
    assertThatThrownBy(() -> new DocumentSource(1, 63))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("document too small: bytes=63, minimum=64");
  }
}
