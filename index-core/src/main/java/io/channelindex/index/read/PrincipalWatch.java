package io.channelindex.index.read;

import io.channelindex.index.principals.Access;
import io.channelindex.index.principals.Principal;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.principals.PrincipalSource;
import io.channelindex.sequence.BranchVector;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.IndexStorageException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A principal that feeds depend on: read once, and again when the index tells that it has changed.
 *
 * <p>What was read answers for a view if it was read after the view was known, or if the
 * principal's channel has nothing between the view that was known then and this one.
 *
 * <p>Thread-safe.
 */
final class PrincipalWatch {
  private final PrincipalName name;
  private final Tail tail;
  private final PrincipalSource source;
  private final Executor executor;

  /** How many feeds depend on it. Guarded by {@link PrincipalFeeds}. */
  int users;

  /** Guarded by {@code this}. */
  private @Nullable Known known;

  private @Nullable Access access;

  /**
   * What was read, or is being read.
   *
   * @param view the number of a view that was known before, or that is as good
   * @param clock of that view
   * @param branches of that view
   */
  private record Known(
      long view,
      SequenceClock clock,
      BranchVector branches,
      CompletableFuture<Optional<Principal>> principal) {
    static Known as(StableView view, CompletableFuture<Optional<Principal>> principal) {
      return new Known(view.number(), view.clock(), view.branches(), principal);
    }
  }

  PrincipalWatch(PrincipalName name, Tail tail, PrincipalSource source, Executor executor) {
    this.name = name;
    this.tail = tail;
    this.source = source;
    this.executor = executor;
  }

  /** What the principal can see with these roles: the same as long as they are. */
  synchronized Access access(Optional<Principal> principal, Map<String, Principal> roles) {
    if (access == null || !access.isOf(principal, roles)) {
      access = Access.of(principal, roles);
    }
    return access;
  }

  /** Its channel. */
  Tail tail() {
    return tail;
  }

  /** The principal, as new as the view at least. */
  CompletionStage<Optional<Principal>> asOf(StableView view) {
    return tail.reach(view).thenCompose(reached -> read(view));
  }

  private CompletionStage<Optional<Principal>> read(StableView view) {
    CompletableFuture<Optional<Principal>> reading = new CompletableFuture<>();
    synchronized (this) {
      if (known != null && answers(known, view)) {
        if (view.clock().covers(known.clock())) {
          known = Known.as(view, known.principal());
        }
        return known.principal();
      }
      known = Known.as(view, reading);
    }
    var unused =
        CompletableFuture.completedFuture(name)
            .thenCompose(source::current)
            .thenAcceptAsync(reading::complete, executor)
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    failed(reading, Stages.cause(failure));
                  }
                });
    return reading;
  }

  private boolean answers(Known answer, StableView view) {
    if (answer.view() == view.number()) {
      return true;
    }
    if (!answer.branches().equals(view.branches())) {
      return false;
    }
    return tail.isUnchangedSince(answer.clock(), view);
  }

  private void failed(CompletableFuture<Optional<Principal>> reading, Throwable cause) {
    synchronized (this) {
      if (known != null && known.principal() == reading) {
        known = null;
      }
    }
    reading.completeExceptionally(
        new IndexStorageException("a principal cannot be read: principal=" + name, cause));
  }
}
