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
import org.jspecify.annotations.Nullable;

/** The change protocol's requests; what streams is {@link DcpProducer}'s. */
final class DcpCommands {
  private static final int OPEN_EXTRAS = 8;
  private static final int STREAM_REQUEST_EXTRAS = 48;
  private static final int MAX_NAME_LENGTH = 200;

  private final Session session;
  private final ResponseWriter responses;
  private MessageInterceptor interceptor = MessageInterceptor.NONE;
  private @Nullable DcpProducer producer;

  DcpCommands(Session session) {
    this.session = session;
    this.responses = session.responses();
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
  void heard() {
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
    int flags = request.extrasInt(Integer.BYTES);
    if ((flags & DcpOptions.OPEN_PRODUCER) == 0) {
      // A consumer of this node's would be another node.
      throw StatusException.of(Status.NOT_SUPPORTED);
    }
    if (producer != null) {
      producer.close();
    }
    DcpProducer opened =
        new DcpProducer(
            session.channel(),
            session.bucket(),
            request.keyText(),
            DcpOptions.opened(flags, session.hasCollections()),
            session.has(Feature.SNAPPY));
    opened.interceptWith(interceptor);
    producer = opened;
    responses.success();
    return opened.name();
  }

  void handle(Opcode opcode, Request request) {
    heard();
    switch (opcode) {
      case DCP_FAILOVER_LOG -> failoverLog(request);
      case DCP_CONTROL -> {
        requireProducer().control(request.keyText(), request.valueText());
        responses.success();
      }
      case DCP_STREAM_REQUEST -> requestStream(request);
      case DCP_CLOSE_STREAM -> {
        requireProducer().closeStream(request.vbucket());
        responses.success();
      }
      // The client never waits for an answer to an acknowledgement, and gets none.
      case DCP_BUFFER_ACKNOWLEDGEMENT -> acknowledge(request);
      case DCP_NOOP -> responses.success();
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
    sendFailoverLog(session.vbucket(request).position().failoverLog());
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
