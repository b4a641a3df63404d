package io.channelindex.embedded.engine;

import static io.channelindex.embedded.engine.Items.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What documents cost, and what happens when there is no room for more. */
class MemoryQuotaTest {
  private static final long QUOTA = 100_000;

  private final SettableClock clock = new SettableClock();
  private final Bucket bucket =
      new Bucket("b", "0".repeat(32), new BucketShape(2, 0, QUOTA), clock);
  private final VBucket vbucket = bucket.vbucket(0);

  /** Writes documents of {@code length} bytes until one is refused; returns the refusal. */
  private Status fill(int length) {
    for (int i = 0; ; i++) {
      try {
        bucket.vbucket(i % 2).set(Key.of("fill" + i), write("x".repeat(length)));
      } catch (StatusException e) {
        return e.status();
      }
    }
  }

  @Test
  void beyondTheShareOfMutationsWritesFailForTheTimeBeing() {
    assertThat(fill(500)).isEqualTo(Status.ETMPFAIL);

    assertThat(bucket.memoryUsed()).isBetween(QUOTA / 100 * 92, QUOTA / 100 * 93);
    assertThat(bucket.temporaryMemoryRefusals()).isEqualTo(1);
    assertThat(bucket.hardMemoryRefusals()).isZero();
  }

  @Test
  void everyWriteIsRefusedAndNoReadOrRemoval() {
    Key key = Key.of("counter");
    vbucket.set(key, write("1"));
    fill(500);
    fill(1);

    StatusException full = StatusException.of(Status.ETMPFAIL);
    assertThatThrownBy(() -> vbucket.set(key, write("2"))).isSameAs(full);
    assertThatThrownBy(() -> vbucket.add(Key.of("new"), write("2"))).isSameAs(full);
    assertThatThrownBy(() -> vbucket.replace(key, write("2"))).isSameAs(full);
    assertThatThrownBy(
            () -> vbucket.concatenate(key, new byte[1], VBucket.End.BACK, 0, Durability.NONE))
        .isSameAs(full);
    assertThatThrownBy(
            () ->
                vbucket.count(key, new Counter(Counter.Direction.UP, 1, 0, 0), 0, Durability.NONE))
        .isSameAs(full);
    assertThatThrownBy(
            () ->
                vbucket.update(
                    key,
                    0,
                    Durability.NONE,
                    (existing, cas, seqno) -> new Change(Item.Kind.DOCUMENT, new byte[1], 0, 0, 0)))
        .isSameAs(full);

    assertThat(vbucket.get(key)).isNotNull();
    vbucket.touch(key, 100);
    vbucket.delete(key, 0, Durability.NONE);
  }

  @Test
  void roomComesBackWithDeletionAndPurge() {
    fill(5_000);
    vbucket.delete(Key.of("fill0"), 0, Durability.NONE);

    vbucket.set(Key.of("small"), write("x".repeat(4_000)));

    clock.advance(Duration.ofDays(1));
    long before = bucket.memoryUsed();
    assertThat(bucket.purgeTombstones(Duration.ofHours(1))).isEqualTo(1);
    assertThat(bucket.memoryUsed()).isEqualTo(before - Item.OVERHEAD_BYTES - "fill0".length());
  }

  @Test
  void moreThanTheQuotaIsNotTemporary() {
    fill(500);
    // Tombstones and touches need no leave, so what is kept for an open snapshot may exceed it.
    try (Snapshot snapshot = vbucket.snapshotAfter(0, VBucket.View.EVERYTHING)) {
      for (int i = 0; bucket.memoryUsed() < QUOTA; i += 2) {
        vbucket.touch(Key.of("fill" + i), 1_000);
      }
      assertThat(snapshot.end()).isPositive();

      assertThat(fill(1)).isEqualTo(Status.ENOMEM);
    }
    assertThat(bucket.hardMemoryRefusals()).isEqualTo(1);
    assertThat(fill(1)).isEqualTo(Status.ETMPFAIL);
  }

  @Test
  void noQuotaIsNone() {
    Bucket unlimited = new Bucket("b", "0".repeat(32), 1, clock);

    unlimited.vbucket(0).set(Key.of("k"), write("x".repeat(1 << 20)));

    assertThat(unlimited.shape().quotaBytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(unlimited.memoryUsed()).isEqualTo((1 << 20) + 1 + Item.OVERHEAD_BYTES);
  }

  @Property(tries = 200)
  void countsWhatCanBeReadAndNothingElse(@ForAll long seed) {
    Random random = new Random(seed);
    Bucket counted = new Bucket("b", "0".repeat(32), 1, clock);
    VBucket only = counted.vbucket(0);
    for (int step = 0; step < 300; step++) {
      Key key = Key.of("k" + random.nextInt(20));
      switch (random.nextInt(12)) {
        case 0 -> counted.pausePersistence();
        case 1 -> counted.resumePersistence();
        case 2 -> counted.purgeTombstones(Duration.ZERO);
        case 3 -> deleteIfThere(only, key);
        case 4 -> readPart(only, random);
        case 5 -> {
          if (random.nextInt(10) == 0) {
            counted.crash();
          }
        }
        default -> only.set(key, write("x".repeat(random.nextInt(100)), random.nextInt(3), 0));
      }
      clock.advance(Duration.ofMillis(random.nextInt(200)));
    }
    counted.resumePersistence();

    assertThat(counted.memoryUsed()).isEqualTo(readable(only));
  }

  private static void deleteIfThere(VBucket vbucket, Key key) {
    if (vbucket.get(key) != null) {
      vbucket.delete(key, 0, Durability.NONE);
    }
  }

  private static void readPart(VBucket vbucket, Random random) {
    Snapshot snapshot = vbucket.snapshotAfter(0, VBucket.View.EVERYTHING);
    if (snapshot != null) {
      vbucket.set(Key.of("k" + random.nextInt(20)), write("during"));
      snapshot.read(5, Long.MAX_VALUE, item -> {});
      snapshot.close();
    }
  }

  /** The naive count: everything that a stream from 0 reads. */
  private static long readable(VBucket vbucket) {
    long[] bytes = new long[1];
    Snapshot snapshot = vbucket.snapshotAfter(0, VBucket.View.EVERYTHING);
    if (snapshot != null) {
      snapshot.read(
          Integer.MAX_VALUE, Long.MAX_VALUE, item -> bytes[0] += item.payloadBytes() + 128);
      snapshot.close();
    }
    return bytes[0];
  }
}
