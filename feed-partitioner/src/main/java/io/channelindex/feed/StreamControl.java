package io.channelindex.feed;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.dcp.Client;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/**
 * Opens, reopens and closes the stream of one vbucket.
 *
 * <p>What the DCP client (0.56) would do by itself, and what is done here instead:
 *
 * <ul>
 *   <li>A stream that ended for another reason than {@code OK}, or whose connection was lost and is
 *       back, or whose node left the cluster: the client opens it again, at its own idea of the
 *       position and the <em>current</em> branch, and once it has begun it cannot be called off:
 *       such a stream could appear under a session that was taken anew and has to begin earlier.
 *       {@link StreamState} makes the client refrain; here the stream is opened at the last event
 *       that was delivered, with the branch it was seen under.
 *   <li>While the vbucket is not on the node that the cluster map names ({@code NOT_MY_VBUCKET}),
 *       or that node is not connected, an open is retried by the client every 200 ms. That is left
 *       to it, as it is called off by disposing of the open.
 *   <li>An open that was called off may have been sent already. Requests of a connection are
 *       answered in order: the answer to another request tells that the open was answered, too.
 *   <li>A stream that is open already is success to the client, but nothing says where it stands:
 *       it is closed and opened again.
 *   <li>A rollback is told as a message, while the open succeeds. The failover log is then fetched
 *       anew and the session decides where to go on.
 *   <li>A stream that is closed by us ends only with the data service's word (<i>send stream end on
 *       client close stream</i>): what the client held back until it was persisted is gone then.
 * </ul>
 *
 * <p>Methods without another note are for the feed's thread only.
 */
final class StreamControl implements VbucketStream.Listener {
  /** The partition that the vbucket belongs to. */
  interface Host {
    /** A stream was opened. */
    void streamOpened();

    /** The session cannot go on. */
    void streamBroken(Throwable problem);
  }

  private enum Stage {
    IDLE,
    OPENING,
    OPEN,
    WAITING,
    ROLLING_BACK,
    CLOSING
  }

  private static final Logger LOG = LoggerFactory.getLogger(StreamControl.class);

  /** The answer to an open and what it brings come right after each other, on another thread. */
  private static final Duration ANSWER_PATIENCE = Duration.ofMillis(100);

  private static final Duration END_PATIENCE = Duration.ofSeconds(5);

  private final FeedThread thread;
  private final FeedCounters counters;
  private final Backoff backoff;
  private final long steadyNanos;
  private final Host host;
  private final VbucketStream stream;
  private final List<Integer> vbucket;
  private final Client client;

  private Stage stage = Stage.IDLE;

  /** Tells what comes late from what is waited for. Changed by the feed's thread only. */
  private final AtomicInteger step = new AtomicInteger();

  private volatile @Nullable String trouble;
  private @Nullable PartitionSession session;
  private @Nullable Disposable request;
  private @Nullable Future<?> timer;
  private @Nullable Runnable afterClose;
  private boolean openedBefore;
  private boolean rolledBack;
  private long openedAt;

  /**
   * A stream that is closed.
   *
   * @param steady how long a stream has to last for its end not to be one of a series
   */
  StreamControl(
      int vbucket,
      Client client,
      FeedThread thread,
      FeedCounters counters,
      Backoff backoff,
      Duration steady,
      Host host) {
    this.vbucket = List.of(vbucket);
    this.client = client;
    this.thread = thread;
    this.counters = counters;
    this.backoff = backoff;
    this.steadyNanos = steady.toNanos();
    this.host = host;
    this.stream = new VbucketStream(vbucket, this, counters);
  }

  /** Any thread. */
  VbucketStream stream() {
    return stream;
  }

  /** Why the stream is not open, for people; null if nothing is known to be wrong. Any thread. */
  @Nullable String trouble() {
    return trouble;
  }

  /** Opens the stream for a session, again and again until it succeeds or is stopped. */
  void start(PartitionSession newSession, FlowLedger ledger, StreamPosition from) {
    session = newSession;
    rolledBack = false;
    stream.attach(newSession, ledger);
    stream.beginAt(from);
    open();
  }

  /**
   * Closes the stream. The session gets no event any more when this returns.
   *
   * @return completes when nothing of the stream can come any more
   */
  CompletableFuture<Void> stop() {
    stream.detach();
    session = null;
    trouble = null;
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    switch (stage) {
      case IDLE, WAITING, ROLLING_BACK -> {
        enter(Stage.IDLE);
        stopped.complete(null);
      }
      case OPENING -> {
        enter(Stage.CLOSING);
        afterClose = () -> stopped.complete(null);
        afterEarlierAnswers(this::close);
      }
      case OPEN -> {
        enter(Stage.CLOSING);
        afterClose = () -> stopped.complete(null);
        close();
      }
      case CLOSING -> afterClose = () -> stopped.complete(null);
    }
    return stopped;
  }

  /** Whatever was waited for is waited for no more. */
  private void enter(Stage next) {
    step.incrementAndGet();
    stage = next;
    if (request != null) {
      request.dispose();
      request = null;
    }
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void open() {
    enter(Stage.OPENING);
    stream.opening();
    client.sessionState().set(stream.vbucket(), stream.state());
    int mine = step.get();
    request =
        client
            .startStreaming(vbucket)
            .subscribe(
                nothing -> {},
                problem -> onThread(mine, () -> openLater(problem.toString())),
                () -> onThread(mine, this::awaitOutcome));
  }

  private void awaitOutcome() {
    int mine = step.get();
    timer =
        thread.schedule(
            ANSWER_PATIENCE,
            () -> {
              if (mine == step.get()) {
                afterEarlierAnswers(this::reopenIfOpenAlready);
              }
            });
  }

  private void reopenIfOpenAlready() {
    stream.closed();
    enter(Stage.CLOSING);
    afterClose = () -> openLater("stream was open already");
    close();
  }

  /** Any request does: it is answered after those that were sent before. */
  private void afterEarlierAnswers(Runnable next) {
    int mine = step.get();
    request =
        client
            .failoverLog(stream.vbucket())
            .subscribe(
                answer -> {
                  answer.release();
                  onThread(mine, next);
                },
                problem -> onThread(mine, next));
  }

  private void close() {
    if (!isOpenForClient()) {
      closed();
      return;
    }
    int mine = step.get();
    request =
        client
            .stopStreaming(vbucket)
            .subscribe(nothing -> {}, problem -> onThread(mine, this::closed), () -> {});
    timer = thread.schedule(END_PATIENCE, () -> onThread(mine, this::closed));
  }

  private boolean isOpenForClient() {
    try {
      return client.streamIsOpen(stream.vbucket());
    } catch (RuntimeException e) {
      LOG.debug("No connection to close a stream on: vbucket={}", stream.vbucket(), e);
      return false;
    }
  }

  private void closed() {
    Runnable next = afterClose;
    afterClose = null;
    enter(Stage.IDLE);
    if (next != null) {
      next.run();
    }
  }

  private void openLater(String reason) {
    stream.closed();
    enter(Stage.WAITING);
    trouble = reason;
    Duration delay = backoff.next();
    LOG.debug(
        "Stream will be opened again: vbucket={}, delay={}, reason={}",
        stream.vbucket(),
        delay,
        reason);
    timer = thread.schedule(delay, this::open);
  }

  @Override
  public void opened() {
    onThread(
        step.get(),
        () -> {
          enter(Stage.OPEN);
          trouble = null;
          rolledBack = false;
          openedAt = System.nanoTime();
          if (openedBefore) {
            counters.reopenings.increment();
          }
          openedBefore = true;
          host.streamOpened();
        });
  }

  @Override
  public void ended(String reason) {
    thread.execute(
        () -> {
          if (stage == Stage.CLOSING) {
            closed();
          } else if (stage == Stage.OPEN && stream.phase() != VbucketStream.Phase.OPEN) {
            if (System.nanoTime() - openedAt >= steadyNanos) {
              backoff.reset();
            }
            openLater(reason);
          }
        });
  }

  @Override
  public void broken(Throwable problem) {
    thread.execute(
        () -> {
          if (session != null) {
            host.streamBroken(problem);
          }
        });
  }

  @Override
  public void rollback(long to) {
    onThread(
        step.get(),
        () -> {
          enter(Stage.ROLLING_BACK);
          LOG.warn(
              "Vbucket is sent back: vbucket={}, to={}, position={}",
              stream.vbucket(),
              Long.toUnsignedString(to),
              stream.position());
          fetchLog(log -> askSession(to, log));
        });
  }

  private void fetchLog(Consumer<List<FailoverEntry>> next) {
    int mine = step.get();
    request =
        client
            .failoverLog(stream.vbucket())
            .map(StreamControl::parse)
            .subscribe(
                log -> onThread(mine, () -> next.accept(log)),
                // The position did not change: the data service will send it back again.
                problem -> onThread(mine, () -> openLater("no failover log: " + problem)));
  }

  private static List<FailoverEntry> parse(ByteBuf answer) {
    try {
      return FailoverLogs.parse(answer);
    } finally {
      answer.release();
    }
  }

  private void askSession(long to, List<FailoverEntry> log) {
    PartitionSession asked = session;
    if (asked == null) {
      return;
    }
    int mine = step.get();
    trouble = "rolling back: to=" + Long.toUnsignedString(to);
    CompletionStage<StreamPosition> answer;
    try {
      answer = asked.rollback(stream.vbucket(), to, log);
    } catch (RuntimeException e) {
      host.streamBroken(e);
      return;
    }
    var unused =
        answer.whenComplete(
            (position, problem) ->
                onThread(
                    mine,
                    () -> {
                      if (problem != null) {
                        host.streamBroken(problem);
                      } else {
                        goOnAt(position, to);
                      }
                    }));
  }

  private void goOnAt(StreamPosition position, long to) {
    if (Long.compareUnsigned(position.seqno(), to) > 0) {
      host.streamBroken(
          new FeedException(
              "session does not go back far enough: vbucket="
                  + stream.vbucket()
                  + ", position="
                  + position
                  + ", to="
                  + Long.toUnsignedString(to),
              null));
      return;
    }
    stream.beginAt(position);
    if (rolledBack) {
      openLater("sent back again: to=" + Long.toUnsignedString(to));
    } else {
      rolledBack = true;
      open();
    }
  }

  private void onThread(int expected, Runnable task) {
    thread.execute(
        () -> {
          if (expected == step.get()) {
            task.run();
          }
        });
  }
}
