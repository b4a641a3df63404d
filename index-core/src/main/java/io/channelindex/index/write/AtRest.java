package io.channelindex.index.write;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compacts channels while their partition has nothing to write (W9): those of which much may be
 * superseded although they have few closed blocks, and once everything that owners before have
 * left. One channel at a time, so that a commit waits for no more than that, and with a pause after
 * each, so that a hundred thousand of them do not keep the bucket from others.
 *
 * <p>Memory: the names of two thousand channels. Where more were written, all that there are in the
 * partition are looked at again. Confined to the partition's serial executor.
 */
final class AtRest {
  private static final int MOST_CHANNELS = 1_000;
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Scope scope;
  private final Commit commit;
  private final Runnable wake;
  private final Duration after;
  private final Set<String> channels = new LinkedHashSet<>();
  // When there was rest for long enough, unless it is disturbed before.
  private long restedAt;
  // Of the registry, the page that is to be looked at next; those of former owners.
  private int page;
  private boolean lookedAtAll;
  // Some were written that had no place.
  private boolean overflowed;
  private boolean waiting;

  /**
   * A partition that rests from now on.
   *
   * @param wake run when it has rested for long enough
   */
  AtRest(Scope scope, Commit commit, Runnable wake) {
    this.scope = scope;
    this.commit = commit;
    this.wake = wake;
    this.after = scope.settings().compacting().atRest();
    disturbed();
    if (!after.isZero()) {
      waitFor(after);
    }
  }

  /** A channel was written: how much of it may be superseded. */
  void written(ChannelState state) {
    if (!state.mayBeTooBig()) {
      channels.remove(state.channel());
    } else if (channels.size() < MOST_CHANNELS || channels.contains(state.channel())) {
      channels.add(state.channel());
    } else {
      overflowed = true;
    }
  }

  /** Something is being written. */
  void disturbed() {
    restedAt = scope.time().nanos() + after.toNanos();
  }

  /** What is to be done while nothing else is; null if nothing is, for now. */
  @Nullable Supplier<CompletableFuture<Void>> next() {
    if (channels.isEmpty() && overflowed) {
      overflowed = false;
      lookedAtAll = false;
      page = 0;
    }
    if (after.isZero() || (lookedAtAll && channels.isEmpty())) {
      return null;
    }
    long left = restedAt - scope.time().nanos();
    if (left > 0) {
      waitFor(Duration.ofNanos(left));
      return null;
    }
    restedAt = scope.time().nanos() + PAUSE.toNanos();
    if (channels.isEmpty()) {
      return () -> commit.channels(page++).thenAccept(this::found);
    }
    Iterator<String> first = channels.iterator();
    String channel = first.next();
    first.remove();
    return () -> commit.compact(channel, CompactionCause.AT_REST);
  }

  private void found(List<String> names) {
    lookedAtAll = names.isEmpty();
    channels.addAll(names);
  }

  private void waitFor(Duration left) {
    if (!waiting) {
      waiting = true;
      scope
          .time()
          .after(
              left,
              () ->
                  scope
                      .serial()
                      .execute(
                          () -> {
                            waiting = false;
                            wake.run();
                          }));
    }
  }
}
