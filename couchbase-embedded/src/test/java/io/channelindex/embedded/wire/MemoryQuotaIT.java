package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.BucketSettings;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A bucket whose memory is full.
 *
 * <p>Documented: {@code memoryCondition} in {@code engines/ep/src/ep_engine.cc} of
 * couchbase/kv_engine 7.6; the names of the statistics are the real server's.
 */
@Authority(
    value = Authority.Kind.DOCUMENTED,
    where = "engines/ep/src/ep_engine.cc, memoryCondition")
class MemoryQuotaIT {
  private static final long QUOTA = 1 << 20;

  private EmbeddedCouchbase node;
  private WireClient client;

  @BeforeEach
  void start() {
    node =
        EmbeddedCouchbase.builder()
            .bucket(new BucketSettings("small", DocumentKey.VBUCKETS).withQuotaBytes(QUOTA))
            .username(WireClient.USERNAME)
            .password(WireClient.PASSWORD)
            .start();
    client = WireClient.open(node.port(), "small");
  }

  @AfterEach
  void stop() {
    client.close();
    node.close();
  }

  /** Writes until nothing more is taken; returns how many documents were. */
  private int fill() {
    String body = "x".repeat(10_000);
    for (int i = 0; ; i++) {
      Frame answer = client.call(Captures.set(DocumentKey.of("fill" + i), body));
      if (!answer.has(Status.SUCCESS)) {
        assertStatus(answer, Status.ETMPFAIL);
        return i;
      }
    }
  }

  private Map<String, String> statistics() {
    Map<String, String> values = new HashMap<>();
    client.send(Frame.request(Opcode.STAT));
    for (Frame frame = client.readFrame(); frame.key().length > 0; frame = client.readFrame()) {
      values.put(new String(frame.key(), UTF_8), frame.text());
    }
    return values;
  }

  @Test
  void writesFailForTheTimeBeingWhileReadsAndRemovalsWork() {
    int stored = fill();
    assertThat(stored).isBetween(90, 97);

    DocumentKey first = DocumentKey.of("fill0");
    assertStatus(client.call(Captures.get(first)), Status.SUCCESS);
    assertStatus(
        client.call(
            Subdoc.mutate(first).setAttribute("_a", "\"" + "y".repeat(20_000) + "\"").frame()),
        Status.ETMPFAIL);
    assertStatus(client.call(Frame.request(Opcode.DELETE).withDocument(first)), Status.SUCCESS);
    assertStatus(client.call(Captures.set(first, "{}")), Status.SUCCESS);
  }

  @Test
  void tellsWhatIsUsed() {
    int stored = fill();

    Map<String, String> statistics = statistics();

    assertThat(statistics).containsEntry("ep_max_size", Long.toString(QUOTA));
    assertThat(statistics).containsEntry("ep_tmp_oom_errors", "1");
    assertThat(statistics).containsEntry("ep_oom_errors", "0");
    assertThat(statistics).containsEntry("curr_items", Integer.toString(stored));
    assertThat(Long.parseLong(statistics.get("mem_used")))
        .isEqualTo(node.bucket("small").memoryUsed())
        .isBetween(stored * 10_000L, QUOTA);
  }

  @Test
  void streamsGoOn() {
    int stored = fill();
    try (WireClient dcp = WireClient.open(node.port(), "small")) {
      assertStatus(dcp.dcpOpen("full", DcpSession.PRODUCER), Status.SUCCESS);
      int vbucket = DocumentKey.of("fill" + (stored - 1)).vbucket();
      byte[] extras = ByteBuffer.allocate(48).putLong(16, DcpSession.FOREVER).array();
      assertStatus(
          dcp.call(
              Frame.request(Opcode.DCP_STREAM_REQUEST).withVbucket(vbucket).withExtras(extras)),
          Status.SUCCESS);

      assertThat(dcp.nextServerFrame().is(Opcode.DCP_SNAPSHOT_MARKER)).isTrue();
      assertThat(dcp.nextServerFrame().is(Opcode.DCP_MUTATION)).isTrue();
    }
  }
}
