package io.channelindex.feed;

import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.core.deps.io.netty.buffer.Unpooled;
import com.couchbase.client.dcp.highlevel.internal.KeyExtractor;
import com.couchbase.client.dcp.message.MessageUtil;
import com.couchbase.client.dcp.message.StreamEndReason;
import com.couchbase.client.dcp.state.FailoverLogEntry;
import com.couchbase.client.dcp.transport.netty.ChannelFlowController;
import io.channelindex.feed.RecordingSession.Acknowledging;
import io.channelindex.sequence.StreamPosition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages that a real data service would not send, or not then; and those it rarely sends. */
class VbucketStreamTest {
  private static final StreamPosition FROM = new StreamPosition(55, 10, 8, 20);

  private final List<String> heard = new ArrayList<>();
  private final FeedCounters counters = new FeedCounters();
  private final Flow flow = new Flow();
  private final RecordingSession session =
      new RecordingSession(Map.of(0, FROM), Acknowledging.AT_ONCE);
  private VbucketStream stream;
  private int sentBytes;

  private static final class Flow implements ChannelFlowController {
    int bytes;

    @Override
    public void ack(ByteBuf message) {
      if (MessageUtil.requiresFlowControlAck(message)) {
        bytes += message.readableBytes();
      }
    }

    @Override
    public void ack(int count) {
      bytes += count;
    }
  }

  private final class Hearing implements VbucketStream.Listener {
    @Override
    public void opened() {
      heard.add("opened");
    }

    @Override
    public void ended(String reason) {
      heard.add(reason);
    }

    @Override
    public void rollback(long to) {
      heard.add("rollback " + to);
    }

    @Override
    public void broken(Throwable problem) {
      heard.add("broken: " + problem.getMessage());
    }
  }

  @BeforeEach
  void open() {
    stream = new VbucketStream(0, new Hearing(), counters);
    stream.state().setKeyExtractor(KeyExtractor.COLLECTIONS);
    stream.attach(session, new FlowLedger(counters.buffered));
    stream.beginAt(FROM);
    stream.opening();
    stream
        .state()
        .setFailoverLog(List.of(new FailoverLogEntry(15, 77), new FailoverLogEntry(0, 55)));
  }

  private static ByteBuf message(byte opcode, ByteBuf extras, String key, byte[] value) {
    ByteBuf message = Unpooled.buffer();
    MessageUtil.initRequest(opcode, message);
    MessageUtil.setExtras(extras, message);
    MessageUtil.setKey("\0" + key, message);
    MessageUtil.setContent(value, message);
    return message;
  }

  private void marker(long start, long end) {
    control(
        message(
            MessageUtil.DCP_SNAPSHOT_MARKER_OPCODE,
            Unpooled.buffer().writeLong(start).writeLong(end).writeInt(1),
            "",
            new byte[0]));
  }

  private void advanced(long seqno) {
    control(
        message(
            MessageUtil.DCP_SEQNO_ADVANCED_OPCODE,
            Unpooled.buffer().writeLong(seqno),
            "",
            new byte[0]));
  }

  private void control(ByteBuf message) {
    sentBytes += MessageUtil.requiresFlowControlAck(message) ? message.readableBytes() : 0;
    stream.control(flow, message);
    assertThat(message.refCnt()).isZero();
  }

  private void change(byte opcode, long seqno, int datatype, byte[] value) {
    ByteBuf extras = Unpooled.buffer().writeLong(seqno).writeLong(3).writeInt(0);
    ByteBuf message = message(opcode, extras, "key", value);
    MessageUtil.setDataType((byte) datatype, message);
    sentBytes += message.readableBytes();
    stream.data(flow, message);
    assertThat(message.refCnt()).isZero();
  }

  private void mutation(long seqno) {
    change(MessageUtil.DCP_MUTATION_OPCODE, seqno, 0, new byte[0]);
  }

  private void assertAllAcknowledged() {
    assertThat(flow.bytes).isEqualTo(sentBytes);
    assertThat(counters.buffered.sum()).isZero();
  }

  @Test
  void thePositionIsWhatWasDeliveredUnderTheBranchItWasSeenUnder() {
    assertThat(stream.position()).isEqualTo(FROM);
    marker(11, 30);
    // Nothing of the new snapshot, and nothing under the new branch was delivered yet.
    assertThat(stream.position()).isEqualTo(FROM);
    mutation(12);
    assertThat(stream.position()).isEqualTo(new StreamPosition(77, 12, 11, 30));
    advanced(30);
    assertThat(stream.position()).isEqualTo(new StreamPosition(77, 30, 11, 30));
    advanced(40);
    assertThat(stream.position()).isEqualTo(StreamPosition.at(77, 40));
    advanced(40);
    assertThat(heard).containsExactly("opened");
    assertThat(session.violations).isEmpty();
    assertThat(session.position(0)).isEqualTo(stream.position());
    assertAllAcknowledged();
  }

  @Test
  void expirationsAreToldFromDeletionsWhereTheDataServiceDoes() {
    marker(11, 30);
    change(MessageUtil.DCP_DELETION_OPCODE, 11, 0, new byte[0]);
    change(MessageUtil.DCP_EXPIRATION_OPCODE, 12, 0, new byte[0]);
    assertThat(session.changes(0))
        .extracting(Change::kind)
        .containsExactly(Change.Kind.DELETION, Change.Kind.EXPIRATION);
    assertThat(session.changes(0)).extracting(Change::revisionSeqno).containsOnly(3L);
    assertThat(session.changes(0)).extracting(Change::key).containsOnly("key");
  }

  @Test
  void valuesWithoutTheAttributeBitAreIgnored() {
    marker(11, 30);
    change(MessageUtil.DCP_MUTATION_OPCODE, 11, 1, "{}".getBytes(StandardCharsets.UTF_8));
    assertThat(session.changes(0).get(0).attributes()).isEmpty();
  }

  @Test
  void changesOutsideOfWhatWasAnnouncedBreakTheSession() {
    mutation(11);
    assertThat(heard.get(1)).contains("broken", "seqno=11", "snapshot=none");
    mutation(12);
    assertThat(heard).hasSize(2);
    assertThat(session.changes(0)).isEmpty();
    assertThat(stream.phase()).isEqualTo(VbucketStream.Phase.CLOSED);
    assertAllAcknowledged();
  }

  @Test
  void changesThatGoBackBreakTheSession() {
    marker(5, 30);
    mutation(10);
    assertThat(heard.get(1)).contains("broken", "seqno=10", "delivered=10");
    assertAllAcknowledged();
  }

  /** Until it is opened again: what comes may be behind a gap. */
  @Test
  void aStreamThatMayHaveLostSomethingDeliversNothingMore() {
    marker(11, 30);
    mutation(12);
    stream.interrupted();
    mutation(14);
    stream.interrupted();

    assertThat(heard).hasSize(2);
    assertThat(heard.get(1)).contains("a connection was lost");
    assertThat(session.changes(0)).hasSize(1);
    assertThat(stream.position().seqno()).isEqualTo(12);
  }

  @Test
  void malformedAttributesBreakTheSession() {
    marker(11, 30);
    change(MessageUtil.DCP_MUTATION_OPCODE, 11, 4, new byte[] {1, 2, 3});
    assertThat(heard.get(1)).contains("broken", "malformed");
    assertThat(stream.position()).isEqualTo(FROM);
    assertAllAcknowledged();
  }

  @Test
  void aFailoverLogThatIsNoneBreaksTheSession() {
    stream.closed();
    stream.opening();
    stream.state().setFailoverLog(List.of());
    assertThat(heard.get(1)).isEqualTo("broken: failover log is empty");
  }

  @Test
  void whatComesWhenNobodyListensIsAcknowledgedAndForgotten() {
    marker(11, 30);
    stream.detach();
    mutation(11);
    marker(12, 40);
    advanced(13);
    stream.state().setFailoverLog(List.of(new FailoverLogEntry(0, 99)));
    assertThat(session.changeCount()).isZero();
    assertThat(session.logs(0)).hasSize(1);
    assertThat(stream.position()).isEqualTo(FROM);
    assertAllAcknowledged();
  }

  @Test
  void theClientIsKeptFromReopeningAndItsWishIsNewsOnlyAfterALostConnection() {
    stream.ended(StreamEndReason.TOO_SLOW);
    assertThat(stream.phase()).isEqualTo(VbucketStream.Phase.CLOSED);
    stream.opening();
    stream.state().setFailoverLog(List.of(new FailoverLogEntry(0, 55)));
    assertThat(stream.state().isAtEnd()).isTrue();
    assertThat(stream.phase()).isEqualTo(VbucketStream.Phase.OPEN);
    assertThat(stream.state().isAtEnd()).isTrue();
    assertThat(stream.phase()).isEqualTo(VbucketStream.Phase.CLOSED);
    assertThat(heard)
        .containsExactly(
            "opened", "stream ended: reason=TOO_SLOW", "opened", "connection was lost");
    assertThat(counters.streamEnds()).containsExactly(Map.entry("TOO_SLOW", 1L));
  }
}
