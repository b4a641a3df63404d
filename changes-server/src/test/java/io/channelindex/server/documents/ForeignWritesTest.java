package io.channelindex.server.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other programs write may be anything; none of it may stop who indexes it. */
class ForeignWritesTest {
  private final ForeignWrites writes = new ForeignWrites(new ChannelRule(DocumentLimits.DEFAULT));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"channels\":[\"a\"],\"text\":\"cut \\ud83d\"}",
        "{\"channels\":[\"a\"],\"n\":1e2147483647}",
        "{\"channels\":[\"a\"],\"n\":1e-999999999}",
      })
  void everyJsonObjectHasARevisionAndItsChannels(String body) {
    DocumentMetadata metadata =
        writes.written("id", null, 1, body.getBytes(StandardCharsets.UTF_8));

    assertThat(metadata.channels()).containsExactly("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"channels\":[\"a\"],\"n\":1e99999999999}",
        "{\"channels\":[\"a\"],\"n\":-0.1E-99999999999}",
        "{\"channels\":[\"a\"]",
        "[]",
        "",
      })
  void whatCannotBeReadHasARevisionAndNoChannel(String body) {
    DocumentMetadata metadata =
        writes.written("id", null, 1, body.getBytes(StandardCharsets.UTF_8));

    assertThat(metadata.revision().generation()).isEqualTo(1);
    assertThat(metadata.channels()).isEmpty();
  }
}
