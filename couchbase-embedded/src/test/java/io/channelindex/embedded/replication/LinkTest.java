package io.channelindex.embedded.replication;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.BucketCollections;
import io.channelindex.embedded.engine.BucketShape;
import io.channelindex.embedded.engine.Durability;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.VBucketState;
import io.channelindex.embedded.engine.Write;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinkTest {
  private static final int VBUCKETS = 4;

  private final BucketCollections collections = new BucketCollections();
  private final Bucket source = copy();
  private final Bucket target = copy();
  private final Replicator replicator = new Replicator();
  private final Link link = replicator.link(0, 1);
  private final List<ReplicationStream> streams = new ArrayList<>();

  private Bucket copy() {
    BucketShape shape = new BucketShape(VBUCKETS, 1, Long.MAX_VALUE);
    return new Bucket(
        "b", "0".repeat(32), shape, InstantSource.system(), collections, VBucketState.DEAD);
  }

  @BeforeEach
  void connect() {
    for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
      source.vbucket(vbucket).activate(VBucket.Succession.TAKEOVER);
      target.vbucket(vbucket).becomeReplica();
      source.vbucket(vbucket).replicateTo(List.of(target.vbucket(vbucket)));
      streams.add(replicator.open(0, source.vbucket(vbucket), 1, target.vbucket(vbucket)));
    }
  }

  @AfterEach
  void close() {
    replicator.close();
  }

  private void write(int vbucket, String key) {
    source.vbucket(vbucket).set(Key.of(key), new Write().set(key.getBytes(UTF_8), 0, 0, 0, 0));
  }

  private long received(int vbucket) {
    return target.vbucket(vbucket).standing().seqno();
  }

  private void awaitEqual() {
    await()
        .untilAsserted(
            () -> {
              for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                assertThat(received(vbucket)).isEqualTo(source.vbucket(vbucket).highSeqno());
              }
            });
  }

  @Test
  void nothingArrivesWhileEitherNodeIsAbsent() {
    write(0, "a");
    awaitEqual();
    for (int node : new int[] {0, 1}) {
      replicator.leave(node);
      replicator.leave(node);
      link.cut();
      link.heal();
      write(0, "b" + node);
      await().during(Duration.ofMillis(100)).until(() -> received(0) < source(0));
      replicator.join(node);
      replicator.join(node);
      awaitEqual();
    }
    replicator.leave(0);
    replicator.leave(1);
    write(0, "c");
    replicator.join(0);
    await().during(Duration.ofMillis(100)).until(() -> received(0) < source(0));
    replicator.join(1);
    awaitEqual();
  }

  @Test
  void aLinkThatIsAskedForLaterKnowsWhoIsAbsent() {
    replicator.leave(7);
    try (ReplicationStream late = replicator.open(7, source.vbucket(1), 1, target.vbucket(1))) {
      streams.get(1).close();
      write(1, "a");
      await().during(Duration.ofMillis(100)).until(() -> received(1) == 0);
      replicator.join(7);
      await().untilAsserted(() -> assertThat(late.hasReached(Long.MAX_VALUE)).isTrue());
    }
  }

  private long source(int vbucket) {
    return source.vbucket(vbucket).highSeqno();
  }

  @Test
  void whatIsWrittenArrives() {
    write(0, "a");
    write(3, "b");

    awaitEqual();

    assertThat(streams).allMatch(stream -> stream.hasReached(Long.MAX_VALUE));
    assertThat(target.vbucket(0).getReplica(Key.of("a"))).isNotNull();
  }

  @Test
  void nothingArrivesBeforeTheDelay() {
    awaitEqual();
    link.delay(Duration.ofMillis(300));
    long start = System.nanoTime();
    write(0, "a");

    await().until(() -> received(0) == 1);

    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isGreaterThanOrEqualTo(Duration.ofMillis(300));
    assertThatThrownBy(() -> link.delay(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("delay=PT-0.001S");
  }

  @Test
  void whatIsOnItsWayWhenTheLinkIsCutIsLostUntilItIsHealed() {
    link.delay(Duration.ofMillis(100));
    write(0, "a");
    link.cut();
    link.delay(Duration.ZERO);
    write(1, "b");

    await().during(Duration.ofMillis(300)).until(() -> received(0) == 0 && received(1) == 0);

    link.heal();
    awaitEqual();
  }

  @Test
  void nothingArrivesAfterAStreamWasClosed() {
    write(0, "a");
    awaitEqual();
    streams.get(0).close();
    write(0, "b");
    write(1, "c");

    await().until(() -> received(1) == 1);
    assertThat(received(0)).isEqualTo(1);
  }

  @Test
  void aDurableWriteIsCommittedWhenItHasArrived() {
    AtomicReference<String> told = new AtomicReference<>("nothing");
    Durability durability =
        Durability.of(
            Durability.Level.MAJORITY,
            new Durability.Outcome() {
              @Override
              public void committed() {
                told.set("committed");
              }

              @Override
              public void ambiguous() {
                told.set("ambiguous");
              }
            });
    link.cut();
    source
        .vbucket(0)
        .set(Key.of("a"), new Write().set("1".getBytes(UTF_8), 0, 0, 0, 0).durability(durability));
    assertThat(told).hasValue("nothing");

    link.heal();

    await().untilAsserted(() -> assertThat(told).hasValue("committed"));
    assertThat(source.vbucket(0).get(Key.of("a"))).isNotNull();
    awaitEqual();
  }

  @Test
  void copiesAreEqualAfterWritersCutsAndCrashes() throws InterruptedException {
    List<Thread> writers = new ArrayList<>();
    for (int writer = 0; writer < 3; writer++) {
      int seed = writer;
      Thread thread =
          new Thread(
              () -> {
                Random random = new Random(seed);
                for (int i = 0; i < 5_000; i++) {
                  write(random.nextInt(VBUCKETS), "k" + random.nextInt(200));
                }
              },
              "writer-" + writer);
      writers.add(thread);
      thread.start();
    }
    for (int round = 0; round < 10; round++) {
      link.cut();
      target.crash();
      link.heal();
      source.crash();
    }
    for (Thread writer : writers) {
      writer.join();
    }

    awaitEqual();
    assertThat(target.vbuckets())
        .allSatisfy(
            copy -> assertThat(copy.vbuuid()).isEqualTo(source.vbucket(copy.id()).vbuuid()));
    for (VBucket copy : target.vbuckets()) {
      assertThat(copy.position().documents())
          .isEqualTo(source.vbucket(copy.id()).position().documents());
    }
  }

  /** The turns of a moment are taken together. */
  @Test
  void aStreamThatFailsTakesNoOtherOneWithIt() {
    awaitEqual();
    streams.forEach(ReplicationStream::close);
    BucketCollections unaware = new BucketCollections();
    Bucket other =
        new Bucket(
            "b",
            "0".repeat(32),
            source.shape(),
            InstantSource.system(),
            unaware,
            VBucketState.REPLICA);
    link.cut();
    replicator.open(0, source.vbucket(0), 1, other.vbucket(0));
    for (int vbucket = 1; vbucket < VBUCKETS; vbucket++) {
      replicator.open(0, source.vbucket(vbucket), 1, target.vbucket(vbucket));
    }
    source.createScope("s");
    link.heal();

    await()
        .untilAsserted(
            () -> {
              for (int vbucket = 1; vbucket < VBUCKETS; vbucket++) {
                assertThat(received(vbucket)).isEqualTo(1);
              }
            });
    assertThat(other.vbucket(0).standing().seqno()).isZero();
  }
}
