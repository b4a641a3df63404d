package io.channelindex.perf.cluster;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.dcp.Client;
import com.couchbase.client.dcp.StreamFrom;
import com.couchbase.client.dcp.StreamTo;
import com.couchbase.client.dcp.core.event.CouchbaseEvent;
import com.couchbase.client.dcp.events.StreamEndEvent;
import com.couchbase.client.dcp.highlevel.StreamOffset;
import com.couchbase.client.dcp.message.DcpDeletionMessage;
import com.couchbase.client.dcp.message.DcpExpirationMessage;
import com.couchbase.client.dcp.message.DcpMutationMessage;
import com.couchbase.client.dcp.message.DcpSeqnoAdvancedRequest;
import com.couchbase.client.dcp.message.DcpSystemEventRequest;
import com.couchbase.client.dcp.message.MessageUtil;
import com.couchbase.client.dcp.message.RollbackMessage;
import com.couchbase.client.dcp.message.StreamEndReason;
import com.couchbase.client.dcp.state.PartitionState;
import com.couchbase.client.dcp.transport.netty.ChannelFlowController;
import io.channelindex.perf.target.Endpoint;
import io.channelindex.perf.target.TargetException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection's worth of change streams of a bucket through the DCP client: flow control and
 * extended attributes on, every change acknowledged once the listener has seen it.
 *
 * <p>Connects in {@link #open}; then one of the stream methods, once. Methods are for one thread;
 * the listener is called on the client's threads. A rollback, a stream that ends for a bad reason
 * and a listener that throws fail the feed: the next call that waits says so.
 */
public final class ChangeFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ACKNOWLEDGE_AT_PERCENT = 50;
  private static final int DATATYPE_XATTR = 4;

  private final Client client;
  private final ChangeListener listener;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile CountDownLatch open = new CountDownLatch(0);

  private ChangeFeed(Client client, ChangeListener listener) {
    this.client = client;
    this.listener = listener;
    client.dataEventHandler(this::onData);
    client.controlEventHandler(this::onControl);
    client.systemEventHandler(this::onSystem);
  }

  /**
   * Connects.
   *
   * @param bufferBytes how much the server may send without acknowledgement
   * @throws TargetException if the bucket's changes cannot be had
   * @throws InterruptedException if the thread is interrupted
   */
  public static ChangeFeed open(
      Endpoint endpoint, String bucket, int bufferBytes, ChangeListener listener)
      throws InterruptedException {
    Client client = client(endpoint, bucket, bufferBytes);
    ChangeFeed feed = new ChangeFeed(client, listener);
    try {
      Awaiting.answer(
          client.connect().toFuture(), PATIENCE, "opening the change feed of bucket=" + bucket);
      return feed;
    } catch (TargetException | InterruptedException e) {
      abandon(client);
      throw e;
    }
  }

  /** Closes a client that did not connect, behind the scenes: that can take the client forever. */
  private static void abandon(Client client) {
    Thread closing =
        new Thread(
            () -> {
              try {
                client.close();
              } catch (RuntimeException e) {
                LOG.debug("A change feed that did not connect does not close", e);
              }
            },
            "perf-feed-abandon");
    closing.setDaemon(true);
    closing.start();
  }

  private static Client client(Endpoint endpoint, String bucket, int bufferBytes)
      throws InterruptedException {
    try {
      return Client.builder()
          .connectionString(endpoint.connectionString())
          .credentials(endpoint.credentials().username(), endpoint.credentials().password())
          .bucket(bucket)
          .userAgent("channel-index-perf", "1")
          .xattrs(true)
          .flowControl(bufferBytes)
          .bufferAckWatermark(ACKNOWLEDGE_AT_PERCENT)
          .build();
    } catch (RuntimeException e) {
      // The client's constructor waits, and hides an interrupt in an exception of its own.
      if (e.getCause() instanceof InterruptedException interrupt) {
        throw interrupt;
      }
      throw e;
    }
  }

  /** Where the bucket is now: a feed from here shows what is written from here on. */
  public Positions positions() throws InterruptedException {
    Awaiting.answer(
        client.initializeState(StreamFrom.NOW, StreamTo.INFINITY).toFuture(),
        PATIENCE,
        "reading sequence numbers and failover logs");
    Map<Integer, StreamOffset> offsets = new HashMap<>();
    for (int vbucket = 0; vbucket < client.numPartitions(); vbucket++) {
      offsets.put(vbucket, client.sessionState().get(vbucket).getOffset());
    }
    return new Positions(offsets);
  }

  /** The highest sequence number of each vbucket. */
  public long[] seqnos() throws InterruptedException {
    long[] seqnos = new long[client.numPartitions()];
    var answers =
        Awaiting.answer(
            client.getSeqnos().collectList().toFuture(), PATIENCE, "reading sequence numbers");
    answers.forEach(answer -> seqnos[answer.partition()] = answer.seqno());
    return seqnos;
  }

  /** Streams on and on. Returns when all streams are open. */
  public void streamFrom(Positions from) throws InterruptedException {
    tellWhereItBegins(from);
    Awaiting.answer(client.resumeStreaming(from.offsets()).toFuture(), PATIENCE, "opening streams");
  }

  /**
   * Streams what lies between: after {@code from}, up to and including {@code to}. Returns when all
   * streams are open; {@link #awaitEnd} waits for their end.
   *
   * @param to a sequence number for each vbucket
   */
  public void streamBetween(Positions from, long[] to) throws InterruptedException {
    open = new CountDownLatch(from.offsets().size());
    tellWhereItBegins(from);
    from.offsets()
        .forEach(
            (vbucket, offset) -> {
              PartitionState state = PartitionState.fromOffset(offset);
              state.setEndSeqno(to[vbucket]);
              client.sessionState().set(vbucket, state);
            });
    Awaiting.answer(
        client.startStreaming(List.copyOf(from.offsets().keySet())).toFuture(),
        PATIENCE,
        "opening streams");
  }

  /** A vbucket that nobody writes to shows nothing, and is nevertheless where it should be. */
  private void tellWhereItBegins(Positions from) {
    from.offsets().forEach((vbucket, offset) -> listener.advanced(vbucket, offset.getSeqno()));
  }

  /**
   * Waits until all streams of {@link #streamBetween} have ended.
   *
   * @throws TargetException if the feed failed or the streams do not end in time
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitEnd(Duration patience) throws InterruptedException {
    boolean ended = open.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    requireHealthy();
    if (!ended) {
      throw new TargetException(
          "streams do not end: open=" + open.getCount() + ", patience=" + patience, null);
    }
  }

  /**
   * Says if something went wrong.
   *
   * @throws TargetException if the feed has failed
   */
  public void requireHealthy() {
    Throwable cause = failure.get();
    if (cause != null) {
      throw new TargetException("change feed failed: " + cause.getMessage(), cause);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private void onData(ChannelFlowController flow, ByteBuf event) {
    try {
      int vbucket = MessageUtil.getVbucket(event);
      long seqno = DcpMutationMessage.bySeqno(event);
      if (DcpMutationMessage.is(event)) {
        listener.mutation(vbucket, seqno, bytes(MessageUtil.getKey(event)), body(event));
      } else if (DcpDeletionMessage.is(event) || DcpExpirationMessage.is(event)) {
        listener.deletion(vbucket, seqno, bytes(MessageUtil.getKey(event)));
      }
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    } finally {
      // A change that is not acknowledged would stop the whole connection and hide the failure.
      flow.ack(event);
      event.release();
    }
  }

  private void onControl(ChannelFlowController flow, ByteBuf event) {
    try {
      if (RollbackMessage.is(event)) {
        fail(
            "vbucket was rolled back: vbucket="
                + RollbackMessage.vbucket(event)
                + ", seqno="
                + RollbackMessage.seqno(event));
      } else if (DcpSeqnoAdvancedRequest.is(event)) {
        listener.advanced(MessageUtil.getVbucket(event), DcpSeqnoAdvancedRequest.getSeqno(event));
      } else if (DcpSystemEventRequest.is(event)) {
        listener.advanced(MessageUtil.getVbucket(event), DcpSystemEventRequest.getSeqno(event));
      }
      flow.ack(event);
    } finally {
      event.release();
    }
  }

  private void onSystem(CouchbaseEvent event) {
    if (event instanceof StreamEndEvent end) {
      if (!end.reason().equals(StreamEndReason.OK)) {
        fail("stream ended: vbucket=" + end.partition() + ", reason=" + end.reason());
      }
      open.countDown();
    }
  }

  private void fail(String message) {
    failure.compareAndSet(null, new TargetException(message, null));
  }

  /**
   * The body of a mutation. Extended attributes stand before it, with their total length in the
   * first four bytes (kv_engine, docs/Document.md).
   */
  private static byte[] body(ByteBuf event) {
    byte[] content = MessageUtil.getContentAsByteArray(event);
    if ((MessageUtil.getDataType(event) & DATATYPE_XATTR) == 0) {
      return content;
    }
    int attributes = ByteBuffer.wrap(content).getInt();
    return Arrays.copyOfRange(content, Integer.BYTES + attributes, content.length);
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.getBytes(buffer.readerIndex(), bytes);
    return bytes;
  }
}
