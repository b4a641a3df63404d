package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Clocks that are published every now and then, for tokens to tell the difference to (feature S3).
 *
 * <p>Time is cut into intervals, and a base clock is stored under the tick that its interval begins
 * with: the first server that needs one in an interval publishes where it stands, the others take
 * over what they find. So there is at most one per interval, however many servers there are; and
 * none while nobody asks for tokens, or the database stands still. Servers with other intervals, or
 * clocks that differ, publish more, and read each other's.
 *
 * <p>Thread-safe.
 */
final class BaseClocks {
  /** How many are kept to choose from: a feed that is behind has an earlier one. */
  private static final int CHOICE = 4;

  /** Of how many vbuckets one has to have moved, for a new base to be worth its bytes. */
  private static final int VBUCKETS_PER_MOVE = 64;

  private static final Comparator<Base> NEWEST_FIRST =
      Comparator.comparingInt(Base::tick).reversed();

  private final long database;
  private final int vbuckets;
  private final ClockStore store;
  private final TokenTime time;
  private final int interval;
  private final TokenCounters counters;
  private final RecentlyUsed<Integer, CompletableFuture<Base>> found;
  private final RecentlyUsed<Integer, Integer> renewed;

  /** Newest first. Replaced under the monitor. */
  private volatile List<Base> choice = List.of();

  /** Guarded by {@code this}. */
  private @Nullable CompletableFuture<Void> publishing;

  /** The interval that was tried last. Guarded by {@code this}. */
  private int tried = -1;

  BaseClocks(
      long database,
      int vbuckets,
      ClockStore store,
      TokenTime time,
      Duration interval,
      int cachedClocks,
      TokenCounters counters) {
    this.database = database;
    this.vbuckets = vbuckets;
    this.store = store;
    this.time = time;
    this.interval = TokenTime.ticks(interval);
    this.counters = counters;
    this.found = new RecentlyUsed<>(cachedClocks);
    this.renewed = new RecentlyUsed<>(cachedClocks);
  }

  /** A base clock: the tick that it is named by, and what is stored. */
  record Base(int tick, long branches, SequenceClock clock) {}

  static String name(int tick) {
    return "base:" + tick;
  }

  /** The newest base of these branches that a clock covers; null if there is none. */
  @Nullable Base newest(long branches, SequenceClock clock) {
    for (Base base : choice) {
      if (base.branches() == branches && time.isFresh(base.tick()) && clock.covers(base.clock())) {
        return base;
      }
    }
    return null;
  }

  /**
   * Publishes a clock if it is time for it; completes, always well, when that is decided. What
   * another server published in its place is taken over.
   */
  CompletionStage<Void> publishIfDue(long branches, SequenceClock clock) {
    CompletableFuture<Void> done;
    int now = time.now();
    int tick = now - now % interval;
    synchronized (this) {
      if (publishing != null) {
        return publishing;
      }
      if (tick <= tried || !isDue(tick, branches, clock)) {
        return CompletableFuture.completedFuture(null);
      }
      tried = tick;
      done = new CompletableFuture<>();
      publishing = done;
    }
    publish(new Base(tick, branches, clock))
        .whenComplete(
            (base, failure) -> {
              settle(base);
              if (failure != null) {
                counters.failures.increment();
              }
              done.complete(null);
            });
    return done;
  }

  private boolean isDue(int tick, long branches, SequenceClock clock) {
    if (choice.isEmpty()) {
      return true;
    }
    Base last = choice.get(0);
    if (tick <= last.tick()) {
      return false;
    }
    if (last.branches() != branches) {
      return true;
    }
    return clock.covers(last.clock())
        && (time.isMiddleAged(last.tick()) || hasMoved(last.clock(), clock));
  }

  private boolean hasMoved(SequenceClock from, SequenceClock to) {
    int least = Math.max(1, vbuckets / VBUCKETS_PER_MOVE);
    int moved = 0;
    for (int vbucket = 0; vbucket < vbuckets && moved < least; vbucket++) {
      if (to.seqno(vbucket) != from.seqno(vbucket)) {
        moved++;
      }
    }
    return moved == least;
  }

  private CompletionStage<Base> publish(Base base) {
    String name = name(base.tick());
    counters.puts.increment();
    byte[] content = new NamedClock(database, base.branches(), base.clock()).encode();
    return store
        .putIfAbsent(name, content, time.kept())
        .thenCompose(
            put -> {
              if (put == ClockStore.Put.STORED) {
                counters.bases.increment();
                return CompletableFuture.completedFuture(base);
              }
              return read(base.tick());
            });
  }

  private CompletionStage<Base> read(int tick) {
    counters.gets.increment();
    return store.get(name(tick)).thenApply(content -> decode(tick, content));
  }

  private Base decode(int tick, Optional<byte[]> content) {
    String name = name(tick);
    NamedClock clock =
        NamedClock.decode(
            name, content.orElseThrow(() -> time.missing(tick, name)), database, vbuckets);
    return new Base(tick, clock.branches(), clock.clock());
  }

  private synchronized void settle(@Nullable Base base) {
    publishing = null;
    if (base != null) {
      List<Base> more = new ArrayList<>(choice);
      more.add(base);
      more.sort(NEWEST_FIRST);
      choice = List.copyOf(more.subList(0, Math.min(CHOICE, more.size())));
      found.put(base.tick(), CompletableFuture.completedFuture(base));
    }
  }

  /**
   * The base of a tick; renewed, without waiting for it, if it is old.
   *
   * @return fails with a {@link TokenException} if it is not there, with the store's failure if
   *     that did not answer
   */
  CompletionStage<Base> find(int tick) {
    CompletableFuture<Base> finding = new CompletableFuture<>();
    CompletableFuture<Base> first = found.get(tick, missing -> finding);
    if (first == finding) {
      read(tick)
          .whenComplete(
              (base, failure) -> {
                if (failure == null) {
                  finding.complete(base);
                } else {
                  found.remove(tick, finding);
                  finding.completeExceptionally(counters.failed(failure));
                }
              });
    }
    keepFresh(tick);
    return first;
  }

  /** A client uses an old token: who knows for how long it is going to. */
  void keepFresh(int tick) {
    Integer last = renewed.get(tick);
    if (time.isFresh(last == null ? tick : last)) {
      return;
    }
    renewed.put(tick, time.now());
    counters.renewals.increment();
    store
        .renew(name(tick), time.kept())
        .whenComplete(
            (content, failure) -> {
              if (failure != null) {
                counters.failures.increment();
                renewed.forget(tick);
              } else if (content.isEmpty()) {
                // Gone for all servers: here too.
                found.forget(tick);
              }
            });
  }
}
