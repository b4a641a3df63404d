package io.channelindex.embedded.connection;

import io.channelindex.embedded.dcp.DcpProducer;
import io.channelindex.embedded.dcp.MessageInterceptor;
import io.channelindex.embedded.dcp.StreamEndReason;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.Loss;
import io.channelindex.embedded.fault.FaultAction;
import io.channelindex.embedded.fault.FaultInjector;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Does to one connection what the node's fault plan says. Lives on the connection's event loop.
 *
 * <p>A request that is late is either overtaken, where the client agreed on unordered execution: it
 * is copied and executed, or its answer is kept and sent, when its time has come. Or the connection
 * stops before it, and goes on with it. The real server orders the same way: see {@code
 * is_reorder_supported} and {@code Cookie::validate} in kv_engine.
 */
// A write or close that fails ends in exceptionCaught and channelInactive, where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class ConnectionFaults implements MessageInterceptor {
  /** What the real server reorders, beside everything sub-document. */
  private static final Set<Opcode> REORDERABLE =
      EnumSet.of(
          Opcode.GET,
          Opcode.SET,
          Opcode.ADD,
          Opcode.REPLACE,
          Opcode.DELETE,
          Opcode.INCREMENT,
          Opcode.DECREMENT,
          Opcode.APPEND,
          Opcode.PREPEND,
          Opcode.TOUCH,
          Opcode.GET_AND_TOUCH,
          Opcode.GET_REPLICA,
          Opcode.GET_AND_LOCK,
          Opcode.UNLOCK);

  /** Executes a request that was decided on; the connection's own part. */
  interface Executor {
    /** Executes the request at hand. */
    void execute();

    /** Executes a request in a buffer of its own. */
    void execute(ByteBuf frame);

    /** Answers the request at hand without executing it. */
    void answer(int status);
  }

  private final Channel channel;
  private final Session session;
  private final KvService service;
  private final Request request;
  private final FaultInjector injector;
  private final RequestSubject subject;
  private final Executor executor;
  private final Supplier<@Nullable DcpProducer> producer;
  private final Holds holds;

  /** Whether the next request was decided on already, when the connection stopped before it. */
  private boolean decided;

  /** Requests that others may overtake. */
  private int underway;

  /** Whether the connection waits for {@link #underway} to become 0. */
  private boolean barrier;

  /** What is left to do when the message at hand was written. */
  private @Nullable FaultAction afterMessage;

  ConnectionFaults(
      Session session,
      KvService service,
      Request request,
      Executor executor,
      Supplier<@Nullable DcpProducer> producer,
      Runnable readAgain) {
    this.channel = session.channel();
    this.session = session;
    this.service = service;
    this.request = request;
    this.injector = service.faults();
    this.subject = new RequestSubject(session, request);
    this.executor = executor;
    this.producer = producer;
    this.holds = new Holds(channel, readAgain);
  }

  /** Whether no request is to be taken up. */
  boolean isReadingHeld() {
    return holds.isReadingHeld();
  }

  /** Whether requests are to be handed to {@link #take}. */
  boolean areRequestsTaken() {
    return injector.isActive() || underway > 0 || decided;
  }

  /** Stands still until {@link #goOn}, whatever the plan does. */
  void stop() {
    holds.stop();
  }

  void goOn() {
    holds.goOn();
  }

  /** Ends everything that holds the connection up. */
  void release() {
    holds.release();
  }

  /**
   * Executes the request at hand with whatever goes wrong with it.
   *
   * @param frame the request's bytes
   * @return false if the connection stops before it: it is to be handed over again later
   */
  boolean take(ByteBuf frame) {
    if (underway > 0 && !isReorderable()) {
      barrier = true;
      holds.holdReading();
      return false;
    }
    FaultAction action = decided ? null : injector.decide(subject);
    decided = false;
    if (action == null || action instanceof FaultAction.MoveClock) {
      executor.execute();
    } else if (action instanceof FaultAction.AnswerWith answer) {
      executor.answer(answer.code());
    } else if (action instanceof FaultAction.DelayExecution execution) {
      return delayExecution(frame, execution.delay());
    } else if (action instanceof FaultAction.StallReading stall) {
      decided = true;
      holds.holdReading(stall.duration());
      return false;
    } else if (action instanceof FaultAction.DelayAnswer answer) {
      delayAnswer(answer.delay());
    } else if (action instanceof FaultAction.StallWriting stall) {
      session.responses().flush();
      holds.holdWriting(stall.duration());
      executor.execute();
    } else if (action instanceof FaultAction.DropAnswer) {
      discard(answer());
    } else if (!(action instanceof FaultAction.DropRequest)) {
      end(action);
    }
    return true;
  }

  /** The actions after which the connection is gone. */
  private void end(FaultAction action) {
    boolean executed =
        !(action instanceof FaultAction.Disconnect disconnect)
            || disconnect.moment() == FaultAction.Moment.AFTER;
    if (executed) {
      ByteBuf answer = answer();
      if (answer != null && action instanceof FaultAction.Cut cut) {
        int length = Math.min(cut.bytes(), answer.readableBytes());
        channel.writeAndFlush(answer.readSlice(length), channel.voidPromise());
      } else {
        discard(answer);
      }
    } else {
      session.responses().flush();
    }
    channel.close();
    if (action instanceof FaultAction.Crash crash) {
      crash(crash.loss());
    }
  }

  private void crash(Loss loss) {
    Bucket bucket = session.selectedBucket();
    if (bucket != null) {
      service.crash(bucket, loss);
    }
  }

  private boolean delayExecution(ByteBuf frame, Duration delay) {
    if (!isReorderable()) {
      decided = true;
      holds.holdReading(Optional.of(delay));
      return false;
    }
    ByteBuf copy = frame.copy();
    underway++;
    holds.later(
        delay,
        () -> {
          if (channel.isActive()) {
            executor.execute(copy);
          }
          copy.release();
          overtakable();
        });
    return true;
  }

  private void delayAnswer(Duration delay) {
    if (!isReorderable()) {
      session.responses().flush();
      holds.holdWriting(Optional.of(delay));
      holds.holdReading(Optional.of(delay));
      executor.execute();
      return;
    }
    ByteBuf answer = answer();
    underway++;
    holds.later(
        delay,
        () -> {
          if (answer != null && channel.isActive()) {
            channel.writeAndFlush(answer, channel.voidPromise());
          } else {
            discard(answer);
          }
          overtakable();
        });
  }

  /** A request that others may have overtaken is done. */
  private void overtakable() {
    underway--;
    if (underway == 0 && barrier) {
      barrier = false;
      holds.endReading();
    }
  }

  private boolean isReorderable() {
    Opcode opcode = Opcode.of(request.opcode());
    return session.has(Feature.UNORDERED_EXECUTION)
        && producer.get() == null
        && opcode != null
        && (opcode.isSubdoc() || REORDERABLE.contains(opcode))
        && !request.isOrdered();
  }

  /** Executes the request at hand and takes what it answers, after all earlier answers are sent. */
  private @Nullable ByteBuf answer() {
    session.responses().divert();
    executor.execute();
    return session.responses().diverted();
  }

  private static void discard(@Nullable ByteBuf answer) {
    if (answer != null) {
      answer.release();
    }
  }

  // Messages of streams.

  @Override
  public boolean isActive() {
    return injector.isActive() || afterMessage != null;
  }

  @Override
  public @Nullable StreamEndReason before(Opcode opcode, int vbucket, @Nullable Item item) {
    FaultAction action = injector.decide(new MessageSubject(session, opcode, vbucket, item));
    if (action == null || action instanceof FaultAction.MoveClock) {
      return null;
    }
    if (action instanceof FaultAction.EndStream end) {
      return end.reason();
    }
    flushMessages();
    if (action instanceof FaultAction.DelayAnswer delay) {
      holds.holdWriting(Optional.of(delay.delay()));
    } else if (action instanceof FaultAction.StallWriting stall) {
      holds.holdWriting(stall.duration());
    } else if (action instanceof FaultAction.StallReading stall) {
      holds.holdReading(stall.duration());
    } else if (action instanceof FaultAction.Disconnect disconnect
        && disconnect.moment() == FaultAction.Moment.BEFORE) {
      channel.close();
    } else {
      afterMessage = action;
    }
    return null;
  }

  @Override
  public void after() {
    FaultAction action = afterMessage;
    if (action == null) {
      return;
    }
    afterMessage = null;
    DcpProducer streams = producer.get();
    if (streams != null && action instanceof FaultAction.Cut cut) {
      streams.cut(cut.bytes());
    }
    flushMessages();
    channel.close();
    if (action instanceof FaultAction.Crash crash) {
      crash(crash.loss());
    }
  }

  private void flushMessages() {
    session.responses().flush();
    DcpProducer streams = producer.get();
    if (streams != null) {
      streams.flush();
    }
  }
}
