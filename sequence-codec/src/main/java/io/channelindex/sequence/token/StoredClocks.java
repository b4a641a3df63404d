package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The lookup map (feature S2): clocks in a {@link ClockStore}, each under a hash of what it says,
 * so that writers of the same clock write the same and need not agree first.
 *
 * <p>A clock is put once, by whoever hands out its name first, and not while this node remembers
 * that it is there. It is renewed when its name is handed out again after half a life, or is given
 * by a client after that. What is found under a hash is compared with what should be there: a
 * collision is a failure of that clock, not another clock.
 *
 * <p>Thread-safe.
 */
final class StoredClocks {
  private final long database;
  private final int vbuckets;
  private final ClockStore store;
  private final TokenTime time;
  private final TokenCounters counters;
  private final RecentClocks<Content> recent = new RecentClocks<>();
  private final RecentlyUsed<ClockId, Slot> slots;

  StoredClocks(
      long database,
      int vbuckets,
      ClockStore store,
      TokenTime time,
      int cachedClocks,
      TokenCounters counters) {
    this.database = database;
    this.vbuckets = vbuckets;
    this.store = store;
    this.time = time;
    this.counters = counters;
    this.slots = new RecentlyUsed<>(cachedClocks);
  }

  /**
   * A clock that is kept.
   *
   * @param tick when it was put or renewed last
   */
  record Kept(ClockId id, int tick) {}

  /** A clock as it is stored. */
  private static final class Content {
    private final NamedClock clock;
    private final byte[] bytes;
    private final ClockId id;

    Content(NamedClock clock) {
      this.clock = clock;
      this.bytes = clock.encode();
      this.id = ClockId.of(bytes);
    }
  }

  /** What is known of a clock, and what is being done about it. Guarded by itself. */
  private static final class Slot {
    private @Nullable NamedClock clock;
    private @Nullable Kept kept;
    private @Nullable CompletableFuture<Kept> keeping;
    private @Nullable CompletableFuture<NamedClock> finding;
  }

  private static final class CollisionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CollisionException(ClockId id) {
      super("another content under the same hash: name=" + id.name());
    }
  }

  /**
   * Sees to it that a clock is kept; fails if the store did not answer, or has another content
   * under its name.
   */
  CompletionStage<Kept> keep(long branches, SequenceClock clock) {
    Content content =
        recent.get(
            branches, clock, clock, () -> new Content(new NamedClock(database, branches, clock)));
    Slot slot = slots.get(content.id, id -> new Slot());
    CompletableFuture<Kept> keeping;
    boolean known;
    synchronized (slot) {
      if (slot.kept != null && time.isFresh(slot.kept.tick())) {
        return CompletableFuture.completedFuture(slot.kept);
      }
      if (slot.keeping != null) {
        return slot.keeping;
      }
      known = slot.kept != null || slot.clock != null;
      keeping = new CompletableFuture<>();
      slot.keeping = keeping;
    }
    int tick = time.now();
    (known ? renewOrPut(content) : putOrRenew(content))
        .whenComplete((done, failure) -> settle(slot, content, tick, keeping, failure));
    return keeping;
  }

  private void settle(
      Slot slot,
      Content content,
      int tick,
      CompletableFuture<Kept> keeping,
      @Nullable Throwable failure) {
    Kept kept = new Kept(content.id, tick);
    synchronized (slot) {
      slot.keeping = null;
      if (failure == null) {
        slot.kept = kept;
        slot.clock = content.clock;
      }
    }
    if (failure == null) {
      keeping.complete(kept);
    } else {
      counters.failures.increment();
      keeping.completeExceptionally(failure);
    }
  }

  private CompletionStage<Boolean> putOrRenew(Content content) {
    return put(content)
        .thenCompose(put -> put == ClockStore.Put.STORED ? done() : renewOrPutAgain(content));
  }

  private CompletionStage<Boolean> renewOrPut(Content content) {
    return renew(content).thenCompose(found -> found ? done() : putOrRenew(content));
  }

  /** What vanished since it was seen is put once more; if that is not the first, it is new. */
  private CompletionStage<Boolean> renewOrPutAgain(Content content) {
    return renew(content)
        .thenCompose(found -> found ? done() : put(content).thenApply(again -> true));
  }

  private static CompletionStage<Boolean> done() {
    return CompletableFuture.completedFuture(true);
  }

  private CompletionStage<ClockStore.Put> put(Content content) {
    counters.puts.increment();
    return store.putIfAbsent(content.id.name(), content.bytes, time.kept());
  }

  private CompletionStage<Boolean> renew(Content content) {
    counters.renewals.increment();
    return store
        .renew(content.id.name(), time.kept())
        .thenApply(found -> found.isPresent() && isSame(content, found.get()));
  }

  private boolean isSame(Content content, byte[] found) {
    if (!Arrays.equals(content.bytes, found)) {
      counters.collisions.increment();
      throw new CollisionException(content.id);
    }
    return true;
  }

  /**
   * The clock that a token names; renewed, without waiting for it, if that was kept long ago.
   *
   * @return fails with a {@link TokenException} if it is not there, with the store's failure if
   *     that did not answer
   */
  CompletionStage<NamedClock> find(Kept named) {
    Slot slot = slots.get(named.id(), id -> new Slot());
    CompletableFuture<NamedClock> finding;
    synchronized (slot) {
      if (slot.clock != null) {
        NamedClock known = slot.clock;
        keepFresh(slot, named, known);
        return CompletableFuture.completedFuture(known);
      }
      if (slot.finding != null) {
        return slot.finding;
      }
      finding = new CompletableFuture<>();
      slot.finding = finding;
    }
    String name = named.id().name();
    counters.gets.increment();
    store
        .get(name)
        .thenApply(found -> found(named, found))
        .whenComplete(
            (clock, failure) -> {
              synchronized (slot) {
                slot.finding = null;
                slot.clock = clock;
              }
              if (failure == null) {
                keepFresh(slot, named, clock);
                finding.complete(clock);
              } else {
                slots.remove(named.id(), slot);
                finding.completeExceptionally(counters.failed(failure));
              }
            });
    return finding;
  }

  private NamedClock found(Kept named, Optional<byte[]> found) {
    String name = named.id().name();
    byte[] content = found.orElseThrow(() -> time.missing(named.tick(), name));
    if (!ClockId.of(content).equals(named.id())) {
      counters.collisions.increment();
      throw new TokenException(
          TokenException.Reason.UNKNOWN, "another content under the token's clock: name=" + name);
    }
    return NamedClock.decode(name, content, database, vbuckets);
  }

  /** A client uses an old token: who knows for how long it is going to. */
  private void keepFresh(Slot slot, Kept named, NamedClock clock) {
    boolean old;
    synchronized (slot) {
      old = !time.isFresh(named.tick()) && (slot.kept == null || !time.isFresh(slot.kept.tick()));
    }
    if (old) {
      // Counted if it fails; the token is good until the clock goes.
      var unused = keep(clock.branches(), clock.clock());
    }
  }
}
