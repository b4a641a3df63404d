package io.channelindex.index.write;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compacts channels that nothing was written to for some time (W9): those of which much may be
 * superseded although they have few closed blocks, and once everything that owners before have
 * left. One channel at a time, in turns with commits, so that a commit waits for no more than that.
 * There is a pause after each, so that a hundred thousand of them do not keep the bucket from
 * others: a short one if the whole partition is at rest, a longer one if others have commits.
 *
 * <p>Memory: the names of two thousand channels. Where more were written, all that there are in the
 * partition are looked at again once it rests. Confined to the partition's serial executor.
 */
final class AtRest {
  private static final int MOST_CHANNELS = 1_000;
  private static final Duration PAUSE = Duration.ofMillis(20);

  /** Of what counts as rest: a pause between two channels of a partition that does not rest. */
  private static final int BUSY_PAUSES = 30;

  private final Scope scope;
  private final Commit commit;
  private final Runnable wake;
  private final Duration after;
  // When each will have rested for long enough; the first comes first.
  private final Map<String, Long> channels = new LinkedHashMap<>();
  // When the partition will have rested for long enough, unless it is disturbed before.
  private long restedAt;
  private long compactedAt;
  // Of the registry, the page that is to be looked at next; those of former owners.
  private int page;
  private boolean lookedAtAll;
  // Some were written that had no place.
  private boolean overflowed;
  private boolean waiting;

  /**
   * A partition that rests from now on.
   *
   * @param wake run when something has rested for long enough
   */
  AtRest(Scope scope, Commit commit, Runnable wake) {
    this.scope = scope;
    this.commit = commit;
    this.wake = wake;
    this.after = scope.settings().compacting().atRest();
    compactedAt = scope.time().nanos();
    disturbed();
    if (!after.isZero()) {
      waitUntil(restedAt);
    }
  }

  /** A channel was written: how much of it may be superseded. */
  void written(ChannelState state) {
    boolean known = channels.remove(state.channel()) != null;
    if (after.isZero() || !state.mayBeTooBig()) {
      return;
    }
    if (known || channels.size() < MOST_CHANNELS) {
      channels.put(state.channel(), scope.time().nanos() + after.toNanos());
    } else {
      overflowed = true;
    }
  }

  /** Something is being written. */
  void disturbed() {
    restedAt = scope.time().nanos() + after.toNanos();
  }

  /** What is to be done, in turns with commits; null if nothing is, for now. */
  @Nullable Supplier<CompletableFuture<Void>> next() {
    if (channels.isEmpty() && overflowed) {
      overflowed = false;
      lookedAtAll = false;
      page = 0;
    }
    if (after.isZero() || (lookedAtAll && channels.isEmpty())) {
      return null;
    }
    long now = scope.time().nanos();
    long due = channels.isEmpty() ? restedAt : channels.values().iterator().next();
    long pause = now - restedAt >= 0 ? PAUSE.toNanos() : after.toNanos() / BUSY_PAUSES;
    if (due - now > 0 || compactedAt + pause - now > 0) {
      waitUntil(due - compactedAt - pause > 0 ? due : compactedAt + pause);
      return null;
    }
    compactedAt = now;
    if (channels.isEmpty()) {
      return () -> commit.channels(page++).thenAccept(this::found);
    }
    Iterator<String> first = channels.keySet().iterator();
    String channel = first.next();
    first.remove();
    return () -> commit.compact(channel, CompactionCause.AT_REST);
  }

  private void found(List<String> names) {
    lookedAtAll = names.isEmpty();
    names.forEach(name -> channels.putIfAbsent(name, restedAt));
  }

  private void waitUntil(long due) {
    if (!waiting) {
      waiting = true;
      scope
          .time()
          .after(
              Duration.ofNanos(Math.max(0, due - scope.time().nanos())),
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
