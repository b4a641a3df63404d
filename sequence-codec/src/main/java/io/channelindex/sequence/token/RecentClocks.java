package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was made last of the same clocks. Feeds that are level with the index all stand at the very
 * same clock object, and to encode it takes longer than all else that a row costs: only identity is
 * compared, and what is not found is made again.
 *
 * <p>Thread-safe: a slot holds an immutable record or an older one.
 */
final class RecentClocks<T> {
  private static final int SLOTS = 16;

  private record Made<T>(long branches, SequenceClock since, SequenceClock upper, T product) {
    @SuppressWarnings("ReferenceEquality") // Equal clocks are many, and slow to tell apart.
    boolean isOf(long branches, SequenceClock since, SequenceClock upper) {
      return this.since == since && this.upper == upper && this.branches == branches;
    }
  }

  private final AtomicReferenceArray<@Nullable Made<T>> slots = new AtomicReferenceArray<>(SLOTS);

  /** What {@code maker} makes of these, now or the last time. */
  T get(long branches, SequenceClock since, SequenceClock upper, Supplier<T> maker) {
    int slot = (31 * System.identityHashCode(since) + System.identityHashCode(upper)) & (SLOTS - 1);
    Made<T> made = slots.get(slot);
    if (made == null || !made.isOf(branches, since, upper)) {
      made = new Made<>(branches, since, upper, maker.get());
      slots.set(slot, made);
    }
    return made.product;
  }
}
