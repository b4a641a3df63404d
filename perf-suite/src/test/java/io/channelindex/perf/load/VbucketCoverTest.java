package io.channelindex.perf.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.VbucketHash;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VbucketCoverTest {
  private final Namespace namespace = new Namespace("run", "w");

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 1024})
  void thereIsOneDocumentInEachVbucket(int vbuckets) {
    List<Integer> documents = VbucketCover.of(namespace, 100, vbuckets);
    assertThat(documents).hasSize(vbuckets).allMatch(document -> document >= 100);
    assertThat(documents.stream().map(d -> VbucketHash.vbucket(namespace.key(d), vbuckets)))
        .doesNotHaveDuplicates();
  }

  @Test
  void channelDocumentsHaveTheirChannelAndSize() throws java.io.IOException {
    ChannelPlan plan = new ChannelPlan(3, 10, 100);
    ChannelDocuments documents = new ChannelDocuments(namespace, plan, 1, 512);
    byte[] body = documents.body(4, 2);
    var json = new com.fasterxml.jackson.databind.ObjectMapper().readTree(body);
    assertThat(body).hasSize(512);
    assertThat(json.get("channels").get(0).asText()).isEqualTo("perf:run:w:" + plan.channel(4, 2));
    assertThat(json.get("doc").asText()).isEqualTo("00000004");
    assertThat(json.get("version").asText()).isEqualTo("00000002");
  }
}
