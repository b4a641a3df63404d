package io.channelindex.feed;

import static io.channelindex.feed.FeedBed.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.dcp.message.MessageUtil;
import com.couchbase.client.dcp.message.RollbackMessage;
import com.couchbase.client.dcp.message.StreamEndReason;
import com.couchbase.client.dcp.transport.netty.ChannelFlowController;
import io.channelindex.feed.RecordingSession.Acknowledging;
import io.channelindex.sequence.StreamPosition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One vbucket's stream on a real connection, where others meddle with it. */
class StreamControlIT {
  private final FeedThread thread = new FeedThread("stream-control-test");
  private final FeedCounters counters = new FeedCounters();
  private final AtomicReference<Throwable> broken = new AtomicReference<>();
  private FeedBed bed;
  private DcpConnection connection;
  private StreamControl control;

  @BeforeEach
  void connect() {
    bed = new FeedBed(1, 1);
    connection =
        new DcpConnection(
            bed.settings(), DcpConnection.Values.ATTRIBUTES, "stream-control-io", new ToStream());
    connection.connect().join();
    control =
        new StreamControl(
            0,
            connection.client(),
            thread,
            counters,
            new Backoff(Duration.ofMillis(5), Duration.ofMillis(20), new Random(1)),
            Duration.ofSeconds(1),
            new StreamControl.Host() {
              @Override
              public void streamOpened() {}

              @Override
              public void streamBroken(Throwable problem) {
                broken.set(problem);
              }
            });
  }

  @AfterEach
  void close() {
    connection.close().join();
    thread.close();
    bed.close();
  }

  private final class ToStream implements DcpConnection.Events {
    @Override
    public void data(ChannelFlowController flow, ByteBuf event) {
      control.stream().data(flow, event);
    }

    @Override
    public void control(ChannelFlowController flow, ByteBuf event) {
      assertThat(RollbackMessage.is(event) || MessageUtil.getVbucket(event) == 0).isTrue();
      control.stream().control(flow, event);
    }

    @Override
    public void streamEnded(int vbucket, StreamEndReason reason) {
      control.stream().ended(reason);
    }

    @Override
    public void bufferLost() {
      control.stream().interrupted();
    }
  }

  private RecordingSession start() {
    RecordingSession session =
        new RecordingSession(Map.of(0, StreamPosition.BEGINNING), Acknowledging.AT_ONCE);
    thread.execute(
        () -> control.start(session, new FlowLedger(new LongAdder()), StreamPosition.BEGINNING));
    return session;
  }

  private void stop() {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    thread.execute(
        () -> {
          var unused = control.stop().thenRun(() -> stopped.complete(null));
        });
    stopped.orTimeout(20, TimeUnit.SECONDS).join();
  }

  private void awaitChanges(RecordingSession session, int count) {
    await().atMost(PATIENCE).until(() -> session.changeCount() == count);
    assertThat(session.violations).isEmpty();
    assertThat(broken).hasNullValue();
  }

  private void writeMore(int from, int to) {
    for (int i = from; i < to; i++) {
      bed.write("key" + i, i);
    }
  }

  @Test
  void aStreamThatIsOpenAlreadySomewhereElseIsOpenedAgainWhereItShouldBegin() {
    writeMore(0, 50);
    VbucketStream stray = control.stream();
    stray.beginAt(StreamPosition.at(bed.bucket().vbuuid(0), 30));
    connection.client().sessionState().set(0, stray.state());
    connection.client().startStreaming(List.of(0)).block(PATIENCE);
    // The client tells of its success before it tells the stream's state, which would take it for
    // the news that it waits for. Another answer on the connection comes after both.
    connection.client().failoverLog(0).block(PATIENCE).release();
    RecordingSession session = start();
    awaitChanges(session, 50);
    assertThat(counters.streamEnds()).containsEntry("CLOSED", 1L);
    writeMore(50, 60);
    awaitChanges(session, 60);
  }

  @Test
  void anOpenThatIsCalledOffAtAnyMomentLeavesNothingBehind() {
    writeMore(0, 50);
    Random random = new Random(7);
    for (int round = 0; round < 60; round++) {
      start();
      long nanos = System.nanoTime() + random.nextInt(3_000_000);
      while (System.nanoTime() < nanos) {
        Thread.onSpinWait();
      }
      stop();
      assertThat(connection.client().streamIsOpen(0)).isFalse();
    }
    awaitChanges(start(), 50);
  }

  @Test
  void anOpenThatWaitsForItsVbucketCanBeCalledOff() {
    writeMore(0, 5);
    bed.bucket().deactivate(0);
    for (int round = 0; round < 3; round++) {
      start();
      stop();
    }
    bed.bucket().activate(0);
    awaitChanges(start(), 5);
  }

  @Test
  void aRestartThatTheClientWantsForNoReasonCostsNoChange() {
    RecordingSession session = start();
    for (int round = 0; round < 10; round++) {
      writeMore(round * 20, round * 20 + 10);
      if (round % 2 == 0) {
        // Every other time an open stream is meant; in between whatever is under way.
        await().atMost(PATIENCE).until(() -> control.stream().phase() == VbucketStream.Phase.OPEN);
      }
      assertThat(control.stream().state().isAtEnd()).isTrue();
      writeMore(round * 20 + 10, round * 20 + 20);
    }
    awaitChanges(session, 200);
    // Counted on the feed's thread, while changes come on another one.
    await().atMost(PATIENCE).until(() -> counters.reopenings.sum() >= 5);
  }

  @Test
  void aStreamThatIsInterruptedGoesOnWhereItWas() {
    RecordingSession session = start();
    for (int round = 0; round < 5; round++) {
      writeMore(round * 20, round * 20 + 10);
      await().atMost(PATIENCE).until(() -> control.stream().phase() == VbucketStream.Phase.OPEN);
      control.stream().interrupted();
      writeMore(round * 20 + 10, round * 20 + 20);
    }
    awaitChanges(session, 100);
  }

  @Test
  void aStoppedSessionHearsNothingMore() {
    RecordingSession first = start();
    writeMore(0, 10);
    awaitChanges(first, 10);
    stop();
    var unused = first.close();
    writeMore(10, 20);
    awaitChanges(start(), 20);
    assertThat(first.changeCount()).isEqualTo(10);
    assertThat(first.violations).isEmpty();
  }
}
