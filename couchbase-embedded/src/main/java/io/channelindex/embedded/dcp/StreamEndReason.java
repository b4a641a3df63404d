package io.channelindex.embedded.dcp;

import io.channelindex.embedded.engine.MutationListener.CloseReason;

/** Why a stream ended, as the stream-end message says it. */
public enum StreamEndReason {
  /** Everything that was asked for was sent. */
  OK(0),
  /** The client closed it. */
  CLOSED(1),
  /** The vbucket is not active here any more. */
  STATE_CHANGED(2),
  /** The bucket or the producer is going away. */
  DISCONNECTED(3),
  /** The client was too slow for the server's memory. */
  TOO_SLOW(4),
  /** The history could not be read. */
  BACKFILL_FAILED(5),
  /** The vbucket went back behind what was sent. */
  ROLLBACK(6),
  /** Every collection of the stream's filter was dropped. */
  FILTER_EMPTY(7);

  private final int code;

  StreamEndReason(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  static StreamEndReason of(CloseReason reason) {
    return switch (reason) {
      case STATE_CHANGED -> STATE_CHANGED;
      case CRASHED -> ROLLBACK;
      case BUCKET_REMOVED -> DISCONNECTED;
    };
  }
}
