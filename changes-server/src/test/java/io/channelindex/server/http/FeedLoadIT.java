package io.channelindex.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.index.read.Row;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thousand continuous feeds that get ten rows a second each: what that costs the front. */
class FeedLoadIT {
  private static final Logger LOG = LoggerFactory.getLogger(FeedLoadIT.class);
  private static final int FEEDS = 1_000;
  private static final int ROWS = 30;
  private static final int FOLLOWERS_PER_CHANNEL = 20;
  private static final Duration PACE = Duration.ofMillis(100);
  private static final byte[] ROW_END = "}]}\n".getBytes(StandardCharsets.US_ASCII);

  private final AtomicLong received = new AtomicLong();

  @Test
  void everyRowReachesEveryFeedOnLessThanACore() throws Exception {
    HttpSettings settings = HttpSettings.at(TestFront.ANY, TestFront.ANY);
    try (TestFront front = new TestFront(settings, FeedLimits.DEFAULT);
        Selector selector = Selector.open()) {
      List<FakeFollower> followers = new ArrayList<>();
      for (int i = 0; i < FEEDS; i++) {
        followers.add(front.database.prepare());
        connect(front.front.publicAddress(), selector);
        int opened = i + 1;
        await()
            .pollInterval(Duration.ofMillis(1))
            .until(() -> front.database.followers().size() == opened);
      }
      Thread reading = new Thread(() -> read(selector), "clients");
      reading.start();

      long cpu = eventLoopNanos();
      long begin = System.nanoTime();
      for (int round = 0; round < ROWS; round++) {
        addRound(followers, round);
        long due = begin + PACE.toNanos() * (round + 1);
        await().pollInterval(Duration.ofMillis(2)).until(() -> System.nanoTime() >= due);
      }
      await().until(() -> received.get() >= (long) FEEDS * ROWS);
      double cores = (double) (eventLoopNanos() - cpu) / (System.nanoTime() - begin);
      LOG.info("feeds={}, rowsPerSecond={}, eventLoopCores={}", FEEDS, FEEDS * 10, cores);

      assertThat(received.get()).isEqualTo((long) FEEDS * ROWS);
      assertThat(cores).isLessThan(1);
      selector.wakeup();
      reading.interrupt();
      reading.join();
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
    }
  }

  private static void addRound(List<FakeFollower> followers, int round) {
    String seq = "t".repeat(1_500) + round;
    for (int i = 0; i < FEEDS; i += FOLLOWERS_PER_CHANNEL) {
      Row shared = Rows.row(seq, "document-" + i + "-" + round);
      followers.subList(i, i + FOLLOWERS_PER_CHANNEL).forEach(follower -> follower.add(shared));
    }
  }

  private static void connect(HttpSettings.Address address, Selector selector) throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(address.host(), address.port()));
    channel.write(
        StandardCharsets.US_ASCII.encode(
            "GET /db/_changes?feed=continuous HTTP/1.1\r\nHost: t\r\n\r\n"));
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, new int[1]);
  }

  private void read(Selector selector) {
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    try {
      while (!Thread.currentThread().isInterrupted()) {
        selector.select(key -> readFrom(key, buffer));
      }
    } catch (IOException e) {
      LOG.error("clients stopped", e);
    }
  }

  /** Counts row ends, which may be spread over reads. */
  private void readFrom(SelectionKey key, ByteBuffer buffer) {
    int[] matched = (int[]) key.attachment();
    try {
      buffer.clear();
      ((SocketChannel) key.channel()).read(buffer);
    } catch (IOException e) {
      key.cancel();
      LOG.error("client failed", e);
      return;
    }
    buffer.flip();
    while (buffer.hasRemaining()) {
      byte b = buffer.get();
      matched[0] = b == ROW_END[matched[0]] ? matched[0] + 1 : b == ROW_END[0] ? 1 : 0;
      if (matched[0] == ROW_END.length) {
        received.incrementAndGet();
        matched[0] = 0;
      }
    }
  }

  private static long eventLoopNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().startsWith("vert.x-eventloop")) {
        nanos += threads.getThreadCpuTime(thread.getThreadId());
      }
    }
    return nanos;
  }
}
