package io.channelindex.index.write;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a partition has to do between commits: rollbacks as soon as nothing is under
 * way; compactions in turns with commits, so that a commit waits for one channel and not for all.
 *
 * <p>Confined to the partition's serial executor.
 */
final class Agenda {
  private final Commit commit;
  private final Intake intake;
  private final Deque<Job<?>> rollbacks = new ArrayDeque<>();
  private final Deque<Job<?>> compactions = new ArrayDeque<>();
  private boolean compactedLast;

  /**
   * Something to be done.
   *
   * @param work does it
   * @param result is told of the outcome
   */
  record Job<T>(Supplier<CompletableFuture<T>> work, CompletableFuture<T> result) {}

  Agenda(Commit commit, Intake intake) {
    this.commit = commit;
    this.intake = intake;
  }

  void rollBack(Job<?> job) {
    rollbacks.add(job);
  }

  /** Somebody asks for the compaction of a channel, whatever there is to be gained. */
  CompletableFuture<Void> compact(String channel) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    compactions.add(new Job<>(() -> commit.compact(channel, CompactionCause.ASKED), done));
    return done;
  }

  /** The rollback that comes next. */
  @Nullable Job<?> nextRollback() {
    return rollbacks.poll();
  }

  /**
   * The compaction that comes next, asked for or due by itself; none if the last turn was a
   * compaction's and there is something to be committed.
   */
  @Nullable Job<?> nextCompaction() {
    if (compactedLast && intake.isReady()) {
      return null;
    }
    Job<?> next = compactions.poll();
    if (next == null) {
      Supplier<CompletableFuture<Void>> due = commit.compactable();
      if (due == null) {
        due = commit.atRest().next();
      }
      next = due == null ? null : new Job<>(due, new CompletableFuture<>());
    }
    compactedLast = next != null;
    return next;
  }

  /** A commit has its turn. */
  void committing() {
    compactedLast = false;
  }

  /** Nothing of it is done any more. */
  void drop(Throwable reason) {
    drop(rollbacks, reason);
    drop(compactions, reason);
  }

  private static void drop(Deque<Job<?>> jobs, Throwable reason) {
    for (Job<?> job = jobs.poll(); job != null; job = jobs.poll()) {
      job.result().completeExceptionally(reason);
    }
  }
}
