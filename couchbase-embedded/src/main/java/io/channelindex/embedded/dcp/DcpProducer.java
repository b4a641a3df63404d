package io.channelindex.embedded.dcp;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.FailoverLog;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.VBucketState;
import io.channelindex.embedded.protocol.Status;
import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one DCP connection, and their shared window.
 *
 * <p>Lives on the connection's event loop; only {@link #ready} is thread-safe. Streams that have
 * something to send take turns of one batch each, so that none starves, until the client's window
 * or the socket is full; an acknowledgement or a writable socket goes on from there.
 */
// A write or close that fails ends in exceptionCaught and channelInactive, where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class DcpProducer implements DcpStream.Readiness {
  /** A connection that said nothing for this long, while asked, is dead; as on the real server. */
  private static final long IDLE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(360);

  private static final long NOOP_MIN_SECONDS = 1;
  private static final long NOOP_MAX_SECONDS = 10_800;
  private static final long WINDOW_MAX_BYTES = 0xffff_ffffL;

  /** The answer to a stream request: a failover log, or where to go back to. */
  public sealed interface Answer {
    /** The stream is open. */
    record Accepted(FailoverLog failoverLog) implements Answer {}

    /** The client has seen what is not part of this history. */
    record Rollback(long seqno) implements Answer {}
  }

  private final Channel channel;
  private final Bucket bucket;
  private final String name;
  private final MessageWriter out;
  private final @Nullable DcpStream[] streams;
  private final Set<DcpStream> turns = new LinkedHashSet<>();
  private final Queue<DcpStream> signals = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private DcpOptions options;
  private final boolean snappy;
  private boolean noopEnabled;
  private long noopSeconds = 180;
  private int noopOpaque;
  private long lastHeardNanos = System.nanoTime();
  private @Nullable ScheduledFuture<?> noopTimer;
  private boolean closed;

  /**
   * A producer without streams.
   *
   * @param name what the client calls this connection
   * @param snappy whether the client can read snappy values
   */
  public DcpProducer(
      Channel channel, Bucket bucket, String name, DcpOptions options, boolean snappy) {
    this.channel = channel;
    this.bucket = bucket;
    this.name = name;
    this.options = options;
    this.snappy = snappy;
    this.out = new MessageWriter(channel);
    this.streams = new @Nullable DcpStream[bucket.vbucketCount()];
  }

  public String name() {
    return name;
  }

  /** Shows every stream message to {@code interceptor} from now on. */
  public void interceptWith(MessageInterceptor interceptor) {
    out.interceptWith(interceptor);
  }

  /** Hands the messages that are written to the socket. */
  public void flush() {
    out.flush();
  }

  /** Forgets the messages that were not flushed, beyond the first {@code bytes} of them. */
  public void cut(int bytes) {
    out.cut(bytes);
  }

  /**
   * Applies a control message.
   *
   * @throws StatusException {@link Status#EINVAL} if the key is unknown or the value not allowed
   */
  public void control(String key, String value) {
    switch (key) {
      case "connection_buffer_size" -> out.setWindow(number(value, 0, WINDOW_MAX_BYTES));
      case "enable_noop" -> {
        noopEnabled = flag(value);
        scheduleNoop();
      }
      case "set_noop_interval" -> {
        noopSeconds = number(value, NOOP_MIN_SECONDS, NOOP_MAX_SECONDS);
        scheduleNoop();
      }
      case "force_value_compression" -> {
        if (!snappy) {
          throw StatusException.of(Status.EINVAL);
        }
        options = options.withCompression(flag(value));
      }
      case "enable_expiry_opcode" -> options = options.withExpirations(flag(value));
      case "send_stream_end_on_client_close_stream" ->
          options = options.withEndOnClose(flag(value));
      // Nothing is ever dropped, reordered or prioritized here: these promise what already holds.
      case "supports_cursor_dropping", "supports_cursor_dropping_vulcan" -> flag(value);
      case "set_priority" -> oneOf(value, Set.of("low", "medium", "high"));
      case "backfill_order" -> oneOf(value, Set.of("round-robin", "sequential"));
      case "enable_out_of_order_snapshots" ->
          oneOf(value, Set.of("true", "true_with_seqno_advanced"));
      case "v7_dcp_status_codes" -> oneOf(value, Set.of("true"));
      default -> throw StatusException.of(Status.EINVAL);
    }
  }

  private static boolean flag(String value) {
    oneOf(value, Set.of("true", "false"));
    return value.equals("true");
  }

  private static void oneOf(String value, Set<String> allowed) {
    if (!allowed.contains(value)) {
      throw StatusException.of(Status.EINVAL);
    }
  }

  private static long number(String value, long min, long max) {
    try {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw StatusException.of(Status.EINVAL);
    }
    throw StatusException.of(Status.EINVAL);
  }

  /**
   * Opens a stream, unless the client must go back first.
   *
   * @throws StatusException if the request is refused
   */
  public Answer requestStream(StreamRequest request) {
    if (request.vbucket() >= streams.length) {
      throw StatusException.of(Status.NOT_MY_VBUCKET);
    }
    if (request.has(StreamRequest.TAKEOVER)) {
      throw StatusException.of(Status.NOT_SUPPORTED);
    }
    if (streams[request.vbucket()] != null) {
      throw StatusException.of(Status.KEY_EEXISTS);
    }
    if (!noopEnabled && (options.xattrs() || !request.filter().isEmpty())) {
      // As the real server: who knows of these features is to prove that it is alive.
      throw StatusException.of(Status.NOT_SUPPORTED);
    }
    StreamFilter filter =
        options.collections()
            ? StreamFilter.parse(request.filter(), bucket.manifest())
            : StreamFilter.defaultCollection(bucket.manifest());
    VBucket vbucket = bucket.vbucket(request.vbucket());
    Admission admission = new Admission(vbucket, request, filter);
    DcpStream stream = vbucket.follow(admission::decide);
    if (stream == null) {
      return new Answer.Rollback(admission.rollback);
    }
    streams[request.vbucket()] = stream;
    turns.add(stream);
    return new Answer.Accepted(admission.failoverLog);
  }

  /** Decides on a stream request while the vbucket stands still. */
  private final class Admission {
    private final VBucket vbucket;
    private final StreamRequest request;
    private final StreamFilter filter;
    private FailoverLog failoverLog;
    private long rollback;

    Admission(VBucket vbucket, StreamRequest request, StreamFilter filter) {
      this.vbucket = vbucket;
      this.request = request;
      this.filter = filter;
      this.failoverLog = vbucket.position().failoverLog();
    }

    @Nullable DcpStream decide(VBucket.Position position) {
      if (vbucket.state() != VBucketState.ACTIVE) {
        throw StatusException.of(Status.NOT_MY_VBUCKET);
      }
      failoverLog = position.failoverLog();
      FailoverLog.Position from = from(position);
      requireRange(from, request.endSeqno());
      long purged = request.has(StreamRequest.IGNORE_PURGED_TOMBSTONES) ? 0 : position.purgeSeqno();
      OptionalLong back =
          failoverLog.rollback(
              from,
              position.highSeqno(),
              purged,
              request.has(StreamRequest.STRICT_VBUUID)
                  ? FailoverLog.UuidMatch.STRICT
                  : FailoverLog.UuidMatch.LENIENT_AT_ZERO);
      if (back.isPresent()) {
        rollback = back.getAsLong();
        return null;
      }
      long end = end(position);
      requireRange(from, end);
      DcpStream.Source source =
          from.seqno() == 0 || from.seqno() < position.memoryFloor()
              ? DcpStream.Source.DISK
              : DcpStream.Source.MEMORY;
      long last = end < 0 ? Long.MAX_VALUE : end;
      return new DcpStream(vbucket, request.opaque(), filter, from, last, source, DcpProducer.this);
    }

    private FailoverLog.Position from(VBucket.Position position) {
      if (!request.has(StreamRequest.FROM_LATEST)) {
        return request.from();
      }
      long high = position.highSeqno();
      long vbuuid = request.from().vbuuid();
      return new FailoverLog.Position(
          vbuuid == 0 ? failoverLog.vbuuid() : vbuuid, high, high, high);
    }

    private long end(VBucket.Position position) {
      if (request.has(StreamRequest.DISK_ONLY)) {
        return position.persistedSeqno();
      }
      return request.has(StreamRequest.TO_LATEST) ? filter.highSeqno(vbucket) : request.endSeqno();
    }

    private static void requireRange(FailoverLog.Position from, long end) {
      if (Long.compareUnsigned(from.seqno(), end) > 0
          || Long.compareUnsigned(from.snapshotStart(), from.seqno()) > 0
          || Long.compareUnsigned(from.seqno(), from.snapshotEnd()) > 0) {
        throw StatusException.of(Status.ERANGE);
      }
    }
  }

  /**
   * Closes a stream at the client's wish.
   *
   * @throws StatusException {@link Status#KEY_ENOENT} if there is none
   */
  public void closeStream(int vbucket) {
    DcpStream stream = vbucket < streams.length ? streams[vbucket] : null;
    if (stream == null) {
      throw StatusException.of(Status.KEY_ENOENT);
    }
    if (options.endOnClose()) {
      stream.closeWith(StreamEndReason.CLOSED);
    } else {
      forget(stream);
      stream.release();
    }
  }

  private void forget(DcpStream stream) {
    streams[stream.vbucket()] = null;
    turns.remove(stream);
  }

  /** The client has consumed this many bytes of messages. */
  public void acknowledge(long bytes) {
    out.acknowledge(bytes);
  }

  /** The client sent something: it is alive. */
  public void heard() {
    lastHeardNanos = System.nanoTime();
  }

  @Override
  public void ready(DcpStream stream) {
    signals.add(stream);
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      channel.eventLoop().execute(this::pump);
    }
  }

  /** Sends what can be sent now. */
  public void pump() {
    if (closed) {
      return;
    }
    scheduled.set(false);
    for (DcpStream stream = signals.poll(); stream != null; stream = signals.poll()) {
      if (streams[stream.vbucket()] == stream) {
        turns.add(stream);
      }
    }
    while (!turns.isEmpty() && out.hasRoom()) {
      DcpStream stream = turns.iterator().next();
      switch (stream.send(out, options)) {
        case MORE -> {
          // To the end of the queue, which outlives this call: a small window starves nobody.
          turns.remove(stream);
          turns.add(stream);
        }
        case IDLE -> turns.remove(stream);
        case ENDED -> forget(stream);
        case BLOCKED -> {}
      }
    }
    out.flush();
  }

  private void scheduleNoop() {
    if (noopTimer != null) {
      noopTimer.cancel(false);
      noopTimer = null;
    }
    if (noopEnabled) {
      noopTimer =
          channel
              .eventLoop()
              .scheduleAtFixedRate(this::noop, noopSeconds, noopSeconds, TimeUnit.SECONDS);
    }
  }

  private void noop() {
    if (System.nanoTime() - lastHeardNanos > IDLE_TIMEOUT_NANOS) {
      channel.close();
      return;
    }
    out.noop(++noopOpaque);
    out.flush();
  }

  /** Ends everything: the connection is gone. */
  public void close() {
    closed = true;
    noopEnabled = false;
    scheduleNoop();
    for (DcpStream stream : streams) {
      if (stream != null) {
        stream.release();
      }
    }
    out.release();
  }
}
