package io.channelindex.embedded.engine;

import static io.channelindex.embedded.engine.Items.body;
import static io.channelindex.embedded.engine.Items.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.engine.Durability.Level;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writes that are prepared, wait for persistence, and are committed in the order of prepares. */
class DurableWritesTest {
  private final SettableClock clock = new SettableClock();
  private final Bucket bucket = new Bucket("b", "0".repeat(32), 1, clock);
  private final VBucket vbucket = bucket.vbucket(0);
  private final Key key = Key.of("k");
  private final Key other = Key.of("other");
  private final List<String> outcomes = new ArrayList<>();

  private Durability durability(Level level, String name) {
    return Durability.of(
        level,
        new Durability.Outcome() {
          @Override
          public void committed() {
            outcomes.add(name + " committed");
          }

          @Override
          public void ambiguous() {
            outcomes.add(name + " ambiguous");
          }
        });
  }

  private Item set(Key key, String body, Level level) {
    return vbucket.set(key, write(body).durability(durability(level, key.toString())));
  }

  private static void assertRefused(ThrowingCallable operation) {
    assertThatThrownBy(operation).isSameAs(StatusException.of(Status.SYNC_WRITE_IN_PROGRESS));
  }

  @ParameterizedTest
  @EnumSource(value = Level.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void isCommittedAtOnceWhilePersistenceKeepsUp(Level level) {
    Item item = set(key, "1", level);

    assertThat(item.isPrepared()).isFalse();
    assertThat(item.seqno()).isEqualTo(2);
    assertThat(outcomes).isEmpty();
  }

  @Test
  void whatMustBePersistedWaits() {
    vbucket.set(key, write("old"));
    bucket.pausePersistence();

    Item prepared = set(key, "new", Level.PERSIST_TO_MAJORITY);

    assertThat(prepared.isPrepared()).isTrue();
    assertThat(body(vbucket.get(key))).isEqualTo("old");
    assertThat(vbucket.highSeqno()).isEqualTo(2);
    assertThat(vbucket.highSeqno(VBucket.View.EVERYTHING)).isEqualTo(1);

    bucket.resumePersistence();

    assertThat(outcomes).containsExactly("0:k committed");
    Item committed = vbucket.get(key);
    assertThat(body(committed)).isEqualTo("new");
    assertThat(committed.cas()).isEqualTo(prepared.cas());
    assertThat(committed.seqno()).isEqualTo(3);
    assertThat(committed.revision()).isEqualTo(2);
  }

  @Test
  void aWeakerWriteDoesNotOvertakeOneThatWaits() {
    bucket.pausePersistence();
    set(key, "1", Level.PERSIST_TO_MAJORITY);

    assertThat(set(other, "2", Level.MAJORITY).isPrepared()).isTrue();
    assertThat(vbucket.set(Key.of("plain"), write("3")).isPrepared()).isFalse();

    assertThat(vbucket.get(other)).isNull();
    bucket.resumePersistence();
    assertThat(outcomes).containsExactly("0:k committed", "0:other committed");
    assertThat(vbucket.get(other).seqno()).isGreaterThan(vbucket.get(key).seqno());
  }

  @Test
  void aMajorityIsAtHandWhilePersistenceIsPaused() {
    bucket.pausePersistence();

    assertThat(set(key, "1", Level.MAJORITY).isPrepared()).isFalse();
    assertThat(body(vbucket.get(key))).isEqualTo("1");
  }

  @Test
  void nobodyElseWritesTheKeyMeanwhile() {
    vbucket.set(key, write("1"));
    bucket.pausePersistence();
    vbucket.delete(key, 0, durability(Level.PERSIST_TO_MAJORITY, "delete"));

    assertRefused(() -> vbucket.set(key, write("2")));
    assertRefused(() -> vbucket.add(key, write("2")));
    assertRefused(() -> vbucket.replace(key, write("2")));
    assertRefused(() -> vbucket.delete(key, 0, Durability.NONE));
    assertRefused(() -> vbucket.touch(key, 10));
    assertRefused(() -> vbucket.lock(key, 10));
    assertRefused(() -> vbucket.update(key, 0, Durability.NONE, (a, b, c) -> null));
    assertRefused(
        () -> vbucket.concatenate(key, new byte[1], VBucket.End.BACK, 0, Durability.NONE));
    assertRefused(
        () -> vbucket.count(key, new Counter(Counter.Direction.UP, 1, 0, 0), 0, Durability.NONE));

    assertThat(body(vbucket.get(key))).isEqualTo("1");
    bucket.resumePersistence();
    assertThat(vbucket.get(key)).isNull();
    assertThat(vbucket.set(key, write("2")).revision()).isEqualTo(3);
  }

  @Test
  void whatWaitedForTooLongNeverHappened() {
    bucket.pausePersistence();
    Item first = set(key, "1", Level.PERSIST_TO_MAJORITY);
    set(other, "2", Level.MAJORITY);

    vbucket.abort(first);

    assertThat(outcomes).containsExactly("0:k ambiguous", "0:other committed");
    assertThat(vbucket.get(key)).isNull();
    assertThat(body(vbucket.get(other))).isEqualTo("2");
    vbucket.abort(first);
    assertThat(outcomes).hasSize(2);
    // Two prepares, an abort, a commit.
    assertThat(vbucket.highSeqno()).isEqualTo(4);
    assertThat(vbucket.set(key, write("3")).cas()).isGreaterThan(first.cas());
  }

  @Test
  void aVbucketThatIsTakenAwayLeavesTheOutcomeOpen() {
    bucket.pausePersistence();
    set(key, "1", Level.PERSIST_TO_MAJORITY);

    vbucket.deactivate();
    vbucket.activate();

    assertThat(outcomes).containsExactly("0:k ambiguous");
    assertThat(vbucket.get(key)).isNull();
  }

  @Test
  void aCrashForgetsWhatWaited() {
    vbucket.set(key, write("old"));
    bucket.pausePersistence();
    set(key, "new", Level.PERSIST_TO_MAJORITY);

    bucket.crash();

    assertThat(outcomes).containsExactly("0:k ambiguous");
    assertThat(body(vbucket.get(key))).isEqualTo("old");
    assertThat(vbucket.highSeqno()).isEqualTo(1);
    assertThat(vbucket.set(key, write("newer")).seqno()).isEqualTo(2);
  }

  @Test
  void aDroppedCollectionTakesItsWaitingWritesAlong() {
    bucket.createScope("s");
    int id = bucket.createCollection("s", "c", 0).requireCollection("s", "c").id();
    bucket.pausePersistence();
    set(Key.of(id, "x"), "1", Level.PERSIST_TO_MAJORITY);
    set(key, "2", Level.PERSIST_TO_MAJORITY);

    bucket.dropCollection("s", "c");
    bucket.resumePersistence();

    assertThat(outcomes).containsExactly(id + ":x ambiguous", "0:k committed");
  }

  @Test
  void aSnapshotNeverEndsAtAPrepare() {
    vbucket.set(other, write("1"));
    bucket.pausePersistence();
    set(key, "2", Level.PERSIST_TO_MAJORITY);

    assertThat(vbucket.snapshotAfter(1, VBucket.View.EVERYTHING)).isNull();
    try (Snapshot snapshot = vbucket.snapshotAfter(0, VBucket.View.EVERYTHING)) {
      assertThat(snapshot.end()).isEqualTo(1);
    }
  }

  private static Write expiring(String body) {
    return new Write().set(body.getBytes(UTF_8), Datatype.RAW, 0, 5, 0);
  }

  @Test
  void anExpiredDocumentIsMissingAndStaysInTheHistoryWhileAWriteOfItWaits() {
    vbucket.set(key, expiring("old"));
    bucket.pausePersistence();
    set(key, "new", Level.PERSIST_TO_MAJORITY);
    clock.advance(Duration.ofSeconds(6));

    assertThat(vbucket.get(key)).isNull();
    assertThat(vbucket.getWithTombstone(key)).matches(Item::isDeleted);
    assertThat(bucket.expire()).isZero();

    // The document and the prepare.
    assertThat(vbucket.highSeqno()).isEqualTo(2);
    bucket.resumePersistence();
    assertThat(body(vbucket.get(key))).isEqualTo("new");
    assertThat(outcomes).containsExactly("0:k committed");
  }

  @Test
  void theExpiryOfTheOldVersionDoesNotCostAReplicaTheWrite() {
    BucketCollections collections = new BucketCollections();
    BucketShape shape = new BucketShape(1, 1, Long.MAX_VALUE);
    VBucket active = copy(shape, collections, VBucketState.ACTIVE);
    VBucket replica = copy(shape, collections, VBucketState.DEAD);
    replica.becomeReplica();
    active.replicateTo(List.of(replica));
    active.set(key, expiring("old"));
    active.set(key, write("new").durability(durability(Level.MAJORITY, "write")));
    clock.advance(Duration.ofSeconds(6));
    assertThat(active.get(key)).isNull();
    try (ReplicaFeed feed = new ReplicaFeed(active, replica)) {
      feed.open();
      while (feed.move(1, 1)) {}
      feed.acknowledge();
    }
    assertThat(outcomes).containsExactly("write committed");

    active.deactivate();
    replica.replicateTo(List.of());
    replica.activate();
    assertThatThrownBy(() -> replica.get(key))
        .isSameAs(StatusException.of(Status.SYNC_WRITE_RE_COMMIT_IN_PROGRESS));
  }

  private VBucket copy(BucketShape shape, BucketCollections collections, VBucketState state) {
    return new Bucket("b", "0".repeat(32), shape, clock, collections, state).vbucket(0);
  }
}
