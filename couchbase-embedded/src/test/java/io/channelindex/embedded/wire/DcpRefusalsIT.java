package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a producer refuses, and when it holds back.
 *
 * <p>Source: {@code docs/dcp/documentation/} and the producer in {@code engines/ep/src/dcp/} of
 * couchbase/kv_engine 7.6.
 */
@Authority(
    value = Authority.Kind.DOCUMENTED,
    where = "docs/dcp/documentation/, engines/ep/src/dcp/")
class DcpRefusalsIT {
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");
  private static final int VBUCKET = DOCUMENT.vbucket();
  private static final Duration SILENCE = Duration.ofMillis(300);

  private TestNode node;
  private WireClient writer;
  private DcpSession dcp;

  @BeforeEach
  void start() {
    node = TestNode.start();
    writer = node.open();
    write(3);
    dcp = DcpSession.open(node, "dcp");
  }

  @AfterEach
  void stop() {
    dcp.close();
    writer.close();
    node.close();
  }

  @Test
  void attributesWithoutNoopsAreRefused() {
    try (DcpSession silent =
        DcpSession.openWithoutNoop(
            node, "silent", DcpSession.PRODUCER | DcpSession.INCLUDE_XATTRS)) {
      assertStatus(
          silent.request(VBUCKET, silent.vbuuid(VBUCKET), 0, DcpSession.FOREVER),
          Status.NOT_SUPPORTED);
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 2, 3, 3", "2, 3, 3, 3", "2, 3, 0, 1", "2, 3, 3, 1"})
  void numbersThatContradictEachOtherAreRefused(
      long start, long end, long snapshotStart, long snapshotEnd) {
    Frame answer =
        dcp.request(VBUCKET, dcp.vbuuid(VBUCKET), start, end, snapshotStart, snapshotEnd);

    assertStatus(answer, Status.ERANGE);
  }

  @Test
  void aSecondStreamOfTheSameVbucketIsRefused() {
    long vbuuid = dcp.vbuuid(VBUCKET);

    assertStatus(dcp.request(VBUCKET, vbuuid, 0, DcpSession.FOREVER), Status.SUCCESS);
    assertStatus(dcp.request(VBUCKET, vbuuid, 0, DcpSession.FOREVER), Status.KEY_EEXISTS);
  }

  @Test
  void aVbucketThatDoesNotExistHasNothing() {
    assertStatus(dcp.request(64, 1, 0, DcpSession.FOREVER), Status.NOT_MY_VBUCKET);
    assertStatus(
        dcp.client().call(Frame.request(Opcode.DCP_FAILOVER_LOG).withVbucket(64)),
        Status.NOT_MY_VBUCKET);
  }

  @Test
  void aStreamThatWasClosedSendsNothingMore() {
    assertStatus(dcp.close(VBUCKET), Status.KEY_ENOENT);
    long vbuuid = dcp.vbuuid(VBUCKET);
    assertStatus(dcp.request(VBUCKET, vbuuid, 3, DcpSession.FOREVER), Status.SUCCESS);

    assertStatus(dcp.close(VBUCKET), Status.SUCCESS);
    write(1);

    assertThat(dcp.client().pollServerFrame(SILENCE)).isEmpty();
    assertStatus(dcp.close(VBUCKET), Status.KEY_ENOENT);
    assertStatus(dcp.request(VBUCKET, vbuuid, 3, DcpSession.FOREVER), Status.SUCCESS);
    assertThat(dcp.client().nextServerFrame().is(Opcode.DCP_SNAPSHOT_MARKER)).isTrue();
    assertThat(dcp.client().nextServerFrame().extrasBuffer().getLong()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"no_such_control, true", "connection_buffer_size, many"})
  void aControlThatMakesNoSenseIsRefused(String name, String value) {
    assertStatus(dcp.client().dcpControl(name, value), Status.EINVAL);
  }

  @Test
  void unknownFlagsAreRefused() {
    try (WireClient client = node.open()) {
      assertStatus(client.dcpOpen("flags", DcpSession.PRODUCER | 0x4000_0000), Status.EINVAL);
    }
  }

  @Test
  void aConnectionOfTheSameNameReplacesTheFirst() {
    dcp.request(VBUCKET, dcp.vbuuid(VBUCKET), 3, DcpSession.FOREVER);

    try (DcpSession second = DcpSession.open(node, "dcp")) {
      assertThat(dcp.client().readUntilClosed()).isEmpty();
      assertThat(second.seqno(VBUCKET)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "{\"collections\":[\"77\"]}, UNKNOWN_COLLECTION",
    "{\"scope\":\"77\"}, UNKNOWN_SCOPE",
    "{\"collections\":, EINVAL",
    "[], EINVAL"
  })
  void aFilterThatMakesNoSenseIsRefused(String filter, Status status) {
    try (WireClient client = node.open()) {
      assertStatus(client.dcpOpen("filtered", DcpSession.PRODUCER), Status.SUCCESS);
      assertStatus(client.dcpControl("enable_noop", "true"), Status.SUCCESS);
      Frame request =
          Frame.request(Opcode.DCP_STREAM_REQUEST)
              .withVbucket(VBUCKET)
              .withExtras("00".repeat(16) + "ff".repeat(8) + "00".repeat(24))
              .withValue(filter);

      assertStatus(client.call(request), status);
    }
  }

  @Test
  void aProducerHoldsBackUntilItsBytesAreAcknowledged() {
    for (int i = 0; i < 20; i++) {
      Frame large =
          Captures.set(new DocumentKey(0, sameVbucket(i)), "\"" + "x".repeat(1000) + "\"");
      assertStatus(writer.call(large), Status.SUCCESS);
    }
    assertStatus(dcp.client().dcpControl("connection_buffer_size", "3000"), Status.SUCCESS);
    assertStatus(dcp.request(VBUCKET, dcp.vbuuid(VBUCKET), 0, dcp.seqno(VBUCKET)), Status.SUCCESS);

    List<Frame> all = new ArrayList<>();
    List<Frame> window = window();
    while (!window.isEmpty()) {
      int bytes = window.stream().mapToInt(frame -> frame.encode().length).sum();
      assertThat(bytes).as("a window and at most one frame more").isLessThan(3000 + 1100);
      all.addAll(window);
      dcp.acknowledge(bytes);
      window = window();
    }

    assertThat(all.stream().filter(frame -> frame.is(Opcode.DCP_MUTATION))).hasSize(21);
    assertThat(all.get(all.size() - 1).is(Opcode.DCP_STREAM_END)).isTrue();
  }

  /** What comes until the producer falls silent. */
  private List<Frame> window() {
    List<Frame> frames = new ArrayList<>();
    Optional<Frame> frame = dcp.client().pollServerFrame(SILENCE);
    while (frame.isPresent()) {
      frames.add(frame.get());
      frame = dcp.client().pollServerFrame(SILENCE);
    }
    return frames;
  }

  /** The {@code n}th key that shares the vbucket of {@link #DOCUMENT}. */
  private static String sameVbucket(int n) {
    int found = -1;
    for (int i = 0; ; i++) {
      String name = "key" + i;
      if (DocumentKey.of(name).vbucket() == VBUCKET && ++found == n) {
        return name;
      }
    }
  }

  private void write(int times) {
    for (int i = 0; i < times; i++) {
      assertStatus(writer.call(Captures.set(DOCUMENT, "{}")), Status.SUCCESS);
    }
  }
}
