package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static io.channelindex.embedded.wire.Subdoc.ADD_DOCUMENT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the notes beside the captures say about DCP, as observed on 7.6.12, point by point. */
@Authority(value = Authority.Kind.CAPTURED, where = "notes beside the captures, 7.6.12")
class ObservedStreamsIT {
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");
  private static final int VBUCKET = DOCUMENT.vbucket();
  private static final String SYNC = "{\"rev\":\"1-a\"}";

  private TestNode node;
  private WireClient client;

  @BeforeEach
  void start() {
    node = TestNode.start();
    client = node.open();
  }

  @AfterEach
  void stop() {
    client.close();
    node.close();
  }

  @Test
  void aMutationWithAttributesOnTheStream() {
    create("_sync", SYNC);

    Frame mutation = only(Opcode.DCP_MUTATION);

    assertThat(mutation.datatype()).isEqualTo(5);
    String pair = "_sync\0" + SYNC + "\0";
    assertThat(mutation.value())
        .isEqualTo(
            Frame.concat(
                u32(pair.length() + 4), u32(pair.length()), (pair + "{}").getBytes(UTF_8)));
  }

  @Test
  void aDeletionWithAttributesOnTheStream() {
    create("_sync", SYNC);
    client.call(Frame.request(Opcode.DELETE).withDocument(DOCUMENT));

    Frame deletion = only(Opcode.DCP_DELETION);

    assertThat(deletion.datatype()).isEqualTo(4);
    String pair = "_sync\0" + SYNC + "\0";
    assertThat(deletion.value())
        .isEqualTo(Frame.concat(u32(pair.length() + 4), u32(pair.length()), pair.getBytes(UTF_8)));
    assertThat(deletion.extras()).hasSize(18);
  }

  @Test
  void aDeletionWithoutAttributesOnTheStream() {
    set("{}");
    client.call(Frame.request(Opcode.DELETE).withDocument(DOCUMENT));

    Frame deletion = only(Opcode.DCP_DELETION);

    assertThat(deletion.datatype()).isZero();
    assertThat(deletion.value()).isEmpty();
  }

  @Test
  void anExpiredDocumentComesAsADeletion() {
    client.call(Captures.set(DOCUMENT, "{}").withExtras("0200000000000001"));
    await().until(() -> client.call(Captures.get(DOCUMENT)).has(Status.KEY_ENOENT));

    Frame deletion = only(Opcode.DCP_DELETION);

    assertThat(deletion.extrasBuffer().getLong(8)).as("revision").isEqualTo(2);
    assertThat(deletion.key()).isEqualTo(DOCUMENT.name().getBytes(UTF_8));
  }

  /** Opcode 59 takes the control and the flag of DCP_OPEN; either alone does not bring it. */
  @Authority(
      value = Authority.Kind.DOCUMENTED,
      where = "docs/dcp/documentation/commands/expiration.md")
  @ParameterizedTest
  @CsvSource({
    "0x00, false, 0x58, 18",
    "0x00, true, 0x58, 18",
    "0x20, false, 0x58, 21",
    "0x20, true, 0x59, 20"
  })
  void anExpirationHasItsOwnOpcodeOnlyIfAskedForTwice(
      String flags, String control, String opcode, int extras) {
    client.call(Captures.set(DOCUMENT, "{}").withExtras("0200000000000001"));
    await().until(() -> client.call(Captures.get(DOCUMENT)).has(Status.KEY_ENOENT));

    int open = DcpSession.PRODUCER | DcpSession.INCLUDE_XATTRS | Integer.decode(flags);
    try (DcpSession dcp = DcpSession.open(node, "expiry", open)) {
      assertStatus(dcp.client().dcpControl("enable_expiry_opcode", control), Status.SUCCESS);
      Frame expired = dcp.streamToNow(VBUCKET, 0).get(1);

      assertThat(expired.opcode()).isEqualTo(Integer.decode(opcode));
      assertThat(expired.extras()).hasSize(extras);
    }
  }

  @Test
  void aBackfillSendsOnlyTheNewestVersionOfEachKey() {
    for (int i = 0; i < 5; i++) {
      set("{\"i\":" + i + "}");
    }

    try (DcpSession dcp = DcpSession.open(node, "backfill")) {
      List<Frame> frames = dcp.streamToNow(VBUCKET, 0);

      assertThat(frames)
          .extracting(Frame::opcode)
          .containsExactly(
              Opcode.DCP_SNAPSHOT_MARKER.code(),
              Opcode.DCP_MUTATION.code(),
              Opcode.DCP_STREAM_END.code());
      assertThat(frames.get(0).extrasBuffer().getInt(16)).as("disk, checkpoint").isEqualTo(6);
      assertThat(frames.get(1).text()).isEqualTo("{\"i\":4}");
      assertThat(frames.get(1).extrasBuffer().getLong()).isEqualTo(dcp.seqno(VBUCKET));
    }
  }

  @Test
  void whatIsWrittenWhileAStreamRunsComesFromMemory() {
    set("{}");

    try (DcpSession dcp = DcpSession.open(node, "live")) {
      long seqno = dcp.seqno(VBUCKET);
      assertStatus(
          dcp.request(VBUCKET, dcp.vbuuid(VBUCKET), seqno, DcpSession.FOREVER), Status.SUCCESS);
      set("{\"live\":1}");

      Frame marker = dcp.client().nextServerFrame();
      Frame mutation = dcp.client().nextServerFrame();
      assertThat(marker.opcode()).isEqualTo(Opcode.DCP_SNAPSHOT_MARKER.code());
      assertThat(marker.extrasBuffer().getInt(16) & 3).as("memory").isEqualTo(1);
      assertThat(mutation.text()).isEqualTo("{\"live\":1}");
      assertThat(mutation.extrasBuffer().getLong()).isEqualTo(seqno + 1);
    }
  }

  @Test
  void aForeignHistoryIsRolledBackToZero() {
    set("{}");
    set("{}");

    try (DcpSession dcp = DcpSession.open(node, "foreign")) {
      Frame response = dcp.request(VBUCKET, 12345, dcp.seqno(VBUCKET) - 1, DcpSession.FOREVER);

      assertStatus(response, Status.ROLLBACK);
      assertThat(response.valueBuffer().getLong()).isZero();
    }
  }

  @Test
  void afterACrashTheFailoverLogHasOneEntryMore() {
    set("{}");
    set("{}");
    long before;
    long high;
    try (DcpSession dcp = DcpSession.open(node, "before")) {
      before = dcp.vbuuid(VBUCKET);
      high = dcp.seqno(VBUCKET);
    }
    node.bucket().crash();

    try (DcpSession dcp = DcpSession.open(node, "after")) {
      ByteBuffer log =
          dcp.client()
              .call(Frame.request(Opcode.DCP_FAILOVER_LOG).withVbucket(VBUCKET))
              .valueBuffer();
      assertThat(log.remaining()).isEqualTo(32);
      assertThat(log.getLong(0)).isNotEqualTo(before);
      assertThat(log.getLong(8)).isEqualTo(high);
      assertThat(log.getLong(16)).isEqualTo(before);
      assertThat(log.getLong(24)).isZero();
      Frame above = dcp.request(VBUCKET, before, high + 1, DcpSession.FOREVER);
      assertStatus(above, Status.ROLLBACK);
      assertThat(above.valueBuffer().getLong()).isEqualTo(high);
      assertStatus(dcp.request(VBUCKET, before, high - 1, DcpSession.FOREVER), Status.SUCCESS);
    }
  }

  private Frame only(Opcode opcode) {
    try (DcpSession dcp = DcpSession.open(node, "only")) {
      List<Frame> frames =
          dcp.streamToNow(VBUCKET, 0).stream().filter(frame -> frame.is(opcode)).toList();
      assertThat(frames).hasSize(1);
      return frames.get(0);
    }
  }

  private void create(String attribute, String json) {
    Frame created =
        client.call(
            Subdoc.mutate(DOCUMENT)
                .setAttribute(attribute, json)
                .setBody("{}")
                .frame(ADD_DOCUMENT));
    assertStatus(created, Status.SUCCESS);
  }

  private Frame set(String json) {
    Frame stored = client.call(Captures.set(DOCUMENT, json));
    assertStatus(stored, Status.SUCCESS);
    return stored;
  }

  private static byte[] u32(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }
}
