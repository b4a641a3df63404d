package io.channelindex.perf.config;

/** Who writes the documents that followers are shown. */
public enum FeedWriter {
  /** Clients of the server's REST interface. */
  REST,
  /** The server's document store, in the suite's own process. */
  PROCESS
}
