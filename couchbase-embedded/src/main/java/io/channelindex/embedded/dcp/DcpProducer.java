package io.channelindex.embedded.dcp;

import io.channelindex.embedded.dcp.DcpOptions.Option;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.FailoverLog;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.VBucketState;
import io.channelindex.embedded.protocol.Status;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
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
  private static final long NOOP_MIN_MILLIS = 100;
  private static final long NOOP_MAX_MILLIS = 10_800_000;
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
  private final Map<StreamKey, DcpStream> streams = new HashMap<>();
  private final Set<DcpStream> turns = new LinkedHashSet<>();
  private final Queue<DcpStream> signals = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private DcpOptions options;
  private final boolean snappy;
  private final Liveness liveness;
  private boolean closed;

  private record StreamKey(int vbucket, int id) {
    static StreamKey of(DcpStream stream) {
      return new StreamKey(stream.vbucket(), stream.id());
    }
  }

  /**
   * A producer without streams.
   *
   * @param name what the client calls this connection
   * @param snappy whether the client can read snappy values
   * @param idleTimeout how long a client that enabled noops may say nothing
   */
  public DcpProducer(
      Channel channel,
      Bucket bucket,
      String name,
      DcpOptions options,
      boolean snappy,
      Duration idleTimeout) {
    this.channel = channel;
    this.bucket = bucket;
    this.name = name;
    this.options = options;
    this.snappy = snappy;
    this.out = new MessageWriter(channel);
    this.liveness = new Liveness(channel.eventLoop(), idleTimeout, this::sendNoop, channel::close);
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
   * @throws StatusException {@link Status#EINVAL} if the key is unknown or the value not allowed,
   *     {@link Status#NOT_SUPPORTED} for what this node cannot do
   */
  public void control(String key, String value) {
    switch (key) {
      case "connection_buffer_size" ->
          out.setWindow(ControlValues.number(value, 0, WINDOW_MAX_BYTES));
      case "enable_noop" -> liveness.enable(ControlValues.isOn(value));
      case "set_noop_interval" ->
          liveness.setIntervalMillis(ControlValues.millis(value, NOOP_MIN_MILLIS, NOOP_MAX_MILLIS));
      case "force_value_compression" -> {
        require(snappy, Status.EINVAL);
        set(Option.COMPRESSION, ControlValues.isOn(value));
      }
      case "enable_expiry_opcode" ->
          set(Option.EXPIRATIONS, ControlValues.isOn(value) && options.has(Option.DELETE_TIMES));
      case "send_stream_end_on_client_close_stream" -> enable(Option.END_ON_CLOSE, value);
      case "enable_stream_id" -> {
        ControlValues.requireOneOf(value, "true");
        enable(Option.STREAM_IDS, value);
      }
      case "max_marker_version" -> {
        ControlValues.requireOneOf(value, "2.2");
        require(options.has(Option.COLLECTIONS), Status.NOT_SUPPORTED);
        set(Option.PURGE_SEQNO_IN_MARKER, true);
      }
      case "include_deleted_user_xattrs" ->
          // Only tells whether the connection was opened so.
          require(
              ControlValues.isOn(value) && options.has(Option.DELETED_USER_XATTRS), Status.EINVAL);
      default -> promise(key, value);
    }
  }

  /** Nothing is ever dropped, reordered or prioritized here: these promise what already holds. */
  private static void promise(String key, String value) {
    switch (key) {
      case "supports_cursor_dropping", "supports_cursor_dropping_vulcan", "supports_hifi_MFU" -> {}
      case "set_priority" -> ControlValues.requireOneOf(value, "low", "medium", "high");
      case "backfill_order" -> ControlValues.requireOneOf(value, "round-robin", "sequential");
      case "enable_out_of_order_snapshots" ->
          ControlValues.requireOneOf(value, "true", "true_with_seqno_advanced");
      case "v7_dcp_status_codes" -> ControlValues.requireOneOf(value, "true");
      // Flow control of single streams is long gone; the others are for replicas and for a storage
      // that keeps old versions.
      case "stream_buffer_size", "enable_sync_writes", "change_streams" ->
          throw StatusException.of(Status.NOT_SUPPORTED);
      default -> throw StatusException.of(Status.EINVAL);
    }
  }

  private void set(Option option, boolean enabled) {
    options = options.with(option, enabled);
  }

  /** Switches on what cannot be switched off again. */
  private void enable(Option option, String value) {
    if (ControlValues.isOn(value)) {
      set(option, true);
    }
  }

  private static void require(boolean condition, Status refusal) {
    if (!condition) {
      throw StatusException.of(refusal);
    }
  }

  /**
   * Opens a stream, unless the client must go back first.
   *
   * @throws StatusException if the request is refused
   */
  public Answer requestStream(StreamRequest request) {
    require((request.flags() & ~StreamRequest.KNOWN_FLAGS) == 0, Status.EINVAL);
    require(request.filter().isEmpty() || options.has(Option.COLLECTIONS), Status.EINVAL);
    require(request.vbucket() < bucket.vbucketCount(), Status.NOT_MY_VBUCKET);
    require(!request.has(StreamRequest.TAKEOVER), Status.NOT_SUPPORTED);
    // As the real server: who knows of these features is to prove that it is alive.
    require(
        liveness.isEnabled() || !(options.has(Option.XATTRS) || !request.filter().isEmpty()),
        Status.NOT_SUPPORTED);
    StreamValue value = StreamValue.parse(request.filter(), options, bucket.manifest());
    StreamKey key = new StreamKey(request.vbucket(), value.id());
    require(!streams.containsKey(key), Status.KEY_EEXISTS);
    VBucket vbucket = bucket.vbucket(request.vbucket());
    Admission admission = new Admission(vbucket, request, value);
    DcpStream stream = vbucket.follow(admission::decide);
    if (stream == null) {
      return new Answer.Rollback(admission.rollback);
    }
    streams.put(key, stream);
    turns.add(stream);
    return new Answer.Accepted(admission.failoverLog);
  }

  /** Decides on a stream request while the vbucket stands still. */
  private final class Admission {
    private final VBucket vbucket;
    private final StreamRequest request;
    private final StreamValue value;
    private FailoverLog failoverLog;
    private long rollback;

    Admission(VBucket vbucket, StreamRequest request, StreamValue value) {
      this.vbucket = vbucket;
      this.request = request;
      this.value = value;
      this.failoverLog = vbucket.position().failoverLog();
    }

    @Nullable DcpStream decide(VBucket.Position position) {
      if (vbucket.state() != VBucketState.ACTIVE) {
        throw StatusException.of(Status.NOT_MY_VBUCKET);
      }
      failoverLog = position.failoverLog();
      FailoverLog.Position from = from(position);
      requireRange(from, request.endSeqno());
      OptionalLong back =
          failoverLog.rollback(
              from,
              position.highSeqno(),
              purgeSeqno(position, from),
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
      return new DcpStream(
          vbucket,
          value.id(),
          request.opaque(),
          value.filter(),
          from,
          last,
          source,
          DcpProducer.this);
    }

    /** The purge seqno as far as it concerns this client; 0 if it has missed nothing. */
    private long purgeSeqno(VBucket.Position position, FailoverLog.Position from) {
      long purged = position.purgeSeqno();
      if (request.has(StreamRequest.IGNORE_PURGED_TOMBSTONES) || value.purgeSeqno() == purged) {
        return 0;
      }
      OptionalLong shown = value.filter().partialHighSeqno(vbucket);
      boolean sawAll =
          shown.isPresent()
              && Long.compareUnsigned(from.seqno(), shown.getAsLong()) >= 0
              && shown.getAsLong() <= purged;
      return sawAll ? 0 : purged;
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
      return request.has(StreamRequest.TO_LATEST)
          ? value.filter().highSeqno(vbucket)
          : request.endSeqno();
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
   * @param id of the stream, 0 if the request has none
   * @throws StatusException {@link Status#KEY_ENOENT} if there is none, {@link
   *     Status#DCP_STREAMID_INVALID} if an id is missing, not used here, or another one
   */
  public void closeStream(int vbucket, int id) {
    require((id != 0) == options.has(Option.STREAM_IDS), Status.DCP_STREAMID_INVALID);
    DcpStream stream = streams.get(new StreamKey(vbucket, id));
    if (stream == null) {
      boolean others = streams.keySet().stream().anyMatch(key -> key.vbucket() == vbucket);
      throw StatusException.of(others ? Status.DCP_STREAMID_INVALID : Status.KEY_ENOENT);
    }
    if (options.has(Option.END_ON_CLOSE)) {
      stream.closeWith(StreamEndReason.CLOSED);
    } else {
      forget(stream);
      stream.release();
    }
  }

  private void forget(DcpStream stream) {
    streams.remove(StreamKey.of(stream));
    turns.remove(stream);
  }

  /** The client has consumed this many bytes of messages. */
  public void acknowledge(long bytes) {
    out.acknowledge(bytes);
  }

  /** The client sent something: it is alive. */
  public void heard() {
    liveness.heard();
  }

  /** The client answered a noop: it is alive. */
  public void answered() {
    liveness.answered();
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
      if (stream.isOpen()) {
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

  private void sendNoop(int opaque) {
    out.noop(opaque);
    out.flush();
  }

  /** Ends everything: the connection is gone. */
  public void close() {
    closed = true;
    liveness.enable(false);
    streams.values().forEach(DcpStream::release);
    out.release();
  }
}
