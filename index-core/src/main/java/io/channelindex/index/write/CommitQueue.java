package io.channelindex.index.write;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Lets the commits of a process have so many operations under way at a time; those that wait
 * collect more changes meanwhile, so that under load commits grow until the bucket keeps up, and at
 * low load nobody waits. Whoever has the oldest change goes first, and is not passed by one that
 * needs less. The next one begins while the last operations of the one before are under way.
 *
 * <p>A turn that is not given back within {@link #PATIENCE} counts no more: a commit that takes so
 * long waits for something that others may not have to wait for.
 *
 * <p>Thread-safe. Whoever is granted a turn is told outside of the lock.
 */
final class CommitQueue {
  static final Duration PATIENCE = Duration.ofSeconds(1);

  private final int most;
  private final Time time;

  // Guarded by this.
  private final PriorityQueue<Turn> waiting =
      new PriorityQueue<>((one, other) -> Long.signum(one.after(other)));
  private final Deque<Turn> granted = new ArrayDeque<>();
  private int underWay;
  private long asked;
  private boolean timing;

  /** The state of a turn. */
  private enum State {
    WAITING,
    GRANTED,
    OVER
  }

  /**
   * A queue of commits.
   *
   * @param most operations, at least 1
   */
  CommitQueue(int most, Time time) {
    this.most = most;
    this.time = time;
  }

  /** What a commit has asked for. */
  final class Turn {
    // Written by who asked, read under the lock.
    private volatile int operations;
    private final long oldest;
    private final long number;
    private final Runnable whenGranted;
    // Written under the lock, read by anyone.
    private volatile State state = State.WAITING;
    private int weight;
    private int left;
    private long since;

    private Turn(int operations, long oldest, long number, Runnable whenGranted) {
      this.operations = operations;
      this.oldest = oldest;
      this.number = number;
      this.whenGranted = whenGranted;
    }

    /** Positive if the other goes first; nanoseconds are compared by their difference. */
    private long after(Turn other) {
      return oldest != other.oldest ? oldest - other.oldest : number - other.number;
    }

    /** Whether it has come; true as well when it was granted and lapsed. */
    boolean isGranted() {
      return state != State.WAITING;
    }

    /** As long as it waits, a commit may grow. */
    void needs(int more) {
      if (operations != more) {
        operations = more;
      }
    }

    /** One of its operations is over: another commit may have one in its place. */
    void finished() {
      giveBack(this);
    }

    /** The commit is over, or does not take place; from the second time on in vain. */
    void end() {
      release(this);
    }
  }

  /**
   * Asks for a turn, which has to be ended.
   *
   * @param operations how many the commit will have under way, about
   * @param oldest when its oldest change arrived, by {@link Time#nanos}
   * @param whenGranted run if the turn is granted later, on any thread, perhaps before this call
   *     has returned; not if there was room for it at once
   */
  Turn ask(int operations, long oldest, Runnable whenGranted) {
    Turn turn;
    List<Turn> next;
    synchronized (this) {
      turn = new Turn(operations, oldest, asked++, whenGranted);
      waiting.add(turn);
      next = grant();
    }
    next.remove(turn);
    tell(next);
    return turn;
  }

  private void release(Turn turn) {
    List<Turn> next;
    synchronized (this) {
      if (turn.state == State.WAITING) {
        waiting.remove(turn);
      } else if (turn.state == State.GRANTED) {
        granted.remove(turn);
        underWay -= turn.weight;
      }
      turn.state = State.OVER;
      next = grant();
    }
    tell(next);
  }

  private void giveBack(Turn turn) {
    List<Turn> next;
    synchronized (this) {
      turn.left--;
      // What is more than there may be under way at a time is still to come.
      if (turn.state != State.GRANTED || turn.weight == 0 || turn.left >= turn.weight) {
        return;
      }
      turn.weight--;
      underWay--;
      next = waiting.isEmpty() ? List.of() : grant();
    }
    tell(next);
  }

  private static void tell(List<Turn> turns) {
    turns.forEach(turn -> turn.whenGranted.run());
  }

  /** Grants whatever there is room for. */
  private List<Turn> grant() {
    List<Turn> next = new ArrayList<>();
    for (Turn first = waiting.peek(); first != null; first = waiting.peek()) {
      int weight = Math.min(Math.max(1, first.operations), most);
      if (underWay + weight > most) {
        forgetLapsed();
      }
      if (underWay + weight > most) {
        lookAgain();
        break;
      }
      waiting.remove();
      first.state = State.GRANTED;
      first.weight = weight;
      first.left = first.operations;
      first.since = time.nanos();
      underWay += weight;
      granted.add(first);
      next.add(first);
    }
    return next;
  }

  private void forgetLapsed() {
    for (Turn turn = granted.peek();
        turn != null && time.nanos() - turn.since >= PATIENCE.toNanos();
        turn = granted.peek()) {
      granted.remove();
      turn.state = State.OVER;
      underWay -= turn.weight;
    }
  }

  private void lookAgain() {
    if (!timing) {
      timing = true;
      time.after(PATIENCE, this::lookedAgain);
    }
  }

  private void lookedAgain() {
    List<Turn> next;
    synchronized (this) {
      timing = false;
      next = grant();
    }
    tell(next);
  }
}
