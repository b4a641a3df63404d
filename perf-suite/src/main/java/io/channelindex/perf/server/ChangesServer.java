package io.channelindex.perf.server;

import io.channelindex.perf.process.ProcessUsage;
import java.net.URI;
import java.util.concurrent.CompletableFuture;

/** A running changes server that workloads talk to. */
public interface ChangesServer extends AutoCloseable {
  /** Where its public port is, such as {@code http://127.0.0.1:4984}. */
  URI address();

  /** What its process uses. */
  ProcessUsage usage();

  /**
   * The sum of a counter of its metrics over all labels, soon; 0 if it has none of that name. Fails
   * if it does not tell.
   *
   * @param name as its admin port writes it
   */
  CompletableFuture<Double> counter(String name);

  /**
   * The sum of a counter of its metrics over all samples with a label, soon; 0 if it has none.
   *
   * @param label as its admin port writes it, such as {@code outcome="hit"}
   */
  CompletableFuture<Double> counter(String name, String label);

  /** What went wrong on its side as far as it can tell, for a failure's message. */
  String complaints();

  /** Ends it and waits until it has ended. */
  @Override
  void close();

  /** Starts a server. */
  @FunctionalInterface
  interface Start {
    /**
     * Starts it and waits until it serves.
     *
     * @throws io.channelindex.perf.PerfException if it does not start
     * @throws InterruptedException if the thread is interrupted
     */
    ChangesServer start(ServerConfig config) throws InterruptedException;
  }
}
