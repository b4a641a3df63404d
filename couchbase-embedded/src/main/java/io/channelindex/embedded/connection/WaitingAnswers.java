package io.channelindex.embedded.connection;

import io.channelindex.embedded.engine.Durability;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one connection that wait for the commit of a durable write, or for its timeout.
 * Lives on the connection's event loop; outcomes may come from any thread.
 */
final class WaitingAnswers {
  private final Channel channel;
  private final ResponseWriter responses;
  private Runnable answered = () -> {};
  private int waiting;

  WaitingAnswers(Channel channel, ResponseWriter responses) {
    this.channel = channel;
    this.responses = responses;
  }

  /** Calls {@code listener} after every answer that had to wait. */
  void onAnswered(Runnable listener) {
    answered = listener;
  }

  boolean isEmpty() {
    return waiting == 0;
  }

  /** The answer to {@code request}, in case it has to wait. */
  Answer answerTo(Request request) {
    return new Answer(request);
  }

  /** One answer: a success that is known already, unless the write is given up. */
  final class Answer implements Durability.Outcome {
    private final int opcode;
    private final int opaque;
    private final long timeoutMillis;
    private final long startNanos = System.nanoTime();
    private ByteBuf success = Unpooled.EMPTY_BUFFER;
    private @Nullable Future<?> timeout;

    private Answer(Request request) {
      opcode = request.opcode();
      opaque = request.opaque();
      timeoutMillis = request.durabilityTimeoutMillis();
    }

    /** Waits with the success that {@code answer} writes for the outcome of {@code prepared}. */
    void hold(VBucket vbucket, Item prepared, Runnable answer) {
      success = responses.aside(answer);
      waiting++;
      timeout =
          channel
              .eventLoop()
              .schedule(() -> vbucket.abort(prepared), timeoutMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void committed() {
      finish(() -> responses.append(success, startNanos));
    }

    @Override
    public void ambiguous() {
      finish(
          () -> {
            responses.begin(opcode, opaque, startNanos);
            responses.status(Status.SYNC_WRITE_AMBIGUOUS);
          });
    }

    private void finish(Runnable answer) {
      if (!channel.eventLoop().isShuttingDown()) {
        channel.eventLoop().execute(() -> finishHere(answer));
      }
    }

    private void finishHere(Runnable answer) {
      waiting--;
      if (timeout != null) {
        timeout.cancel(false);
      }
      if (channel.isActive()) {
        answer.run();
        answered.run();
      }
    }
  }
}
