package io.channelindex.index.read;

import io.channelindex.index.read.Movement.Reach;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.format.StableDocument;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was read of channels lately, within a bound of bytes; and what is being read, so that
 * whoever wants it too waits for the same answer (R4). What was used longest ago goes first.
 *
 * <p>Content gets old in two ways:
 *
 * <ul>
 *   <li>A channel's <em>head</em> in a partition, and with it its active block and what belongs to
 *       its {@link Directory}, are good until the partition's stable document tells of a commit
 *       that made something visible in the channel.
 *   <li>Blocks of which everything was stable already, and directory pages, never change once a
 *       head lists them. They are forgotten when a history branch begins or ends, because what is
 *       visible in them depends on it, and when the partition's owner changes: a bucket that lost
 *       commits may have others under the same keys.
 * </ul>
 *
 * <p>Why a head is never too old for a view (invariants 6 and 11). The cache is told of a movement
 * before anybody can have the view that follows, and drops what the movement makes old, also what
 * is being read. So what it has was asked for after the last movement before the asker's view that
 * touched the channel, which is after that commit was written; and no commit since made anything
 * visible that a block of that time would lack.
 *
 * <p>Entries of blocks are those that are visible in the newest state that the cache was told of
 * when they were asked for: at least what the asker's view says. More cannot be kept, because what
 * is not committed need not be readable yet; and more need not be kept, because the commit that
 * makes it visible touches the channel, and an unstable block belongs to a directory that is old
 * then.
 *
 * <p>Failures and missing documents reach all who wait and are not remembered (invariant 10).
 *
 * <p>Thread-safe: guarded by its monitor, under which it calls nobody.
 */
final class ChannelCache implements StableClocks.Moves {
  /** What a place takes beside its content: key, slot, future, node of the map, in bytes. */
  private static final int PLACE_BYTES = 200;

  private final long capacity;
  private final ReadCounters counters;
  private final Map<Place, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);
  private final int[] headsForgotten;
  private final int[] blocksForgotten;

  /** The newest state of each partition. */
  private final StableDocument[] states;

  private long bytes;

  /** What a place holds. */
  enum Kind {
    /** {@link Directory}. */
    HEAD,
    /** {@link BlockEntries} of the block that a directory calls active. */
    ACTIVE,
    /** {@link Summaries}. */
    PAGE,
    /** {@link BlockEntries} of a closed block. */
    BLOCK,
    /** {@link BlockEntries} of a block that compaction wrote. */
    PACKED;

    boolean isOfHead() {
      return this == HEAD || this == ACTIVE;
    }
  }

  /**
   * Where something stands. Two channels may have one hash: what stands there says whose it is.
   *
   * @param number of the block or page; 0 of others
   */
  record Place(Kind kind, int partition, long channelHash, int number) {}

  private static final class Slot {
    final Object owner;
    final int forgotten;
    final CompletableFuture<Optional<? extends Cached>> content = new CompletableFuture<>();

    /** What is accounted for; 0 as long as it is being read. */
    long bytes;

    Slot(Object owner, int forgotten) {
      this.owner = owner;
      this.forgotten = forgotten;
    }
  }

  /**
   * An empty cache.
   *
   * @param capacity in bytes; 0 keeps nothing, and what is being read is shared all the same
   */
  ChannelCache(long capacity, PartitionMap map, ReadCounters counters) {
    this.capacity = capacity;
    this.counters = counters;
    this.headsForgotten = new int[map.partitions()];
    this.blocksForgotten = new int[map.partitions()];
    this.states = new StableDocument[map.partitions()];
    for (int partition = 0; partition < states.length; partition++) {
      states[partition] = StableDocument.unowned(map, partition);
    }
  }

  /**
   * What stands at a place: known, being read for somebody else, or else read now.
   *
   * @param owner whose it has to be: a channel's name; or a directory, with which it gets old
   * @param read reads it; empty if there is no such document
   */
  <T extends Cached> CompletionStage<Optional<T>> get(
      Place place, Object owner, Supplier<CompletionStage<Optional<T>>> read) {
    return get(place, owner, null, state -> read.get());
  }

  /**
   * The same for what depends on what is visible.
   *
   * @param view the state of the partition that the asker knows: at least what is visible in it is
   *     what there is
   * @param read reads what is visible in a state
   */
  <T extends Cached> CompletionStage<Optional<T>> get(
      Place place,
      Object owner,
      @Nullable StableDocument view,
      Function<StableDocument, CompletionStage<Optional<T>>> read) {
    Slot fresh;
    StableDocument state;
    synchronized (this) {
      state = states[place.partition()];
      if (view != null && !isSamePast(view, state)) {
        // History has changed since the asker looked: what is true by now is not what it asks for.
        fresh = new Slot(owner, forgotten(place));
        state = view;
      } else {
        Slot slot = slot(place, owner);
        if (slot != null) {
          return content(slot);
        }
        fresh = new Slot(owner, forgotten(place));
        replace(place, fresh);
      }
    }
    counters.loads.increment();
    begin(read, state)
        .whenComplete(
            (content, failure) -> {
              if (failure == null) {
                loaded(place, fresh, content);
              } else {
                failed(place, fresh, failure);
              }
            });
    return content(fresh);
  }

  /** The same if it is known, or being read for somebody else; null otherwise. */
  synchronized <T extends Cached> @Nullable CompletionStage<Optional<T>> find(
      Place place, Object owner, StableDocument view) {
    Slot slot = isSamePast(view, states[place.partition()]) ? slot(place, owner) : null;
    return slot == null ? null : content(slot);
  }

  private @Nullable Slot slot(Place place, Object owner) {
    Slot slot = slots.get(place);
    if (slot == null || slot.forgotten != forgotten(place) || !slot.owner.equals(owner)) {
      return null;
    }
    (slot.bytes > 0 ? counters.cacheHits : counters.sharedLoads).increment();
    return slot;
  }

  private static <T> CompletionStage<T> begin(
      Function<StableDocument, CompletionStage<T>> read, StableDocument state) {
    try {
      return read.apply(state);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  // What stands at a place was put there by a caller who asked for the place's kind.
  @SuppressWarnings("unchecked")
  private static <T extends Cached> CompletionStage<Optional<T>> content(Slot slot) {
    return (CompletionStage<Optional<T>>) (CompletionStage<?>) slot.content;
  }

  private void loaded(Place place, Slot slot, Optional<? extends Cached> content) {
    long taken = content.isEmpty() ? 0 : content.get().bytes() + PLACE_BYTES;
    synchronized (this) {
      if (taken > 0 && taken <= capacity && isIn(place, slot)) {
        slot.bytes = taken;
        grow(taken);
        makeRoom();
      } else {
        drop(place, slot);
      }
    }
    slot.content.complete(content);
  }

  private void failed(Place place, Slot slot, Throwable failure) {
    synchronized (this) {
      drop(place, slot);
    }
    slot.content.completeExceptionally(Stages.cause(failure));
  }

  /** Drops what is not kept, unless another took its place meanwhile. */
  private void drop(Place place, Slot slot) {
    if (isSame(slots.get(place), slot)) {
      slots.remove(place);
    }
  }

  /** For how many places it has something. */
  synchronized int size() {
    return slots.size();
  }

  /** Forgets a directory that does not agree any more with what is there. */
  synchronized void forget(Place head, Directory directory) {
    Slot slot = slots.get(head);
    if (slot != null && slot.bytes > 0 && isSame(slot.content.join().orElse(null), directory)) {
      replace(head, null);
    }
  }

  @Override
  public synchronized void moved(Movement movement, StableView after) {
    int partition = movement.partition();
    states[partition] = movement.after();
    if (movement.reach() == Reach.UNDONE || !isSamePast(movement.before(), movement.after())) {
      blocksForgotten[partition]++;
    }
    if (movement.reach() != Reach.LISTED) {
      headsForgotten[partition]++;
      return;
    }
    for (long channel : movement.channels()) {
      replace(new Place(Kind.HEAD, partition, channel, 0), null);
      replace(new Place(Kind.ACTIVE, partition, channel, 0), null);
    }
  }

  private static boolean isSamePast(StableDocument before, StableDocument after) {
    boolean same = before.owner().equals(after.owner());
    for (int i = 0; same && i < after.vbuckets().size(); i++) {
      same = before.vbuckets().get(i).history().equals(after.vbuckets().get(i).history());
    }
    return same;
  }

  private int forgotten(Place place) {
    return (place.kind().isOfHead() ? headsForgotten : blocksForgotten)[place.partition()];
  }

  private boolean isIn(Place place, Slot slot) {
    return isSame(slots.get(place), slot) && slot.forgotten == forgotten(place);
  }

  // Neither slots nor directories are values: what counts is which one it is.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(@Nullable Object one, Object other) {
    return one == other;
  }

  private void replace(Place place, @Nullable Slot slot) {
    Slot old = slot == null ? slots.remove(place) : slots.put(place, slot);
    if (old != null) {
      grow(-old.bytes);
    }
  }

  private void makeRoom() {
    Iterator<Slot> oldest = slots.values().iterator();
    while (bytes > capacity && oldest.hasNext()) {
      Slot slot = oldest.next();
      // What is being read takes nothing yet, and somebody waits for it.
      if (slot.bytes > 0) {
        oldest.remove();
        grow(-slot.bytes);
      }
    }
  }

  private void grow(long more) {
    bytes += more;
    counters.cacheBytes.add(more);
  }
}
