package io.channelindex.index.write;

import java.time.Duration;

/**
 * Lets a commit wait for more changes after its first, so that fewer commits do the same.
 *
 * <p>Confined to the partition's serial executor.
 */
final class Linger {
  private final Scope scope;
  private final Runnable over;
  private State state = State.NONE;

  private enum State {
    NONE,
    UNDER_WAY,
    OVER
  }

  /**
   * Waits as long as the settings say.
   *
   * @param over what is told, on the serial executor, when a wait is over
   */
  Linger(Scope scope, Runnable over) {
    this.scope = scope;
    this.over = over;
  }

  /** Whether so many steps may be committed now; if not, {@code over} is told when they may. */
  boolean permits(int waiting) {
    Duration linger = scope.settings().linger();
    if (linger.isZero() || state == State.OVER || waiting >= scope.settings().batchChanges()) {
      return true;
    }
    if (state == State.NONE) {
      state = State.UNDER_WAY;
      scope.time().after(linger, () -> scope.serial().execute(this::end));
    }
    return false;
  }

  /** A commit begins: the next one waits anew. */
  void reset() {
    if (state == State.OVER) {
      state = State.NONE;
    }
  }

  private void end() {
    state = State.OVER;
    over.run();
  }
}
