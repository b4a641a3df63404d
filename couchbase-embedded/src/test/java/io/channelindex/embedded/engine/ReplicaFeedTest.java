package io.channelindex.embedded.engine;

import static io.channelindex.embedded.engine.Items.body;
import static io.channelindex.embedded.engine.Items.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.engine.VBucket.Succession;
import io.channelindex.embedded.protocol.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a replica takes from another copy, and what it does not. */
class ReplicaFeedTest {
  private final BucketCollections collections = new BucketCollections();
  private final Bucket sources = copy();
  private final VBucket source = sources.vbucket(0);
  private final Bucket replicas = copy();
  private final VBucket replica = replicas.vbucket(0);
  private final ReplicaFeed feed = new ReplicaFeed(source, replica);
  private final List<String> committed = new ArrayList<>();

  private Bucket copy() {
    BucketShape shape = new BucketShape(1, 1, Long.MAX_VALUE);
    return new Bucket(
        "b", "0".repeat(32), shape, new SettableClock(), collections, VBucketState.DEAD);
  }

  @BeforeEach
  void follow() {
    source.activate(Succession.TAKEOVER);
    replica.becomeReplica();
    source.replicateTo(List.of(replica));
  }

  private void set(String key, String value) {
    source.set(Key.of(key), write(value));
  }

  private static void drain(ReplicaFeed feed) {
    while (feed.open()) {
      while (feed.move(1, Long.MAX_VALUE)) {
        // One item after the other.
      }
    }
    feed.acknowledge();
  }

  @Test
  void aCopyThatIsGivenUpTakesNothingAway() {
    set("a", "1");
    set("b", "2");
    drain(feed);

    source.discard();

    assertThat(feed.open()).isFalse();
    assertThat(feed.move(1, Long.MAX_VALUE)).isFalse();
    assertThat(replica.highSeqno()).isEqualTo(2);
    assertThat(body(replica.getReplica(Key.of("a")))).isEqualTo("1");
  }

  @Test
  void nothingComesFromACopyThatServesNobody() {
    set("a", "1");

    source.deactivate();

    assertThat(feed.open()).isFalse();
  }

  @Test
  void aCopyThatHandsOverIsHeardToTheEnd() {
    set("a", "1");
    source.handOver();

    drain(feed);

    assertThat(replica.highSeqno()).isEqualTo(1);
    source.discard();
    assertThat(feed.open()).isFalse();
    assertThat(replica.highSeqno()).isEqualTo(1);
  }

  @Test
  void aCopyThatHandedOverNothingIsHeardNoLonger() {
    source.handOver();

    source.discard();

    assertThat(feed.open()).isFalse();
  }

  private Item setDurably(String key, Durability.Level level) {
    Durability.Outcome outcome =
        new Durability.Outcome() {
          @Override
          public void committed() {
            committed.add(key);
          }

          @Override
          public void ambiguous() {}
        };
    return source.set(Key.of(key), write("durable").durability(Durability.of(level, outcome)));
  }

  /** The source comes back without what the replica saw, which begins to hear of the rest. */
  private void loseTailAndBeginAnew() {
    for (int i = 0; i < 5; i++) {
      setDurably("kept" + i, Durability.Level.PERSIST_TO_MAJORITY);
    }
    drain(feed);
    assertThat(committed).hasSize(5);
    drain(feed);
    sources.pausePersistence();
    set("kept0", "tail");
    set("tail", "tail");
    drain(feed);
    sources.crash();
    set("kept1", "new");
    assertThat(feed.open()).isTrue();
    assertThat(feed.move(2, Long.MAX_VALUE)).isTrue();
    feed.acknowledge();
  }

  @Test
  void aReplicaThatBeginsAnewKeepsWhatItHasUntilItHasEverything() {
    loseTailAndBeginAnew();
    long old = replica.vbuuid();

    assertThat(old).isNotEqualTo(source.vbuuid());
    assertThat(replica.highSeqno()).isEqualTo(12);
    assertThat(body(replica.getReplica(Key.of("tail")))).isEqualTo("tail");

    assertThat(feed.move(Integer.MAX_VALUE, Long.MAX_VALUE)).isFalse();

    assertThat(replica.vbuuid()).isEqualTo(source.vbuuid());
    assertThat(replica.highSeqno()).isEqualTo(source.highSeqno());
    assertThat(replica.getReplica(Key.of("tail"))).isNull();
    assertThat(body(replica.getReplica(Key.of("kept0")))).isEqualTo("durable");
    assertThat(body(replica.getReplica(Key.of("kept1")))).isEqualTo("new");
    assertThat(replica.position().documents()).isEqualTo(5);
  }

  @Test
  void aReplicaThatBeginsAnewCanTakeOverWithWhatItHad() {
    loseTailAndBeginAnew();
    long old = replica.vbuuid();
    feed.close();
    source.deactivate();

    replica.activate(Succession.FAILOVER);

    for (int i = 1; i < 5; i++) {
      assertThat(body(replica.get(Key.of("kept" + i)))).isEqualTo("durable");
    }
    assertThat(body(replica.get(Key.of("tail")))).isEqualTo("tail");
    // Whoever is on the branch that the source began comes back.
    assertThat(replica.position().failoverLog().branches())
        .containsExactly(
            new FailoverLog.Branch(replica.vbuuid(), 12), new FailoverLog.Branch(old, 0));
  }

  @Test
  void aReplicaThatBeginsAnewAcknowledgesNothingUntilItHasEverything() {
    loseTailAndBeginAnew();
    committed.clear();
    setDurably("new", Durability.Level.MAJORITY);
    feed.acknowledge();
    assertThat(committed).isEmpty();

    drain(feed);

    assertThat(committed).containsExactly("new");
  }

  @Test
  void whatDidNotArriveInWholeLeavesAReplicaAsItWas() {
    loseTailAndBeginAnew();
    feed.close();
    assertThat(replica.highSeqno()).isEqualTo(12);

    assertThat(feed.open()).isTrue();
    sources.crash();

    assertThat(feed.move(Integer.MAX_VALUE, Long.MAX_VALUE)).isFalse();
    assertThat(replica.highSeqno()).isEqualTo(12);
    drain(feed);
    assertThat(replica.position().failoverLog().branches())
        .isEqualTo(source.position().failoverLog().branches());
    assertThat(replica.position().documents()).isEqualTo(5);
  }

  /** Its disk had it: that was acknowledged. */
  @Test
  void aReplicaWithASlowDiskThatBeganAnewHasAfterACrashWhatItHadPersisted() {
    replicas.deferPersistence();
    setDurably("kept", Durability.Level.PERSIST_TO_MAJORITY);
    drain(feed);
    replicas.flush();
    drain(feed);
    assertThat(committed).containsExactly("kept");
    drain(feed);
    replicas.flush();
    sources.pausePersistence();
    set("tail", "tail");
    drain(feed);
    sources.crash();
    drain(feed);
    assertThat(replica.vbuuid()).isEqualTo(source.vbuuid());

    replicas.crash();

    assertThat(body(replica.getReplica(Key.of("kept")))).isEqualTo("durable");
  }

  @Test
  void aReplicaWhoseDiskStandsStillBeginsAnewWhenItGoesOn() {
    setDurably("kept", Durability.Level.PERSIST_TO_MAJORITY);
    drain(feed);
    drain(feed);
    sources.pausePersistence();
    set("tail", "tail");
    drain(feed);
    replicas.pausePersistence();
    sources.crash();
    assertThat(feed.open()).isFalse();
    assertThat(body(replica.getReplica(Key.of("tail")))).isEqualTo("tail");

    replicas.resumePersistence();
    assertThat(feed.open()).isTrue();
    replicas.pausePersistence();
    assertThat(feed.move(Integer.MAX_VALUE, Long.MAX_VALUE)).isFalse();
    replicas.crash();
    assertThat(body(replica.getReplica(Key.of("kept")))).isEqualTo("durable");

    drain(feed);
    assertThat(replica.vbuuid()).isEqualTo(source.vbuuid());
    assertThat(replica.getReplica(Key.of("tail"))).isNull();
  }

  /** Somebody may have seen it committed, whoever waited for it. */
  @Test
  void aWriteThatIsCommittedAnewIsNotGivenUpForItsFirstClient() {
    Item prepared = setDurably("a", Durability.Level.MAJORITY);
    drain(feed);
    assertThat(committed).containsExactly("a");
    source.deactivate();
    replica.activate(Succession.FAILOVER);

    replica.abort(prepared);

    assertThatThrownBy(() -> replica.get(Key.of("a")))
        .isSameAs(StatusException.of(Status.SYNC_WRITE_RE_COMMIT_IN_PROGRESS));
  }

  @Test
  void whileTheVbucketMovesWhatIsAcknowledgedIsAtTheNextReplicasAsWell() {
    VBucket next = copy().vbucket(0);
    next.becomeReplica();
    ReplicaFeed nextFeed = new ReplicaFeed(source, next);
    source.prepareFor(List.of(next));

    setDurably("a", Durability.Level.MAJORITY);
    drain(feed);
    assertThat(committed).isEmpty();
    drain(nextFeed);
    assertThat(committed).containsExactly("a");

    source.prepareFor(List.of(source));
    setDurably("b", Durability.Level.MAJORITY);
    drain(feed);
    assertThat(committed).containsExactly("a", "b");

    source.prepareFor(List.of(next));
    setDurably("c", Durability.Level.MAJORITY);
    drain(feed);
    assertThat(committed).containsExactly("a", "b");
    source.replicateTo(List.of(replica));
    assertThat(committed).containsExactly("a", "b", "c");
  }
}
