package io.channelindex.embedded.connection;

import io.channelindex.embedded.dcp.DcpOptions;
import io.channelindex.embedded.dcp.DcpProducer;
import io.channelindex.embedded.dcp.MessageInterceptor;
import io.channelindex.embedded.dcp.StreamRequest;
import io.channelindex.embedded.engine.FailoverLog;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The change protocol's requests; what streams is {@link DcpProducer}'s. */
final class DcpCommands {
  private static final int OPEN_EXTRAS = 8;
  private static final int STREAM_REQUEST_EXTRAS = 48;
  private static final int MAX_NAME_LENGTH = 200;

  private final Session session;
  private final ResponseWriter responses;
  private final Duration idleTimeout;
  private MessageInterceptor interceptor = MessageInterceptor.NONE;
  private @Nullable DcpProducer producer;

  /**
   * The requests of one connection.
   *
   * @param idleTimeout how long a client that enabled noops may say nothing
   */
  DcpCommands(Session session, Duration idleTimeout) {
    this.session = session;
    this.responses = session.responses();
    this.idleTimeout = idleTimeout;
  }

  /** Shows the messages of all streams to {@code value}. */
  void interceptWith(MessageInterceptor value) {
    interceptor = value;
  }

  /** The connection's producer, or null if it was not opened for DCP. */
  @Nullable DcpProducer producer() {
    return producer;
  }

  /** The client answered something that the server asked. */
  void answered() {
    if (producer != null) {
      producer.answered();
    }
  }

  private void heard() {
    if (producer != null) {
      producer.heard();
    }
  }

  /** Opens the connection for DCP; returns the name that the client gave it. */
  String open(Request request) {
    int nameLength = request.keyLength();
    if (request.extrasLength() != OPEN_EXTRAS || nameLength == 0 || nameLength > MAX_NAME_LENGTH) {
      throw StatusException.of(Status.EINVAL);
    }
    if (session.has(Feature.UNORDERED_EXECUTION)) {
      throw StatusException.of(Status.NOT_SUPPORTED);
    }
    if (producer != null || !isEmptyObject(request)) {
      throw StatusException.of(Status.EINVAL);
    }
    int flags = request.extrasInt(Integer.BYTES);
    if ((flags & DcpOptions.OPEN_PRODUCER) == 0) {
      // A consumer of this node's would be another node.
      throw StatusException.of(Status.NOT_SUPPORTED);
    }
    DcpProducer opened =
        new DcpProducer(
            session.channel(),
            session.bucket(),
            request.keyText(),
            DcpOptions.opened(flags, session.hasCollections()),
            session.has(Feature.SNAPPY),
            idleTimeout);
    opened.interceptWith(interceptor);
    producer = opened;
    responses.success();
    return opened.name();
  }

  /** A producer has nothing to be told in the value, which has to be JSON all the same. */
  private static boolean isEmptyObject(Request request) {
    return request.valueLength() == 0
        ? request.datatype() == Datatype.RAW
        : request.datatype() == Datatype.JSON
            && request.valueText().replaceAll("\\s", "").equals("{}");
  }

  void handle(Opcode opcode, Request request) {
    heard();
    switch (opcode) {
      case DCP_FAILOVER_LOG -> {
        requireProducer();
        failoverLog(request);
      }
      case DCP_CONTROL -> {
        requireProducer().control(request.keyText(), request.valueText());
        responses.success();
      }
      case DCP_STREAM_REQUEST -> requestStream(request);
      case DCP_CLOSE_STREAM -> {
        requireProducer().closeStream(request.vbucket(), request.streamId());
        responses.success();
      }
      // The client never waits for an answer to an acknowledgement, and gets none.
      case DCP_BUFFER_ACKNOWLEDGEMENT -> acknowledge(request);
      case DCP_NOOP -> {
        requireProducer();
        responses.success();
      }
      case GET_FAILOVER_LOG -> failoverLog(request);
      default -> throw StatusException.of(Status.UNKNOWN_COMMAND);
    }
  }

  private DcpProducer requireProducer() {
    if (producer == null) {
      throw StatusException.of(Status.EINVAL);
    }
    return producer;
  }

  private void acknowledge(Request request) {
    if (request.extrasLength() != Integer.BYTES) {
      throw StatusException.of(Status.EINVAL);
    }
    requireProducer().acknowledge(Integer.toUnsignedLong(request.extrasInt(0)));
  }

  private void failoverLog(Request request) {
    sendFailoverLog(session.copy(request.vbucket()).position().failoverLog());
  }

  private void requestStream(Request request) {
    if (request.extrasLength() != STREAM_REQUEST_EXTRAS || request.keyLength() != 0) {
      throw StatusException.of(Status.EINVAL);
    }
    FailoverLog.Position from =
        new FailoverLog.Position(
            request.extrasLong(24),
            request.extrasLong(8),
            request.extrasLong(32),
            request.extrasLong(40));
    StreamRequest stream =
        new StreamRequest(
            request.vbucket(),
            request.opaque(),
            request.extrasInt(0),
            request.extrasLong(16),
            from,
            request.valueText());
    DcpProducer.Answer answer = requireProducer().requestStream(stream);
    if (answer instanceof DcpProducer.Answer.Rollback rollback) {
      responses.header(Status.ROLLBACK, Datatype.RAW, 0, Long.BYTES, 0).writeLong(rollback.seqno());
    } else if (answer instanceof DcpProducer.Answer.Accepted accepted) {
      sendFailoverLog(accepted.failoverLog());
    }
  }

  private void sendFailoverLog(FailoverLog log) {
    int length = log.branches().size() * 2 * Long.BYTES;
    ByteBuf out = responses.header(Status.SUCCESS, Datatype.RAW, 0, length, 0);
    for (FailoverLog.Branch branch : log.branches()) {
      out.writeLong(branch.vbuuid()).writeLong(branch.seqno());
    }
  }
}
