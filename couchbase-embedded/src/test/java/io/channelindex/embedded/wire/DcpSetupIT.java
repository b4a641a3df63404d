package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How a connection becomes one for DCP, and what no client library asks for.
 *
 * <p>Documented: {@code docs/dcp/documentation/} of couchbase/kv_engine, and the validators of 7.6.
 * None of it is captured.
 */
@Authority(
    value = Authority.Kind.DOCUMENTED,
    where = "docs/dcp/documentation/, daemon/mcbp_validators.cc")
class DcpSetupIT {
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");
  private static final int VBUCKET = DOCUMENT.vbucket();

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

  private static Frame stream(String value) {
    byte[] extras = ByteBuffer.allocate(48).putLong(16, DcpSession.FOREVER).array();
    return Frame.request(Opcode.DCP_STREAM_REQUEST)
        .withVbucket(VBUCKET)
        .withExtras(extras)
        .withValue(value);
  }

  @Test
  void aConnectionIsOpenedOnce() {
    assertStatus(client.dcpOpen("once", DcpSession.PRODUCER), Status.SUCCESS);

    assertStatus(client.dcpOpen("twice", DcpSession.PRODUCER), Status.EINVAL);
  }

  @Test
  void aConnectionThatTakesAnswersInAnyOrderCannotBeOpened() {
    client.hello(Feature.SELECT_BUCKET, Feature.UNORDERED_EXECUTION);

    assertStatus(client.dcpOpen("unordered", DcpSession.PRODUCER), Status.NOT_SUPPORTED);
  }

  @ParameterizedTest
  @CsvSource({"200, SUCCESS", "201, EINVAL"})
  void namesHaveALimit(int length, Status expected) {
    assertStatus(client.dcpOpen("n".repeat(length), DcpSession.PRODUCER), expected);
  }

  @Test
  void aConsumerOfTheNodesOwnIsNotSupported() {
    assertStatus(client.dcpOpen("replication", 0), Status.NOT_SUPPORTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | {}                      | SUCCESS",
        "0 | {}                      | EINVAL",
        "1 | {\"consumer_name\":\"a\"} | EINVAL",
        "1 | []                      | EINVAL",
        "1 | {                       | EINVAL",
        "1 | ''                      | EINVAL"
      })
  void theValueIsAnObjectWithoutMembers(int datatype, String value, Status expected) {
    Frame open =
        Frame.request(Opcode.DCP_OPEN)
            .withKey("name")
            .withExtras("0000000000000001")
            .withDatatype(datatype)
            .withValue(value);

    assertStatus(client.call(open), expected);
  }

  @ParameterizedTest
  @CsvSource({"54", "52", "53", "5e", "5d", "5c"})
  void nothingWorksBeforeTheConnectionIsOpened(String opcode) {
    Frame request = Frame.request(HexFormat.fromHexDigits(opcode));
    request =
        switch (opcode) {
          case "53" -> stream("");
          case "5e" -> request.withKey("enable_noop").withValue("true");
          case "5d" -> request.withExtras("00000001");
          default -> request;
        };

    assertStatus(client.call(request), Status.EINVAL);
  }

  @Test
  void messagesOfSeveralStreamsCarryTheirIds() {
    assertStatus(client.call(Captures.set(DOCUMENT, "{}")), Status.SUCCESS);
    assertStatus(client.dcpOpen("streams", DcpSession.PRODUCER), Status.SUCCESS);
    client.dcpControl("enable_noop", "true");
    assertStatus(client.dcpControl("enable_stream_id", "true"), Status.SUCCESS);
    assertStatus(client.call(stream("{\"sid\":258}")), Status.SUCCESS);

    FlexibleMessage marker = readFlexible();
    FlexibleMessage mutation = readFlexible();

    assertThat(marker.opcode()).isEqualTo(Opcode.DCP_SNAPSHOT_MARKER.code());
    assertThat(mutation.opcode()).isEqualTo(Opcode.DCP_MUTATION.code());
    assertThat(marker.framing()).isEqualTo("220102");
    assertThat(mutation.framing()).isEqualTo("220102");
    Frame close = Frame.request(Opcode.DCP_CLOSE_STREAM).withVbucket(VBUCKET);
    assertStatus(client.call(close), Status.DCP_STREAMID_INVALID);
    assertStatus(
        client.call(close.withFraming(new byte[] {0x22, 1, 3})), Status.DCP_STREAMID_INVALID);
    assertStatus(client.call(close.withFraming(new byte[] {0x22, 1, 2})), Status.SUCCESS);
  }

  private record FlexibleMessage(int opcode, String framing) {}

  /** A message of the server's in the form that carries framing extras. */
  private FlexibleMessage readFlexible() {
    Frame frame = client.readFrame();
    assertThat(frame.magic()).isEqualTo(0x08);
    return new FlexibleMessage(frame.opcode(), HexFormat.of().formatHex(frame.framing()));
  }

  @Test
  void markersCanTellThePurgeSeqno() {
    assertStatus(client.call(Captures.set(DOCUMENT, "{}")), Status.SUCCESS);
    client.dcpOpen("markers", DcpSession.PRODUCER);
    client.dcpControl("enable_noop", "true");
    assertStatus(client.dcpControl("max_marker_version", "2.2"), Status.SUCCESS);
    assertStatus(client.call(stream("")), Status.SUCCESS);

    Frame marker = client.nextServerFrame();

    assertThat(marker.extras()).containsExactly(2);
    ByteBuffer value = marker.valueBuffer();
    assertThat(value.remaining()).isEqualTo(52);
    assertThat(value.getLong()).as("start").isZero();
    assertThat(value.getLong()).as("end").isEqualTo(1);
    assertThat(value.getInt()).as("flags").isEqualTo(6);
  }

  @Test
  void usersAttributesOfATombstoneAreForWhoAsksForThem() {
    Frame tombstone =
        Subdoc.mutate(DOCUMENT)
            .setAttribute("user", "1")
            .setAttribute("_system", "2")
            .frame(Subdoc.MAKE_DOCUMENT | Subdoc.ACCESS_DELETED | 0x08);
    assertStatus(client.call(tombstone), Status.SUBDOC_SUCCESS_DELETED);

    assertThat(deletion(DcpSession.PRODUCER | DcpSession.INCLUDE_XATTRS))
        .contains("_system")
        .doesNotContain("user");
    assertThat(deletion(DcpSession.PRODUCER | DcpSession.INCLUDE_XATTRS | 0x100))
        .contains("_system", "user");
  }

  private String deletion(int flags) {
    try (DcpSession dcp = DcpSession.open(node, "deletions" + flags, flags)) {
      return dcp.streamToNow(VBUCKET, 0).stream()
          .filter(frame -> frame.is(Opcode.DCP_DELETION))
          .map(frame -> new String(frame.value(), UTF_8))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void whoeverLeavesNoopsUnansweredIsDisconnected() {
    try (EmbeddedCouchbase impatient =
            EmbeddedCouchbase.builder()
                .bucket(TestNode.BUCKET)
                .username(WireClient.USERNAME)
                .password(WireClient.PASSWORD)
                .dcpIdleTimeout(Duration.ofMillis(600))
                .start();
        WireClient silent = WireClient.open(impatient.port(), TestNode.BUCKET)) {
      assertStatus(silent.dcpOpen("silent", DcpSession.PRODUCER), Status.SUCCESS);
      assertStatus(silent.dcpControl("set_noop_interval", "0.2"), Status.SUCCESS);
      assertStatus(silent.dcpControl("enable_noop", "true"), Status.SUCCESS);

      assertThat(silent.readUntilClosed()).hasSize(1).allMatch(frame -> frame.is(Opcode.DCP_NOOP));
    }
  }

  @Test
  void whoeverAnswersNoopsStays() {
    try (EmbeddedCouchbase impatient =
            EmbeddedCouchbase.builder()
                .bucket(TestNode.BUCKET)
                .username(WireClient.USERNAME)
                .password(WireClient.PASSWORD)
                .dcpIdleTimeout(Duration.ofMillis(1500))
                .start();
        WireClient alive = WireClient.open(impatient.port(), TestNode.BUCKET)) {
      alive.dcpOpen("alive", DcpSession.PRODUCER);
      alive.dcpControl("set_noop_interval", "0.2");
      alive.dcpControl("enable_noop", "true");

      for (int i = 0; i < 10; i++) {
        Frame noop = alive.nextServerFrame();
        assertThat(noop.is(Opcode.DCP_NOOP)).isTrue();
        alive.sendRaw(noop.withMagic(0x81).encode());
      }
      assertStatus(alive.call(Frame.request(Opcode.NOOP)), Status.SUCCESS);
    }
  }
}
