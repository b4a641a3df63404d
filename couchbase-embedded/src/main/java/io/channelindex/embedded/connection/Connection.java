package io.channelindex.embedded.connection;

import io.channelindex.embedded.cluster.NodeState;
import io.channelindex.embedded.dcp.DcpProducer;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Limits;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.FrameHeader;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.channelindex.embedded.subdoc.SubdocException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection: cuts the byte stream into frames, runs each where it stands, and sends the
 * answers when there is nothing more to read.
 *
 * <p>A frame that no client of good will sends (unknown magic, lengths that do not fit, a body
 * beyond {@link Limits#FRAME_BODY}) closes the connection: there is no telling where the next frame
 * begins. Everything else is answered with a status. While the client does not read its answers,
 * its requests are not read either.
 */
// A write or close that fails ends in exceptionCaught and channelInactive, where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connection extends ByteToMessageDecoder implements ConnectionFaults.Executor {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  /** Nobody has a reason to send more before authenticating; as on the real server. */
  private static final int UNAUTHENTICATED_FRAME_BODY = 16 * 1024 - FrameHeader.LENGTH;

  private static final int CLUSTERMAP_CHANGE_NOTIFICATION = 0x01;

  /** A read buffer that is larger, and almost empty, is given back between reads. */
  private static final int LARGE_READ_BUFFER = 256 * 1024;

  private final Channel channel;
  private final KvService service;
  private final Session session;
  private final ResponseWriter responses;
  private final Request request = new Request();
  private final SessionCommands sessionCommands;
  private final DocumentCommands documentCommands;
  private final SubdocCommands subdocCommands;
  private final VbucketCommands vbucketCommands;
  private final StatisticsCommand statisticsCommand;
  private final DcpCommands dcpCommands;
  private final ConnectionFaults faults;
  private boolean notificationDue;
  private boolean stopped;
  private @Nullable DelayLine delayLine;

  Connection(Channel channel, KvService service) {
    this.channel = channel;
    this.service = service;
    this.session = new Session(channel, service.nextOrdinal());
    this.responses = session.responses();
    this.sessionCommands = new SessionCommands(session, service);
    this.documentCommands = new DocumentCommands(session);
    this.subdocCommands = new SubdocCommands(session);
    this.vbucketCommands = new VbucketCommands(session);
    this.statisticsCommand = new StatisticsCommand(session, service);
    this.dcpCommands = new DcpCommands(session, service.dcpIdleTimeout());
    this.faults =
        new ConnectionFaults(session, service, request, this, dcpCommands::producer, this::resume);
    dcpCommands.interceptWith(faults);
    setCumulator(MERGE_CUMULATOR);
    session.waiting().onAnswered(this::resume);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    service.opened(this);
    adaptNow();
    context.fireChannelActive();
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (in.readableBytes() < FrameHeader.LENGTH) {
      return;
    }
    if (!channel.isWritable() || session.isHeldBack() || faults.isReadingHeld()) {
      channel.config().setAutoRead(false);
      return;
    }
    int start = in.readerIndex();
    byte magic = in.getByte(start);
    int bodyLength = in.getInt(start + FrameHeader.BODY_LENGTH);
    int limit = session.isAuthenticated() ? Limits.FRAME_BODY : UNAUTHENTICATED_FRAME_BODY;
    if (!isClientMagic(magic) || bodyLength < 0 || bodyLength > limit) {
      refuse(
          in, "magic=" + (magic & 0xff) + ", bodyLength=" + Integer.toUnsignedString(bodyLength));
      return;
    }
    if (in.readableBytes() < FrameHeader.LENGTH + bodyLength) {
      return;
    }
    if (!request.moveTo(in, start)) {
      refuse(in, "lengths of extras and key exceed bodyLength=" + bodyLength);
      return;
    }
    int length = FrameHeader.LENGTH + bodyLength;
    if (magic == FrameHeader.MAGIC_RESPONSE || magic == FrameHeader.MAGIC_CLIENT_RESPONSE) {
      // The client answers what the server asked: a DCP noop, or a notification.
      in.skipBytes(length);
      dcpCommands.answered();
    } else if (!faults.areRequestsTaken()) {
      in.skipBytes(length);
      execute();
    } else if (faults.take(in.slice(start, length))) {
      in.skipBytes(length);
    }
  }

  private static boolean isClientMagic(byte magic) {
    return magic == FrameHeader.MAGIC_REQUEST
        || magic == FrameHeader.MAGIC_FLEXIBLE_REQUEST
        || magic == FrameHeader.MAGIC_RESPONSE
        || magic == FrameHeader.MAGIC_CLIENT_RESPONSE;
  }

  private void refuse(ByteBuf in, String why) {
    LOG.info("Closing connection of {}: malformed frame, {}", channel.remoteAddress(), why);
    in.skipBytes(in.readableBytes());
    responses.flush();
    channel.close();
  }

  @Override
  public void execute(ByteBuf frame) {
    request.moveTo(frame, 0);
    execute();
    responses.flush();
  }

  @Override
  public void answer(int status) {
    responses.begin(request);
    Status known = Status.of(status);
    if (known == null) {
      responses.status(status);
    } else {
      refuse(Opcode.of(request.opcode()), known);
    }
  }

  @Override
  public void execute() {
    responses.begin(request);
    Opcode opcode = Opcode.of(request.opcode());
    try {
      if (!session.isAuthenticated() && !SessionCommands.isAllowedUnauthenticated(opcode)) {
        throw StatusException.of(Status.EACCESS);
      }
      if (opcode == null) {
        throw StatusException.of(Status.UNKNOWN_COMMAND);
      }
      if (!RequestShape.of(opcode).admits(request) || !session.canRead(request.datatype())) {
        throw StatusException.of(Status.EINVAL);
      }
      if (request.hasFrameInfos()) {
        request.readFrameInfos(opcode);
      }
      run(opcode);
    } catch (StatusException e) {
      refuse(opcode, e.status());
    } catch (SubdocException e) {
      refuse(opcode, e.status());
    } catch (RuntimeException e) {
      LOG.error("Command failed: opcode={}, connection={}", opcode, channel, e);
      responses.status(Status.EINTERNAL);
    }
  }

  private void run(Opcode opcode) {
    switch (opcode) {
      case GET,
          SET,
          ADD,
          REPLACE,
          DELETE,
          APPEND,
          PREPEND,
          INCREMENT,
          DECREMENT,
          TOUCH,
          GET_AND_TOUCH,
          GET_AND_LOCK,
          UNLOCK,
          GET_META,
          GET_REPLICA -> {
        requireWarm();
        documentCommands.handle(opcode, request);
      }
      case SUBDOC_GET,
          SUBDOC_EXISTS,
          SUBDOC_DICT_ADD,
          SUBDOC_DICT_UPSERT,
          SUBDOC_DELETE,
          SUBDOC_REPLACE,
          SUBDOC_ARRAY_PUSH_LAST,
          SUBDOC_ARRAY_PUSH_FIRST,
          SUBDOC_ARRAY_INSERT,
          SUBDOC_ARRAY_ADD_UNIQUE,
          SUBDOC_COUNTER,
          SUBDOC_MULTI_LOOKUP,
          SUBDOC_MULTI_MUTATION,
          SUBDOC_GET_COUNT,
          SUBDOC_REPLACE_BODY_WITH_XATTR -> {
        requireWarm();
        subdocCommands.handle(opcode, request);
      }
      case DCP_OPEN -> service.named(session.bucket().name(), dcpCommands.open(request), this);
      case DCP_CONTROL,
          DCP_STREAM_REQUEST,
          DCP_CLOSE_STREAM,
          DCP_FAILOVER_LOG,
          DCP_BUFFER_ACKNOWLEDGEMENT,
          DCP_NOOP,
          GET_FAILOVER_LOG ->
          dcpCommands.handle(opcode, request);
      case OBSERVE, OBSERVE_SEQNO, GET_ALL_VBUCKET_SEQNOS, GET_RANDOM_KEY ->
          vbucketCommands.handle(opcode, request);
      case STAT -> statisticsCommand.handle(request);
      case QUIT -> {
        responses.success();
        responses.flush();
        channel.close();
      }
      default -> sessionCommands.handle(opcode, request);
    }
  }

  /** As the server's {@code isDegradedMode}: what is not in memory yet may be there later. */
  private void requireWarm() {
    if (service.node().state() == NodeState.WARMING_UP) {
      throw StatusException.of(Status.ETMPFAIL);
    }
  }

  private void refuse(@Nullable Opcode opcode, Status status) {
    switch (status) {
      case NOT_MY_VBUCKET -> sessionCommands.sendConfig(status);
      case UNKNOWN_COLLECTION, UNKNOWN_SCOPE -> sessionCommands.sendUnknownCollection(status);
      case LOCKED, NOT_LOCKED -> responses.status(lockStatus(opcode, status));
      case EACCESS -> responses.error(status, "Not authenticated");
      case NO_BUCKET -> responses.error(status, "No bucket selected");
      default -> responses.status(status);
    }
  }

  /** Clients that do not read extended errors know neither of the two lock statuses. */
  private Status lockStatus(@Nullable Opcode opcode, Status status) {
    if (session.has(Feature.XERROR)) {
      return status;
    }
    boolean ofLock = opcode == Opcode.GET_AND_LOCK || opcode == Opcode.UNLOCK;
    return ofLock ? Status.ETMPFAIL : Status.KEY_EEXISTS;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    giveBackLargeBuffer(context);
    if (channel.config().isAutoRead()) {
      super.channelReadComplete(context);
    } else {
      // The decoder would read on, because no message came out of it.
      discardSomeReadBytes();
      context.fireChannelReadComplete();
    }
    sendAll();
  }

  /** The beginning of the next frame would keep the whole buffer that a large one needed. */
  private void giveBackLargeBuffer(ChannelHandlerContext context) throws Exception {
    ByteBuf buffer = internalBuffer();
    int left = buffer.readableBytes();
    if (left > 0 && buffer.capacity() > LARGE_READ_BUFFER && left < buffer.capacity() / 4) {
      channelRead(context, buffer.readBytes(left));
    }
  }

  private void sendAll() {
    responses.flush();
    DcpProducer producer = dcpCommands.producer();
    if (producer != null) {
      producer.pump();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
    if (channel.isWritable()) {
      channel.eventLoop().execute(this::resume);
    }
    super.channelWritabilityChanged(context);
  }

  /** Goes on where a full socket or a fault made the connection stop. */
  private void resume() {
    if (!channel.isActive() || !channel.isWritable() || faults.isReadingHeld()) {
      return;
    }
    ChannelHandlerContext context = channel.pipeline().context(this);
    if (!channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
      try {
        channelRead(context, Unpooled.EMPTY_BUFFER);
      } catch (Exception e) {
        exceptionCaught(context, e);
      }
    }
    Bucket bucket = session.selectedBucket();
    if (notificationDue && bucket != null) {
      sendNotification(bucket);
    }
    sendAll();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    service.closed(this);
    faults.release();
    DcpProducer producer = dcpCommands.producer();
    if (producer != null) {
      producer.close();
    }
    responses.release();
    super.channelInactive(context);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("Connection of {} broke", channel.remoteAddress(), cause);
    } else {
      LOG.error("Closing connection of {}", channel.remoteAddress(), cause);
    }
    channel.close();
  }

  /** Ends what faults hold up. Thread-safe. */
  void release() {
    channel.eventLoop().execute(faults::release);
  }

  /** Closes the connection. Thread-safe. */
  void close() {
    channel.close();
  }

  /** Done when the connection is closed. */
  Future<?> closed() {
    return channel.closeFuture();
  }

  /** Does what the service does now: stands still or not, is far away or not. Thread-safe. */
  Future<?> adapt() {
    return channel.eventLoop().submit(this::adaptNow);
  }

  private void adaptNow() {
    if (delayLine == null && service.delayNanos() > 0 && channel.isActive()) {
      delayLine = new DelayLine();
      channel.pipeline().addBefore(channel.pipeline().context(this).name(), null, delayLine);
    }
    if (delayLine != null) {
      delayLine.delay(service.delayNanos());
    }
    if (stopped != service.isStopped()) {
      stopped = !stopped;
      if (stopped) {
        faults.stop();
      } else {
        faults.goOn();
      }
    }
  }

  /** Closes the connection if it selected {@code bucket}. Thread-safe. */
  void closeIfUsing(Bucket bucket) {
    channel
        .eventLoop()
        .execute(
            () -> {
              if (session.selectedBucket() == bucket) {
                channel.close();
              }
            });
  }

  /** Tells the client that its configuration changed, if it asked to be told. Thread-safe. */
  void announceConfig(Bucket bucket) {
    channel.eventLoop().execute(() -> sendNotification(bucket));
  }

  private void sendNotification(Bucket bucket) {
    boolean brief = session.has(Feature.CLUSTERMAP_CHANGE_NOTIFICATION_BRIEF);
    boolean full = session.has(Feature.CLUSTERMAP_CHANGE_NOTIFICATION);
    if (!channel.isActive()
        || !session.isAuthenticated()
        || !session.has(Feature.DUPLEX)
        || !(brief || full)
        || session.selectedBucket() != bucket) {
      return;
    }
    // Only the newest configuration counts: who does not read is told of it when he does.
    notificationDue = stopped || !channel.isWritable();
    if (notificationDue) {
      return;
    }
    byte[] extras =
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(service.node().cluster().revisionEpoch())
            .putLong(service.node().cluster().revision())
            .array();
    byte[] value = brief ? new byte[0] : service.config().of(bucket);
    responses.serverRequest(
        CLUSTERMAP_CHANGE_NOTIFICATION, extras, SessionCommands.utf8(bucket.name()), value);
    responses.flush();
  }
}
