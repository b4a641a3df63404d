package io.channelindex.index.write;

import io.channelindex.index.write.Batching.Linger;

/**
 * When a partition commits what it has collected (W8).
 *
 * <p>A commit costs an operation for every channel that it touches and a few besides, so that
 * changes are the cheaper the more of them share a commit. Waiting for more costs the latency of
 * those that are there. An adaptive wait is therefore begun only if the rate of arrivals promises
 * enough changes before it has to end, so that a lone change, or one of a moderate load, is
 * committed at once; and it ends
 *
 * <ul>
 *   <li>when the commit is full, or its oldest change has waited as long as it may,
 *   <li>when an operation serves {@link #ENOUGH} changes, because more make little difference,
 *   <li>when fewer changes arrive than were expected: the load is over, or flow control has stopped
 *       the streams until something is committed.
 * </ul>
 *
 * Where changes have few channels in common waiting gains nothing. That is found out by trying: a
 * wait that has not made changes cheaper by a third keeps the next {@link #REST} commits from
 * waiting.
 *
 * <p>The rate is that of a counter which decays exponentially with half the longest wait as its
 * time constant: what it counts is half of what such a wait brings.
 *
 * <p>Not thread-safe. Times are nanoseconds as {@link Time#nanos} gives them.
 */
final class Pacing {
  /** Changes per operation that are as good as more. */
  static final int ENOUGH = 16;

  /** How many commits do not wait after a wait that was in vain. */
  static final int REST = 32;

  /** Operations of a commit besides those for channels: the stable document, directories. */
  static final int FIXED_OPERATIONS = 2;

  /** How often it is looked whether what was expected arrives, in a wait of full length. */
  private static final int LOOKS = 8;

  /** Below this expectation nothing follows from nothing having arrived. */
  private static final int LEAST_EXPECTED = 4;

  private static final double WORTH_A_THIRD = 1.5;

  private final Batching settings;
  private final long longest;
  private final long step;
  private final double timeConstant;

  private double recent;
  private long recentAt;
  private int fresh;

  private boolean waiting;
  private long lookAt;
  private double expected;
  private int arrivedSinceLook;

  private double costAtPromise;
  private int changesAtPromise;
  private int rest;

  Pacing(Batching settings) {
    this.settings = settings;
    this.longest = settings.longest().toNanos();
    this.step = Math.max(1, longest / LOOKS);
    this.timeConstant = Math.max(1, longest / 2.0);
  }

  /** A change arrived. */
  void arrived() {
    fresh++;
    arrivedSinceLook++;
  }

  /**
   * Whether what is there is to be committed now.
   *
   * @param changes how many there are, at least 1
   * @param bytes what they take
   * @param channels how many channels they touch
   * @param oldest when the first of them arrived
   * @return after how many nanoseconds to ask again, if nothing arrives before; 0 for now
   */
  long hold(int changes, long bytes, int channels, long oldest, long now) {
    long left = longest - (now - oldest);
    if (left <= 0 || changes >= settings.changes() || bytes >= settings.bytes()) {
      return 0;
    }
    return settings.linger() == Linger.FIXED ? left : adaptive(changes, channels, left, now);
  }

  private long adaptive(int changes, int channels, long left, long now) {
    int operations = channels + FIXED_OPERATIONS;
    if (rest > 0 || changes >= (long) ENOUGH * operations) {
      return 0;
    }
    notePromised(changes, operations);
    if (waiting && now - lookAt < 0) {
      return Math.min(left, lookAt - now);
    }
    if (waiting && expected >= LEAST_EXPECTED && arrivedSinceLook < expected / 4) {
      return 0;
    }
    double perLongest = 2 * recent(now);
    if (perLongest < settings.promise()) {
      return 0;
    }
    waiting = true;
    lookAt = now + step;
    expected = perLongest / LOOKS;
    arrivedSinceLook = 0;
    return Math.min(left, step);
  }

  /** What a change would have cost without the wait: the batch that was promised is there. */
  private void notePromised(int changes, int operations) {
    if (costAtPromise == 0 && changes >= settings.promise()) {
      costAtPromise = (double) operations / changes;
      changesAtPromise = changes;
    }
  }

  /** Changes are being committed, after a wait or not: the next wait begins anew. */
  void committing(int changes, int channels) {
    if (rest > 0) {
      rest--;
    } else if (waiting && costAtPromise > 0 && changes >= 2 * changesAtPromise) {
      double cost = (double) (channels + FIXED_OPERATIONS) / changes;
      rest = costAtPromise < WORTH_A_THIRD * cost ? REST : 0;
    }
    waiting = false;
    costAtPromise = 0;
  }

  /** The decayed count of arrivals. */
  private double recent(long now) {
    long elapsed = now - recentAt;
    if (recent == 0) {
      // Times mean nothing but in comparison: before the first there is none to compare with.
      recentAt = now;
    } else if (elapsed > 0) {
      recent *= Math.exp(-elapsed / timeConstant);
      recentAt = now;
    }
    recent += fresh;
    fresh = 0;
    return recent;
  }
}
