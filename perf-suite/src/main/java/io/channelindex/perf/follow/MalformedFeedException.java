package io.channelindex.perf.follow;

import io.channelindex.perf.PerfException;

/** A feed says something that no feed may say. */
final class MalformedFeedException extends PerfException {
  private static final long serialVersionUID = 1L;

  MalformedFeedException(String message) {
    super(message);
  }
}
