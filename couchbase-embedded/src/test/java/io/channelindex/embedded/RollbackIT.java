package io.channelindex.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.dcp.highlevel.Rollback;
import com.couchbase.client.dcp.highlevel.StreamOffset;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code dcp-client} is told when the node loses what it had not persisted, or had purged. */
@ExtendWith(NettyLeaks.class)
class RollbackIT {
  @RegisterExtension
  static final EmbeddedCouchbaseExtension COUCHBASE = EmbeddedCouchbaseExtension.with(node -> node);

  private static JavaClient client;

  private ModelledBucket bucket;

  @BeforeAll
  static void connect() {
    client = JavaClient.connect(COUCHBASE.node());
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  @BeforeEach
  void createBucket() {
    bucket = new ModelledBucket(COUCHBASE.node(), client, 4);
  }

  @AfterEach
  void removeBucket() {
    bucket.close();
  }

  private void writeAll(int from, int to, int n) {
    for (int i = from; i < to; i++) {
      bucket.write("key" + i, n);
    }
  }

  /** Writes, changes and removes what {@link EmbeddedBucket#crash} will undo. */
  private Map<String, String> writeWhatWillBeLost() {
    Map<String, String> persisted = new TreeMap<>(bucket.model());
    bucket.bucket().pausePersistence();
    writeAll(10, 30, 2);
    writeAll(100, 110, 2);
    writeAll(20, 25, 3);
    bucket.remove("key5");
    return persisted;
  }

  private void crash(Map<String, String> persisted) {
    bucket.bucket().crash();
    bucket.model().clear();
    bucket.model().putAll(persisted);
  }

  @Test
  void aFollowerGoesBackToWhatWasPersisted() {
    writeAll(0, 50, 1);
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);
      Map<String, String> persisted = writeWhatWillBeLost();
      bucket.awaitToldTo(follower);

      crash(persisted);

      bucket.awaitToldTo(follower);
      assertThat(follower.rollbacks()).isNotEmpty();
      writeAll(0, 60, 4);
      bucket.remove("key6");
      bucket.awaitToldTo(follower);
    }
  }

  @Test
  void aSavedOffsetThatWasLostGoesBackToThePersistedSeqno() {
    writeAll(0, 50, 1);
    Map<Integer, Long> persistedSeqnos = new HashMap<>();
    for (int vbucket = 0; vbucket < bucket.bucket().vbuckets(); vbucket++) {
      persistedSeqnos.put(vbucket, bucket.bucket().highSeqno(vbucket));
    }
    Map<Integer, StreamOffset> saved;
    Map<String, String> persisted;
    try (DcpFollower before = bucket.follow()) {
      bucket.awaitToldTo(before);
      persisted = writeWhatWillBeLost();
      bucket.awaitToldTo(before);
      saved = before.offsets();
    }

    crash(persisted);

    try (DcpFollower after = bucket.connect().resume(saved)) {
      bucket.write("after", 1);
      bucket.awaitToldTo(after);
      Map<Integer, Long> first = new HashMap<>();
      after
          .rollbacks()
          .forEach(rollback -> first.putIfAbsent(rollback.getVbucket(), rollback.getSeqno()));
      assertThat(first)
          .as("then a client without a memory knows no branch, and goes back to 0")
          .isEqualTo(persistedSeqnos);
    }
  }

  @Test
  void aSavedOffsetThatWasKeptGoesOn() {
    writeAll(0, 50, 1);
    Map<Integer, StreamOffset> saved;
    try (DcpFollower before = bucket.follow()) {
      bucket.awaitToldTo(before);
      saved = before.offsets();
    }
    Map<String, String> persisted = writeWhatWillBeLost();
    crash(persisted);

    bucket.write("after", 1);

    try (DcpFollower after = bucket.connect().resume(saved)) {
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(after.documents()).containsOnlyKeys("after"));
      assertThat(after.rollbacks()).isEmpty();
    }
  }

  @Test
  void mitigationHoldsBackWhatMayBeLost() {
    writeAll(0, 20, 1);
    try (DcpFollower follower =
        DcpFollower.connect(
                COUCHBASE.node(),
                bucket.name(),
                settings -> settings.mitigateRollbacks(50, TimeUnit.MILLISECONDS))
            .followAll()) {
      bucket.awaitToldTo(follower);
      List<DcpFollower.Version> told = follower.versions();
      Map<String, String> persisted = writeWhatWillBeLost();
      await().during(Duration.ofMillis(500)).until(() -> follower.versions().size() == told.size());

      crash(persisted);
      bucket.write("after", 1);

      bucket.awaitToldTo(follower);
      assertThat(follower.versions()).as("what was lost was never told").hasSize(told.size() + 1);
      bucket.bucket().pausePersistence();
      writeAll(0, 20, 5);
      bucket.bucket().resumePersistence();
      bucket.awaitToldTo(follower);
    }
  }

  @Test
  void whoMissedAPurgedTombstoneStartsAgain() {
    writeAll(0, 20, 1);
    Map<Integer, StreamOffset> saved;
    try (DcpFollower before = bucket.follow()) {
      bucket.awaitToldTo(before);
      saved = before.offsets();
    }
    for (int i = 0; i < 10; i++) {
      bucket.remove("key" + i);
    }
    writeAll(10, 20, 2);
    assertThat(bucket.bucket().purgeTombstones(Duration.ZERO)).isPositive();

    try (DcpFollower after = bucket.connect().resume(saved)) {
      bucket.awaitToldTo(after);
      assertThat(after.rollbacks()).isNotEmpty().extracting(Rollback::getSeqno).containsOnly(0L);
    }
  }

  @Test
  void everyBranchIsRemembered() {
    Map<Integer, StreamOffset> saved = Map.of();
    for (int crash = 0; crash < 4; crash++) {
      writeAll(0, 20, crash);
      try (DcpFollower follower = bucket.connect().resume(saved)) {
        await()
            .atMost(JavaClient.PATIENCE)
            .untilAsserted(() -> assertThat(follower.documents()).isEqualTo(bucket.model()));
        assertThat(follower.rollbacks()).as("nothing was lost").isEmpty();
        for (int vbucket = 0; vbucket < bucket.bucket().vbuckets(); vbucket++) {
          assertThat(follower.failoverLog(vbucket)).hasSize(crash + 1);
          assertThat(follower.failoverLog(vbucket).get(0).getUuid())
              .isEqualTo(bucket.bucket().vbuuid(vbucket));
        }
        saved = follower.offsets();
      }
      bucket.bucket().crash();
    }
  }
}
