package io.channelindex.embedded.engine;

import io.channelindex.embedded.protocol.Status;
import java.util.concurrent.atomic.LongAdder;

/**
 * How much memory a bucket's documents take, and how much they may. Thread-safe.
 *
 * <p>Every version that can still be read counts, tombstones and versions kept for open streams
 * among them, with key, value and {@value Item#OVERHEAD_BYTES} bytes. Nothing is evicted: only
 * deletions, the purge of their tombstones and overwriting with less make room. Writers are not
 * serialized by the check, so a burst may go a few documents beyond the limit.
 *
 * <p>Source: {@code memory_tracker.cc} and {@code memoryCondition} in {@code ep_engine.cc} of
 * couchbase/kv_engine 7.6.
 */
final class MemoryQuota {
  /** The quota of a bucket without one. */
  static final long UNLIMITED = Long.MAX_VALUE;

  /** Percent of the quota beyond which nothing is stored. */
  private static final int MUTATION_PERCENT = 93;

  private final long quota;
  private final long mutationLimit;
  private final LongAdder used = new LongAdder();
  private final LongAdder temporaryRefusals = new LongAdder();
  private final LongAdder hardRefusals = new LongAdder();

  /** A quota in bytes, {@link #UNLIMITED} for none. */
  MemoryQuota(long quota) {
    this.quota = quota;
    this.mutationLimit = quota == UNLIMITED ? UNLIMITED : quota / 100 * MUTATION_PERCENT;
  }

  /** Grows and shrinks with what is stored; in bytes. */
  LongAdder used() {
    return used;
  }

  /** Refusals that a client may repeat later. */
  long temporaryRefusals() {
    return temporaryRefusals.sum();
  }

  /** Refusals with more stored than the quota. */
  long hardRefusals() {
    return hardRefusals.sum();
  }

  /**
   * Checks that a document of {@code payload} bytes can be stored.
   *
   * @throws StatusException {@link Status#ETMPFAIL} if it would go beyond the part of the quota
   *     that mutations may use, {@link Status#ENOMEM} if more than the quota is used already
   */
  void requireRoom(int payload) {
    if (mutationLimit == UNLIMITED) {
      return;
    }
    long now = used.sum();
    if (now + Item.OVERHEAD_BYTES + payload >= mutationLimit) {
      boolean temporary = now < quota;
      (temporary ? temporaryRefusals : hardRefusals).increment();
      throw StatusException.of(temporary ? Status.ETMPFAIL : Status.ENOMEM);
    }
  }
}
