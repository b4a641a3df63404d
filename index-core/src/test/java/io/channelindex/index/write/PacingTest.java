package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.Batching.Linger;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PacingTest {
  private static final long MILLI = Duration.ofMillis(1).toNanos();
  private static final long LONGEST = 200 * MILLI;
  private static final Batching ADAPTIVE =
      Batching.DEFAULT.withLinger(Linger.ADAPTIVE, Duration.ofNanos(LONGEST));

  /** A partition that a stream of arrivals drives, and whose commits take no time. */
  private static final class Partition {
    final Pacing pacing;
    final Set<Integer> channels = new HashSet<>();
    int changes;
    long oldest;
    long lastCommitted;
    long longestWait;
    int commits;
    long operations;

    Partition(Batching batching) {
      pacing = new Pacing(batching);
    }

    void arrive(int channel, long now) {
      if (changes++ == 0) {
        oldest = now;
      }
      channels.add(channel);
      pacing.arrived();
    }

    /** Commits if it may; how long not to ask again, as long as nothing arrives. */
    long ask(long now) {
      if (changes == 0) {
        return Long.MAX_VALUE;
      }
      long hold = pacing.hold(changes, 100L * changes, channels.size(), oldest, now);
      if (hold == 0) {
        longestWait = Math.max(longestWait, now - oldest);
        pacing.committing(changes, channels.size());
        lastCommitted = changes;
        commits++;
        operations += channels.size() + Pacing.FIXED_OPERATIONS;
        changes = 0;
        channels.clear();
        return Long.MAX_VALUE;
      }
      return hold;
    }

    /** Arrivals at a steady rate, in channels at random. */
    long run(long from, int count, long apart, int ofChannels, Random random) {
      long now = from;
      long due = Long.MAX_VALUE;
      for (int i = 0; i < count; i++) {
        while (due <= now + apart) {
          due = next(due, ask(due));
        }
        now += apart;
        arrive(random.nextInt(ofChannels), now);
        due = next(now, ask(now));
      }
      for (; due != Long.MAX_VALUE; due = next(due, ask(due))) {
        now = due;
      }
      return now;
    }

    private static long next(long now, long hold) {
      return hold == Long.MAX_VALUE ? hold : now + hold;
    }
  }

  @Test
  void aLoneChangeAndAModerateLoadAreCommittedAtOnce() {
    Partition partition = new Partition(ADAPTIVE);
    partition.run(0, 1_000, 10 * MILLI, 100, new Random(1));
    assertThat(partition.commits).isEqualTo(1_000);
    assertThat(partition.longestWait).isZero();
  }

  @Test
  void whateverTheTimeIsAModerateLoadIsCommittedAtOnce() {
    for (long from : new long[] {Long.MIN_VALUE, -1_000_000_000_000L, Long.MAX_VALUE - 1_000}) {
      Partition partition = new Partition(ADAPTIVE);
      partition.run(from, 1_000, 10 * MILLI, 100, new Random(1));
      assertThat(partition.commits).as("from %d", from).isEqualTo(1_000);
    }
  }

  @Test
  void aFastStreamOfFewChannelsIsCommittedInLargeBatches() {
    Partition partition = new Partition(ADAPTIVE);
    partition.run(0, 30_000, MILLI / 5, 100, new Random(1));
    assertThat(partition.operations / 30_000.0).as("operations per change").isLessThan(0.15);
    assertThat(partition.longestWait).isPositive().isLessThanOrEqualTo(LONGEST);
  }

  @Test
  void aStreamThatStopsIsNotWaitedFor() {
    Partition partition = new Partition(ADAPTIVE);
    Random random = new Random(1);
    // Long enough for a wait to be under way, stopped in its middle.
    for (int count = 2_000; count < 2_400; count += 40) {
      long stopped = count * (MILLI / 5);
      long end = partition.run(0, count, MILLI / 5, 100, random) - stopped;
      assertThat(end).as("after the last change").isLessThanOrEqualTo(LONGEST / 4);
    }
  }

  @Test
  void whereChangesShareNoChannelsWaitingIsGivenUp() {
    Partition partition = new Partition(ADAPTIVE);
    partition.run(0, 30_000, MILLI / 5, Integer.MAX_VALUE, new Random(1));
    int waits = 30_000 / (int) (LONGEST / (MILLI / 5));
    assertThat(partition.commits).as("mostly alone").isGreaterThan(10 * waits);
  }

  @Test
  void whatIsFullWaitsForNothing() {
    Pacing pacing =
        new Pacing(ADAPTIVE.withChanges(3).withLinger(Linger.FIXED, Duration.ofHours(1)));
    assertThat(pacing.hold(2, 200, 2, 0, 5)).isEqualTo(Duration.ofHours(1).toNanos() - 5);
    assertThat(pacing.hold(3, 300, 2, 0, 5)).isZero();
    assertThat(pacing.hold(2, Batching.DEFAULT.bytes(), 2, 0, 5)).isZero();
  }

  @Test
  void withoutAnyWaitNobodyWaits() {
    for (Linger linger : Linger.values()) {
      Partition partition = new Partition(ADAPTIVE.withLinger(linger, Duration.ZERO));
      partition.run(0, 5_000, 10, 1, new Random(1));
      assertThat(partition.commits).as("%s", linger).isEqualTo(5_000);
    }
  }

  /** Whatever arrives when: nobody waits longer than allowed, and there is always a next look. */
  @Property(tries = 300)
  void nobodyWaitsBeyondTheBound(
      @ForAll Random random,
      @ForAll @IntRange(min = 1, max = 300) int longestMillis,
      @ForAll @IntRange(min = 1, max = 100) int promise,
      @ForAll @IntRange(min = 1, max = 2_000) int limit,
      @ForAll Linger linger) {
    Partition partition =
        new Partition(
            ADAPTIVE
                .withLinger(linger, Duration.ofMillis(longestMillis))
                .withPromise(promise)
                .withChanges(limit));
    long now = random.nextLong(); // Also where the clock overflows.
    for (int burst = 0; burst < 10; burst++) {
      long apart = 1 + (long) (MILLI * Math.pow(10, random.nextDouble() * 4 - 2));
      now = partition.run(now, 1 + random.nextInt(300), apart, 1 + random.nextInt(200), random);
      assertThat(partition.changes).as("left over").isZero();
      now += random.nextInt(1_000) * MILLI;
    }
    assertThat(partition.longestWait).isLessThanOrEqualTo(longestMillis * MILLI);
    assertThat(partition.lastCommitted).isLessThanOrEqualTo(limit);
  }
}
