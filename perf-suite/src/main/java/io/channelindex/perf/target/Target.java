package io.channelindex.perf.target;

import io.channelindex.perf.process.ProcessUsage;
import java.util.Optional;

/**
 * A running Couchbase that workloads run against. Started by the constructor or factory of its
 * class, ended by {@link #close}. Everything after the start is the same for every target.
 */
public interface Target extends AutoCloseable {
  /** What it is. */
  TargetKind kind();

  /** How to reach it. */
  Endpoint endpoint();

  /**
   * The process that it is, if it is one node that was started for this run on this machine and in
   * no container.
   */
  default Optional<ProcessUsage> node() {
    return Optional.empty();
  }

  /**
   * What went wrong on its side as far as it can tell, for a failure's message; empty if nothing.
   */
  String complaints();

  /** Ends whatever was started for this run, and nothing else. */
  @Override
  void close();
}
