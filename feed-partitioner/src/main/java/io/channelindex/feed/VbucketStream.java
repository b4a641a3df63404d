package io.channelindex.feed;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.dcp.highlevel.SnapshotMarker;
import com.couchbase.client.dcp.highlevel.StreamOffset;
import com.couchbase.client.dcp.message.DcpSeqnoAdvancedRequest;
import com.couchbase.client.dcp.message.DcpSnapshotMarkerRequest;
import com.couchbase.client.dcp.message.DcpSystemEventRequest;
import com.couchbase.client.dcp.message.RollbackMessage;
import com.couchbase.client.dcp.message.StreamEndReason;
import com.couchbase.client.dcp.state.FailoverLogEntry;
import com.couchbase.client.dcp.transport.netty.ChannelFlowController;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One vbucket's stream as its events come in: delivers them to the session of the partition, and
 * keeps the position that was delivered, which is where the next stream begins.
 *
 * <p>Thread-safe; the monitor makes the events of the vbucket one sequence. What follows from them
 * is told to a {@link Listener}, on the thread that they came on, and decided elsewhere.
 */
final class VbucketStream {
  /** Who is told what happens to the stream. Must not block. */
  interface Listener {
    /** The stream is open; its events follow. */
    void opened();

    /** The stream is not open any more. Events that are under way are ignored. */
    void ended(String reason);

    /** The data service wants the consumer to go back; the stream is not open. */
    void rollback(long to);

    /** The session or the stream broke the rules: the session has to end. */
    void broken(Throwable problem);
  }

  /** Whether events count. */
  enum Phase {
    /** There is no stream, or it is none of ours any more. */
    CLOSED,
    /** A stream is asked for. */
    OPENING,
    /** Events are delivered. */
    OPEN
  }

  private final int vbucket;
  private final Listener listener;
  private final FeedCounters counters;
  private final StreamState state;

  private volatile Phase phase = Phase.CLOSED;
  private volatile long seqno;
  private long vbuuid;
  private long snapshotStart;
  private long snapshotEnd;
  private long branch;
  private long markerStart;
  private long markerEnd;
  private boolean marked;
  private int restartsToCome;
  private @Nullable PartitionSession session;
  private @Nullable FlowLedger ledger;
  private @Nullable FlowAccount account;

  VbucketStream(int vbucket, Listener listener, FeedCounters counters) {
    this.vbucket = vbucket;
    this.listener = listener;
    this.counters = counters;
    this.state = new StreamState(this);
  }

  int vbucket() {
    return vbucket;
  }

  /** What the client is to keep about the vbucket while this stream is its user. */
  StreamState state() {
    return state;
  }

  Phase phase() {
    return phase;
  }

  /** The seqno of the last event that was delivered. */
  long deliveredSeqno() {
    return seqno;
  }

  /** Where the next stream begins: the last delivered event, and the branch it was seen under. */
  synchronized StreamPosition position() {
    return new StreamPosition(vbuuid, seqno, snapshotStart, snapshotEnd);
  }

  /** Says where the next stream begins. */
  synchronized void beginAt(StreamPosition position) {
    vbuuid = position.vbuuid();
    seqno = position.seqno();
    snapshotStart = position.snapshotStart();
    snapshotEnd = position.snapshotEnd();
  }

  /** From now on events go to this session, once a stream is opened. */
  synchronized void attach(PartitionSession newSession, FlowLedger newLedger) {
    session = newSession;
    ledger = newLedger;
    account = null;
    phase = Phase.CLOSED;
  }

  /** No event reaches the session when this has returned. */
  synchronized void detach() {
    session = null;
    ledger = null;
    account = null;
    phase = Phase.CLOSED;
  }

  /** A stream is about to be asked for. */
  synchronized void opening() {
    phase = Phase.OPENING;
    marked = false;
  }

  /** The stream that was asked for does not come. */
  synchronized void closed() {
    phase = Phase.CLOSED;
  }

  synchronized StreamOffset offset(long collectionsManifestUid) {
    return new StreamOffset(
        vbuuid, seqno, new SnapshotMarker(snapshotStart, snapshotEnd), collectionsManifestUid);
  }

  synchronized void opened(List<FailoverLogEntry> entries) {
    PartitionSession consumer = session;
    if (phase != Phase.OPENING || consumer == null) {
      return;
    }
    try {
      List<FailoverEntry> log = FailoverLogs.check(entries);
      branch = log.get(0).vbuuid();
      phase = Phase.OPEN;
      consumer.opened(vbucket, log);
    } catch (RuntimeException | Error e) {
      breakOff(e);
      return;
    }
    listener.opened();
  }

  /** The data service says that the stream ended. */
  synchronized void ended(StreamEndReason reason) {
    counters.streamEnded(reason.name());
    if (!reason.equals(StreamEndReason.OK)) {
      // The client will want to open it again, once: that is no news then.
      restartsToCome++;
    }
    noLongerOpen("stream ended: reason=" + reason.name());
  }

  /**
   * The client wants to open the stream again: because it ended, or because its connection was lost
   * and is back.
   */
  synchronized void restartWanted() {
    if (restartsToCome > 0) {
      restartsToCome--;
    } else {
      noLongerOpen("connection was lost");
    }
  }

  /** Something of the stream may be missing from now on: it has to begin again where it is. */
  synchronized void interrupted() {
    if (phase == Phase.OPEN) {
      noLongerOpen("a connection was lost, and what waited for its persistence with it");
    }
  }

  private void noLongerOpen(String reason) {
    if (phase == Phase.OPEN) {
      phase = Phase.CLOSED;
    }
    listener.ended(reason);
  }

  /** A mutation, deletion or expiration. */
  void data(ChannelFlowController flow, ByteBuf event) {
    int bytes = event.readableBytes();
    try {
      if (!delivered(flow, event, bytes)) {
        flow.ack(bytes);
      }
    } finally {
      event.release();
    }
  }

  private synchronized boolean delivered(ChannelFlowController flow, ByteBuf event, int bytes) {
    PartitionSession consumer = session;
    if (phase != Phase.OPEN || consumer == null) {
      return false;
    }
    Runnable acknowledge = null;
    try {
      ChangeMessage message = ChangeMessage.of(event);
      long next = message.seqno();
      requireAnnounced(next);
      acknowledge = account(flow).receive(bytes);
      Change change = message.change(state.keys(), acknowledge);
      moveTo(next);
      consumer.change(change);
      counters.changes.increment();
      return true;
    } catch (RuntimeException | Error e) {
      breakOff(e);
      if (acknowledge == null) {
        return false;
      }
      acknowledge.run();
      return true;
    }
  }

  private FlowAccount account(ChannelFlowController flow) {
    FlowAccount current = account;
    if (current == null || !current.isOf(flow)) {
      if (ledger == null) {
        throw new IllegalStateException("no session: vbucket=" + vbucket);
      }
      current = ledger.account(flow);
      account = current;
    }
    return current;
  }

  private void requireAnnounced(long next) {
    if (!marked || !announced(next) || Long.compareUnsigned(next, seqno) <= 0) {
      throw new FeedException(
          "event outside of what the stream announced: vbucket="
              + vbucket
              + ", seqno="
              + Long.toUnsignedString(next)
              + ", delivered="
              + Long.toUnsignedString(seqno)
              + ", snapshot="
              + (marked ? new SnapshotMarker(markerStart, markerEnd) : "none"),
          null);
    }
  }

  private boolean announced(long next) {
    return Long.compareUnsigned(markerStart, next) <= 0
        && Long.compareUnsigned(next, markerEnd) <= 0;
  }

  private void moveTo(long next) {
    vbuuid = branch;
    snapshotStart = markerStart;
    snapshotEnd = markerEnd;
    seqno = next;
  }

  /** A marker, a rollback, a system event or a seqno without a change. */
  void control(ChannelFlowController flow, ByteBuf event) {
    try {
      handle(event);
    } finally {
      flow.ack(event);
      event.release();
    }
  }

  private synchronized void handle(ByteBuf event) {
    if (RollbackMessage.is(event)) {
      if (phase == Phase.OPENING) {
        phase = Phase.CLOSED;
        counters.rollbacks.increment();
        listener.rollback(RollbackMessage.seqno(event));
      }
      return;
    }
    PartitionSession consumer = session;
    if (phase != Phase.OPEN || consumer == null) {
      return;
    }
    try {
      if (DcpSnapshotMarkerRequest.is(event)) {
        snapshot(
            consumer,
            DcpSnapshotMarkerRequest.startSeqno(event),
            DcpSnapshotMarkerRequest.endSeqno(event));
      } else if (DcpSeqnoAdvancedRequest.is(event)) {
        advance(consumer, DcpSeqnoAdvancedRequest.getSeqno(event));
      } else if (DcpSystemEventRequest.is(event)) {
        advance(consumer, DcpSystemEventRequest.getSeqno(event));
      }
    } catch (RuntimeException | Error e) {
      breakOff(e);
    }
  }

  private void snapshot(PartitionSession consumer, long start, long end) {
    markerStart = start;
    markerEnd = end;
    marked = true;
    consumer.snapshot(vbucket, start, end);
  }

  private void advance(PartitionSession consumer, long next) {
    if (Long.compareUnsigned(next, seqno) <= 0) {
      return;
    }
    if (!marked || !announced(next)) {
      // A snapshot of nothing that this stream shows has no marker of its own.
      snapshot(consumer, next, next);
    }
    moveTo(next);
    consumer.advanced(vbucket, next);
  }

  private void breakOff(Throwable problem) {
    phase = Phase.CLOSED;
    listener.broken(problem);
  }
}
