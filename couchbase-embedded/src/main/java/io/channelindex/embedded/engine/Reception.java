package io.channelindex.embedded.engine;

/**
 * How far a replica has got with the ranges of history that arrive. Not thread-safe: its vbucket's
 * lock guards it.
 *
 * <p>Within a range, versions are missing that were superseded later in it, so a copy is a
 * consistent state only at the end of one.
 */
final class Reception {
  /** The end of the last whole range. */
  private long received;

  /** The same when persistence was paused last. */
  private long receivedAtPause;

  /** The end of the range that arrives, or of the last one. */
  private long end;

  private int number;
  private boolean current;

  long received() {
    return received;
  }

  /** The end of the last whole range that is persisted, while persistence is paused. */
  long persisted() {
    return receivedAtPause;
  }

  /** Where a copy at {@code highSeqno} goes on. */
  FailoverLog.Position position(long vbuuid, long highSeqno) {
    return new FailoverLog.Position(
        vbuuid, highSeqno, Math.min(received, highSeqno), Math.max(end, highSeqno));
  }

  /** A range up to {@code rangeEnd} begins; returns its number, never 0. */
  int begin(long rangeEnd) {
    end = rangeEnd;
    current = true;
    return ++number;
  }

  boolean isCurrent(int expected) {
    return current && number == expected;
  }

  void complete(long rangeEnd) {
    received = rangeEnd;
    current = false;
  }

  /** What has begun to arrive is not waited for any longer. */
  void stop() {
    current = false;
  }

  /** The copy is empty again. */
  void restart() {
    stop();
    received = 0;
    receivedAtPause = 0;
    end = 0;
  }

  /**
   * The copy follows another one from {@code highSeqno} on, and has {@code persistedSeqno} on disk.
   */
  void resumeAt(long highSeqno, long persistedSeqno) {
    stop();
    receivedAtPause = wholeAt(persistedSeqno);
    received = highSeqno;
    end = highSeqno;
  }

  void pausePersistence() {
    receivedAtPause = received;
  }

  /**
   * The newest consistent state in a copy that goes back to {@code seqno}, where persistence was
   * paused: what arrived in ranges is one only at their ends, what this copy wrote itself after
   * them is one everywhere.
   */
  long wholeAt(long seqno) {
    return seqno >= received ? seqno : Math.min(receivedAtPause, seqno);
  }

  /** The copy went back to a state that is consistent up to {@code whole}. */
  void goBack(long whole) {
    stop();
    received = Math.min(received, whole);
  }
}
