package io.channelindex.index.write;

import com.couchbase.client.java.env.ClusterEnvironment;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs whole histories of embedded nodes, which share clients' threads and nothing else. */
final class NodeHistories implements AutoCloseable {
  private static final int ACTS = 40;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  // A connection that ends in the middle of its handshake is noticed by this timeout only.
  private static final Duration HANDSHAKE = Duration.ofSeconds(5);

  private final ClusterEnvironment environment =
      ClusterEnvironment.builder()
          .timeoutConfig(timeouts -> timeouts.kvTimeout(PATIENCE).connectTimeout(HANDSHAKE))
          .ioConfig(connections -> connections.numKvConnections(1))
          .build();
  private final ScheduledExecutorService executor;

  NodeHistories() {
    AtomicInteger numbers = new AtomicInteger();
    executor =
        Executors.newScheduledThreadPool(
            3, task -> new Thread(task, "history-" + numbers.incrementAndGet()));
  }

  /**
   * Runs one history, whose schedule is the same whenever it is run again.
   *
   * @return how often the index was compared with the data
   */
  int run(long seed) {
    try (NodeHistory history = new NodeHistory(seed, environment, executor)) {
      return run(seed, history);
    }
  }

  private static int run(long seed, NodeHistory history) {
    try {
      for (int i = 0; i < ACTS; i++) {
        history.act();
      }
      history.finish();
      return history.compared();
    } catch (RuntimeException | AssertionError failure) {
      throw new AssertionError(
          "history fails, again: -Dit.test=NodeHistoriesIT -Dhistory.seed="
              + seed
              + ", "
              + history.summary(),
          failure);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    environment.shutdown();
  }
}
