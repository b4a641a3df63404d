package io.channelindex.embedded.engine;

import static io.channelindex.embedded.engine.Items.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BucketTest {
  private final SettableClock clock = new SettableClock();
  private final Bucket bucket = new Bucket("b", "0".repeat(32), 4, clock);

  private List<Item> history(int vbucket) {
    List<Item> items = new ArrayList<>();
    Snapshot snapshot = bucket.vbucket(vbucket).snapshotAfter(0, VBucket.View.EVERYTHING);
    if (snapshot != null) {
      try (snapshot) {
        while (!snapshot.isExhausted()) {
          snapshot.read(10, Long.MAX_VALUE, items::add);
        }
      }
    }
    return items;
  }

  private List<String> events(int vbucket) {
    return history(vbucket).stream()
        .filter(SystemEvent.class::isInstance)
        .map(SystemEvent.class::cast)
        .map(e -> e.type() + " " + e.scope() + "/" + e.collection() + " " + e.manifestUid())
        .toList();
  }

  @Test
  void aChangeOfTheManifestIsInTheHistoryOfEveryVbucket() {
    bucket.createScope("s");
    bucket.createCollection("s", "c", 0);

    for (int vbucket = 0; vbucket < 4; vbucket++) {
      assertThat(events(vbucket)).containsExactly("CREATE_SCOPE 8/0 1", "CREATE_COLLECTION 8/8 2");
    }
  }

  @Test
  void aDropReplacesTheCreationAndErasesTheDocuments() {
    bucket.createScope("s");
    bucket.createCollection("s", "c", 0);
    VBucket vbucket = bucket.vbucket(1);
    vbucket.set(Key.of(8, "k"), write("1"));

    bucket.dropCollection("s", "c");

    assertThat(events(1)).containsExactly("CREATE_SCOPE 8/0 1", "DROP_COLLECTION 8/8 3");
    assertThat(history(1)).hasSize(2);
    assertThat(bucket.documentCount()).isZero();
    assertThatThrownBy(() -> vbucket.get(Key.of(8, "k")))
        .isSameAs(StatusException.of(Status.UNKNOWN_COLLECTION));
  }

  @Test
  void droppingAScopeDropsItsCollections() {
    bucket.createScope("s");
    bucket.createCollection("s", "c", 0);
    bucket.createCollection("s", "d", 0);

    CollectionsManifest manifest = bucket.dropScope("s");

    assertThat(manifest.scopes()).hasSize(1);
    assertThat(events(0))
        .containsExactly("DROP_COLLECTION 8/8 4", "DROP_COLLECTION 8/9 5", "DROP_SCOPE 8/0 6");
  }

  @Test
  void refusingToDropTheDefaultScopeChangesNothing() {
    bucket.createCollection("_default", "c", 0);

    assertThatThrownBy(() -> bucket.dropScope("_default"))
        .hasMessage("Scope with name \"_default\" cannot be dropped");

    assertThat(bucket.manifest().uid()).isEqualTo(1);
    assertThat(bucket.manifest().contains(0)).isTrue();
    assertThat(bucket.manifest().contains(8)).isTrue();
  }

  @Test
  void aDroppedDefaultCollectionCannotBeUsed() {
    VBucket vbucket = bucket.vbucket(0);
    vbucket.set(Key.of("k"), write("1"));

    bucket.dropCollection("_default", "_default");

    assertThatThrownBy(() -> vbucket.get(Key.of("k")))
        .isSameAs(StatusException.of(Status.UNKNOWN_COLLECTION));
    assertThat(events(0)).containsExactly("DROP_COLLECTION 0/0 1");
  }

  @Test
  void aChangeThatACrashUndidHappensAgain() {
    bucket.createCollection("_default", "kept", 0);
    VBucket vbucket = bucket.vbucket(0);
    vbucket.set(Key.of(8, "k"), write("1"));
    bucket.pausePersistence();
    bucket.dropCollection("_default", "kept");
    bucket.createCollection("_default", "new", 0);
    vbucket.set(Key.of(9, "k"), write("2"));
    long branchPoint = 2;

    bucket.crash();

    assertThat(events(0)).containsExactly("DROP_COLLECTION 0/8 2", "CREATE_COLLECTION 0/9 3");
    assertThat(history(0)).extracting(Item::seqno).containsExactly(3L, 4L);
    assertThat(vbucket.position().failoverLog().branches().get(0).seqno()).isEqualTo(branchPoint);
    assertThat(bucket.documentCount()).isZero();
    assertThat(vbucket.get(Key.of(9, "k"))).isNull();
    assertThatThrownBy(() -> vbucket.get(Key.of(8, "k")))
        .isSameAs(StatusException.of(Status.UNKNOWN_COLLECTION));
  }

  @Test
  void aCrashDoesNotBringBackWhatAnOpenSnapshotStillReads() {
    bucket.createCollection("_default", "c", 0);
    VBucket vbucket = bucket.vbucket(0);
    vbucket.set(Key.of(8, "k"), write("1"));
    Snapshot snapshot = vbucket.snapshotAfter(0, VBucket.View.EVERYTHING);
    bucket.dropCollection("_default", "c");

    bucket.crash();
    snapshot.close();

    assertThat(events(0)).containsExactly("DROP_COLLECTION 0/8 2");
    assertThat(history(0)).hasSize(1);
    assertThat(vbucket.position().documents()).isZero();
  }

  @Test
  void listenersHearOfEveryChange() {
    List<Long> uids = new ArrayList<>();
    bucket.collections().onChange(() -> uids.add(bucket.manifest().uid()));

    bucket.createScope("s");
    assertThatThrownBy(() -> bucket.createScope("s")).isInstanceOf(IllegalArgumentException.class);
    bucket.createCollection("s", "c", 0);
    bucket.dropScope("s");

    assertThat(uids).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void documentsOfACollectionWithAMaximumLifeExpire() {
    bucket.createCollection("_default", "short", 60);
    VBucket vbucket = bucket.vbucket(0);
    Key key = Key.of(8, "k");
    int latest = (int) clock.seconds() + 60;

    assertThat(vbucket.set(key, write("1")).expiry()).isEqualTo(latest);
    assertThat(vbucket.set(key, write("1", 59, 0)).expiry()).isEqualTo(latest - 1);
    assertThat(vbucket.set(key, write("1", 61, 0)).expiry()).isEqualTo(latest);
    assertThat(vbucket.set(key, write("1", latest + 1, 0)).expiry()).isEqualTo(latest);
  }

  @Test
  void purgingKeepsTheNewestTombstoneOfEachCollection() {
    bucket.createCollection("_default", "c", 0);
    VBucket vbucket = bucket.vbucket(0);
    for (String name : List.of("a", "b")) {
      vbucket.set(Key.of(name), write("1"));
      vbucket.delete(Key.of(name), 0, Durability.NONE);
      vbucket.set(Key.of(8, name), write("1"));
      vbucket.delete(Key.of(8, name), 0, Durability.NONE);
    }
    assertThat(bucket.purgeTombstones(Duration.ofSeconds(1))).isZero();
    clock.advance(Duration.ofSeconds(1));

    assertThat(bucket.purgeTombstones(Duration.ofSeconds(1))).isEqualTo(2);

    assertThat(history(0)).extracting(Item::seqno).containsExactly(1L, 7L, 9L);
    assertThat(vbucket.position().purgeSeqno()).isEqualTo(5);
    assertThat(vbucket.highSeqno(VBucket.View.DEFAULT_COLLECTION)).isEqualTo(7);
  }

  @Test
  void nothingIsPurgedWhilePersistenceIsPaused() {
    VBucket vbucket = bucket.vbucket(0);
    vbucket.set(Key.of("a"), write("1"));
    vbucket.delete(Key.of("a"), 0, Durability.NONE);
    vbucket.set(Key.of("b"), write("1"));
    bucket.pausePersistence();

    assertThat(bucket.purgeTombstones(Duration.ZERO)).isZero();

    bucket.crash();
    assertThat(vbucket.position().purgeSeqno()).isZero();
    assertThat(bucket.purgeTombstones(Duration.ZERO)).isEqualTo(1);
  }

  @Test
  void aWriterNeverComesBeforeItsCollection() throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 50; round++) {
        int collection = 8 + round;
        List<Future<?>> done = new ArrayList<>();
        for (int id = 2; id < 4; id++) {
          VBucket vbucket = bucket.vbucket(id);
          done.add(writers.submit(() -> writeOnceAllowed(vbucket, Key.of(collection, "k"))));
        }
        bucket.createCollection("_default", "c" + round, 0);
        for (Future<?> writer : done) {
          writer.get(10, TimeUnit.SECONDS);
        }
      }
    } finally {
      writers.shutdownNow();
    }

    for (int id = 2; id < 4; id++) {
      List<Integer> seen = new ArrayList<>();
      for (Item item : history(id)) {
        if (item instanceof SystemEvent event) {
          seen.add(event.collection());
        } else {
          assertThat(seen).contains(item.collection());
        }
      }
      assertThat(seen).hasSize(50);
    }
  }

  private static void writeOnceAllowed(VBucket vbucket, Key key) {
    while (true) {
      try {
        vbucket.set(key, write("1"));
        return;
      } catch (StatusException e) {
        assertThat(e.status()).isEqualTo(Status.UNKNOWN_COLLECTION);
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aClosedBucketServesNobody() {
    bucket.close();

    assertThatThrownBy(() -> bucket.vbucket(0).get(Key.of("k")))
        .isSameAs(StatusException.of(Status.NOT_MY_VBUCKET));
  }

  private long persisted() {
    return bucket.vbucket(0).position().persistedSeqno();
  }

  @Test
  void whatIsDeferredIsPersistedWhenItIsFlushed() {
    VBucket vbucket = bucket.vbucket(0);
    bucket.deferPersistence();
    vbucket.set(Key.of("k"), write("1"));
    assertThat(persisted()).isZero();
    bucket.flush();
    assertThat(persisted()).isEqualTo(1);
    vbucket.set(Key.of("k"), write("2"));
    assertThat(persisted()).isEqualTo(1);

    bucket.crash();

    assertThat(vbucket.highSeqno()).isEqualTo(1);
    vbucket.set(Key.of("k"), write("3"));
    assertThat(persisted()).as("deferred after a crash, too").isEqualTo(1);
    bucket.pausePersistence();
    bucket.flush();
    assertThat(persisted()).as("paused").isEqualTo(1);
    bucket.resumePersistence();
    assertThat(persisted()).isEqualTo(2);
    vbucket.set(Key.of("k"), write("4"));
    assertThat(persisted()).isEqualTo(2);
    bucket.persistAtOnce();
    assertThat(persisted()).isEqualTo(3);
    vbucket.set(Key.of("k"), write("5"));
    assertThat(persisted()).isEqualTo(4);
  }

  @Test
  void aDurableWriteWaitsForTheFlush() {
    VBucket vbucket = bucket.vbucket(0);
    bucket.deferPersistence();
    Durability durability =
        Durability.of(
            Durability.Level.PERSIST_TO_MAJORITY,
            new Durability.Outcome() {
              @Override
              public void committed() {}

              @Override
              public void ambiguous() {
                throw new AssertionError("ambiguous");
              }
            });

    assertThat(vbucket.set(Key.of("k"), write("1").durability(durability)).isPrepared()).isTrue();

    assertThat(vbucket.get(Key.of("k"))).isNull();
    bucket.flush();
    assertThat(vbucket.get(Key.of("k"))).isNotNull();
  }
}
