package io.channelindex.index.write;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a partition may commit what it has collected: when it need not wait for more, and then when
 * it has its turn among the commits of the process.
 *
 * <p>Confined to the partition's serial executor.
 */
final class CommitGate {
  private final Scope scope;
  private final Intake intake;
  private final CommitQueue commits;
  private final Runnable ask;
  private final Pacing pacing;
  private CommitQueue.@Nullable Turn turn;
  private boolean looking;
  private long lookAt;

  /** Whether there is time to wait for more. */
  enum Hurry {
    NONE,
    /** Nothing more comes. */
    CLOSING
  }

  /**
   * A gate that nothing has passed.
   *
   * @param ask run on the serial executor when {@link #isOpen} is to be asked again
   */
  CommitGate(Scope scope, Intake intake, CommitQueue commits, Runnable ask) {
    this.scope = scope;
    this.intake = intake;
    this.commits = commits;
    this.ask = ask;
    this.pacing = new Pacing(scope.settings().batching());
  }

  /** A step of a stream arrived. */
  void arrived() {
    pacing.arrived();
  }

  /** Whether what is there, and it is not nothing, may be committed now. */
  boolean isOpen(Hurry hurry) {
    CommitQueue.Turn mine = turn;
    if (mine == null) {
      if (hurry == Hurry.NONE && isHeld()) {
        return false;
      }
      mine =
          commits.ask(
              operations(),
              intake.oldestNanos(scope.time().nanos()),
              () -> scope.serial().execute(ask));
      turn = mine;
    } else {
      // What waits has grown meanwhile.
      mine.needs(operations());
    }
    return mine.isGranted();
  }

  /** What a commit will have under way; what it has for each change, no wait makes less. */
  private int operations() {
    int perChange = scope.settings().layout().operationsPerChange();
    return intake.channels() + Pacing.FIXED_OPERATIONS + perChange * intake.waiting();
  }

  private boolean isHeld() {
    long now = scope.time().nanos();
    long hold =
        pacing.hold(
            intake.waiting(), intake.bytes(), intake.channels(), intake.oldestNanos(now), now);
    if (hold > 0 && (!looking || now + hold - lookAt < 0)) {
      looking = true;
      lookAt = now + hold;
      scope.time().after(Duration.ofNanos(hold), () -> scope.serial().execute(this::look));
    }
    return hold > 0;
  }

  private void look() {
    looking = false;
    ask.run();
  }

  /** What is there is being committed; {@link #leave} when that is over. */
  void committing() {
    pacing.committing(intake.waiting(), intake.channels());
  }

  /** One of the operations of the commit that is under way is over. */
  void finished() {
    CommitQueue.Turn mine = turn;
    if (mine != null) {
      mine.finished();
    }
  }

  /** No commit is under way, or is to be for now: gives back the turn, if there is one. */
  void leave() {
    CommitQueue.Turn mine = turn;
    if (mine != null) {
      turn = null;
      mine.end();
    }
  }
}
