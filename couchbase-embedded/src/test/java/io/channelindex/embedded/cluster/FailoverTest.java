package io.channelindex.embedded.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.BucketShape;
import io.channelindex.embedded.engine.Durability;
import io.channelindex.embedded.engine.Durability.Level;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.Write;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which copy goes on when the active one is gone, of a vbucket with two replicas. */
class FailoverTest {
  private final Cluster cluster = new Cluster("f".repeat(32), 1);
  private final ClusterNode lost = cluster.addNode();
  private final ClusterNode one = cluster.addNode();
  private final ClusterNode other = cluster.addNode();
  private final Set<String> acknowledged = new ConcurrentSkipListSet<>();
  private ClusterBucket bucket;

  @BeforeEach
  void createBucket() {
    BucketShape shape = new BucketShape(1, 2, Long.MAX_VALUE);
    bucket = cluster.createBucket("b", "e".repeat(32), shape, InstantSource.system());
    assertThat(bucket.map().active(0)).isEqualTo(lost);
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private Bucket copy(ClusterNode node) {
    Bucket copy = bucket.copy(node);
    assertThat(copy).isNotNull();
    return copy;
  }

  private VBucket vbucket(ClusterNode node) {
    return copy(node).vbucket(0);
  }

  private void write(String key, Level level) {
    Durability.Outcome outcome =
        new Durability.Outcome() {
          @Override
          public void committed() {
            acknowledged.add(key);
          }

          @Override
          public void ambiguous() {}
        };
    Durability durability = level == Level.NONE ? Durability.NONE : Durability.of(level, outcome);
    vbucket(lost)
        .set(Key.of(key), new Write().set(key.getBytes(UTF_8), 0, 0, 0, 0).durability(durability));
  }

  private void awaitCopied(ClusterNode... nodes) {
    for (ClusterNode node : nodes) {
      await()
          .until(
              () ->
                  vbucket(node).vbuuid() == vbucket(lost).vbuuid()
                      && vbucket(node).highSeqno() == vbucket(lost).highSeqno());
    }
  }

  private void cutOff(ClusterNode replica) {
    cluster.replicator().link(lost.id(), replica.id()).cut();
  }

  private void assertKept(String key) {
    VBucket active = vbucket(bucket.map().active(0));
    Item item = active.get(Key.of(key));
    assertThat(item).as(key).isNotNull();
    assertThat(new String(item.value(), UTF_8)).isEqualTo(key);
  }

  private void writeAndLose(int count) {
    copy(lost).pausePersistence();
    for (int i = 0; i < count; i++) {
      write("lost" + i, Level.NONE);
    }
    awaitCopied(one);
    awaitCopied(other);
    cutOff(other);
    copy(lost).crash();
    awaitCopied(one);
  }

  /** Its seqnos are higher, but they are of a branch that ended. */
  @Test
  void whoMissedTheLastBranchIsBehindWhoIsOnIt() {
    write("old", Level.NONE);
    writeAndLose(50);
    write("new", Level.MAJORITY);
    await().until(() -> acknowledged.contains("new"));
    assertThat(vbucket(other).highSeqno()).isGreaterThan(vbucket(one).highSeqno());

    cluster.failOver(lost);

    assertThat(bucket.map().active(0)).isEqualTo(one);
    assertKept("old");
    assertKept("new");
  }

  @Test
  void onOneBranchWhoHasReceivedMostGoesOn() {
    write("both", Level.NONE);
    awaitCopied(one, other);
    cutOff(one);
    write("other", Level.MAJORITY);
    await().until(() -> acknowledged.contains("other"));

    cluster.failOver(lost);

    assertThat(bucket.map().active(0)).isEqualTo(other);
    assertKept("both");
    assertKept("other");
  }

  @Test
  void ofEqualsTheOneThatRunsGoesOn() {
    write("both", Level.NONE);
    awaitCopied(one, other);
    one.become(NodeState.KILLED);

    cluster.failOver(lost);

    assertThat(bucket.map().active(0)).isEqualTo(other);
    assertKept("both");
  }
}
