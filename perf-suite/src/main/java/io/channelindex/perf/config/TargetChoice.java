package io.channelindex.perf.config;

/** Where to run. */
public enum TargetChoice {
  /** A container where Docker answers, else the embedded node. */
  AUTO,
  /** The embedded node, in its own process. */
  EMBEDDED,
  /** A Couchbase Server container. */
  CONTAINER,
  /** A cluster that is already there. */
  EXTERNAL
}
