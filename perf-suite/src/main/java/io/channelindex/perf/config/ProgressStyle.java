package io.channelindex.perf.config;

/** How progress is shown. */
public enum ProgressStyle {
  /** Live on a terminal, plain elsewhere. */
  AUTO,
  /** One line that is rewritten in place. */
  LIVE,
  /** Lines that are appended now and then. */
  PLAIN
}
