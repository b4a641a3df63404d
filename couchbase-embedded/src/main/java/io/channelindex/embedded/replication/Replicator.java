package io.channelindex.embedded.replication;

import io.channelindex.embedded.engine.VBucket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The links between the nodes of a cluster. Thread-safe. There are no threads until a stream is
 * opened.
 */
public final class Replicator implements AutoCloseable {
  private static final int MAX_THREADS = 4;

  private record Way(int from, int to) {}

  private final Map<Way, Link> links = new HashMap<>();
  private final Set<Integer> absent = new HashSet<>();
  private final AtomicInteger threads = new AtomicInteger();
  private final ScheduledThreadPoolExecutor executor;

  /** Links that lead nowhere yet. */
  public Replicator() {
    int size = Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS);
    executor = new ScheduledThreadPoolExecutor(size, this::newThread);
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  private Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "couchbase-replication-" + threads.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  /** The way from one node to another, by their ids. */
  public synchronized Link link(int from, int to) {
    return links.computeIfAbsent(new Way(from, to), way -> new Link(executor, absentOf(way)));
  }

  private int absentOf(Way way) {
    return (absent.contains(way.from()) ? 1 : 0) + (absent.contains(way.to()) ? 1 : 0);
  }

  /**
   * Nothing gets from or to a node from now on, whatever its links do: when this returns, nothing
   * is on its way. Does nothing when called again.
   */
  public synchronized void leave(int node) {
    if (absent.add(node)) {
      linksOf(node).forEach(Link::leave);
    }
  }

  /** The opposite of {@link #leave}. */
  public synchronized void join(int node) {
    if (absent.remove(node)) {
      linksOf(node).forEach(Link::join);
    }
  }

  private List<Link> linksOf(int node) {
    return links.entrySet().stream()
        .filter(link -> link.getKey().from() == node || link.getKey().to() == node)
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Keeps {@code replica} on node {@code to} up to date with {@code source} on {@code from}. */
  public ReplicationStream open(int from, VBucket source, int to, VBucket replica) {
    return link(from, to).open(source, replica);
  }

  /** Ends everything. */
  @Override
  public void close() {
    executor.shutdownNow();
    try {
      executor.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
