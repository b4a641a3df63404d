package io.channelindex.embedded;

import static com.couchbase.client.java.kv.MutateInOptions.mutateInOptions;
import static com.couchbase.client.java.kv.UpsertOptions.upsertOptions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.dcp.StreamFrom;
import com.couchbase.client.dcp.StreamTo;
import com.couchbase.client.dcp.config.CompressionMode;
import com.couchbase.client.dcp.highlevel.DocumentChange;
import com.couchbase.client.dcp.highlevel.FlowControlMode;
import com.couchbase.client.dcp.highlevel.StreamEnd;
import com.couchbase.client.dcp.highlevel.StreamOffset;
import com.couchbase.client.dcp.message.StreamEndReason;
import com.couchbase.client.java.kv.MutateInSpec;
import com.couchbase.client.java.kv.StoreSemantics;
import io.channelindex.embedded.fault.PausableClock;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code dcp-client} is told of a bucket's history: from the beginning, live and resumed. */
@ExtendWith(NettyLeaks.class)
class StreamingIT {
  private static final int VBUCKETS = 8;
  private static final PausableClock CLOCK = PausableClock.paused();

  @RegisterExtension
  static final EmbeddedCouchbaseExtension COUCHBASE =
      EmbeddedCouchbaseExtension.with(node -> node.clock(CLOCK));

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
    bucket = new ModelledBucket(COUCHBASE.node(), client, VBUCKETS);
  }

  @AfterEach
  void removeBucket() {
    bucket.close();
  }

  @Test
  void tellsWhatHappenedBeforeAndAfter() {
    for (int i = 0; i < 200; i++) {
      bucket.write("key" + i, i);
    }
    bucket.remove("key7");
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);

      for (int i = 100; i < 300; i++) {
        bucket.write("key" + i, -i);
      }
      bucket.remove("key8");

      bucket.awaitToldTo(follower);
      assertThat(follower.versions("key7"))
          .as("a tombstone is part of the history")
          .singleElement()
          .satisfies(version -> assertThat(version.isDeletion()).isTrue());
    }
  }

  @Test
  void tellsEachKeyOnceInABackfill() {
    for (int i = 0; i < 100; i++) {
      bucket.write("busy", i);
      bucket.write("other" + i % 5, i);
    }
    long cas = bucket.documents().get("busy").cas();

    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);

      assertThat(follower.versions()).hasSize(6);
      assertThat(follower.versions("busy"))
          .singleElement()
          .satisfies(version -> assertThat(version.cas()).isEqualTo(cas));
    }
  }

  @Test
  void goesOnWhereAnotherClientStopped() {
    for (int i = 0; i < 100; i++) {
      bucket.write("key" + i, i);
    }
    Map<Integer, StreamOffset> saved;
    Map<String, String> seen;
    try (DcpFollower first = bucket.follow()) {
      bucket.awaitToldTo(first);
      saved = first.offsets();
      seen = first.documents();
    }
    for (int i = 50; i < 70; i++) {
      bucket.write("key" + i, -i);
    }
    bucket.remove("key3");

    try (DcpFollower second = bucket.connect().resume(saved)) {
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(second.versions()).hasSize(21));
      second
          .versions()
          .forEach(
              version -> {
                if (version.isDeletion()) {
                  seen.remove(version.key());
                } else {
                  seen.put(version.key(), version.content());
                }
              });
      assertThat(seen).isEqualTo(bucket.model());
      assertThat(second.rollbacks()).isEmpty();
    }
  }

  @Test
  void canBeResumedFromEveryOffsetThatItTold() {
    for (int i = 0; i < 12; i++) {
      bucket.write("key" + i % 6, i);
    }
    List<DcpFollower.Version> told;
    try (DcpFollower first = bucket.follow()) {
      bucket.awaitToldTo(first);
      told = first.versions();
    }
    for (DcpFollower.Version version : told) {
      Map<Integer, StreamOffset> from = Map.of(version.vbucket(), version.offset());
      List<DcpFollower.Version> rest =
          told.stream()
              .filter(other -> other.vbucket() == version.vbucket())
              .filter(other -> other.seqno() > version.seqno())
              .toList();
      try (DcpFollower follower = bucket.connect().resumeOnly(from)) {
        await()
            .atMost(JavaClient.PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(follower.versions())
                        .extracting(DcpFollower.Version::seqno)
                        .isEqualTo(rest.stream().map(DcpFollower.Version::seqno).toList()));
      }
    }
  }

  @Test
  void carriesAttributes() {
    bucket
        .documents()
        .mutateIn(
            "key",
            List.of(
                MutateInSpec.upsert("_sync", Map.of("rev", "1-a")).xattr(),
                MutateInSpec.upsert("user", 5).xattr(),
                MutateInSpec.replace("", Map.of("n", 1))),
            mutateInOptions().storeSemantics(StoreSemantics.UPSERT));
    bucket.model().put("key", "{\"n\":1}");
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);
      assertThat(follower.versions("key").get(0).attributes())
          .isEqualTo(Map.of("_sync", "{\"rev\":\"1-a\"}", "user", "5"));

      bucket.remove("key");

      bucket.awaitToldTo(follower);
      assertThat(follower.versions("key").get(1).attributes())
          .as("of a tombstone")
          .isEqualTo(Map.of("_sync", "{\"rev\":\"1-a\"}"));
    }
  }

  @Test
  void leavesAttributesOutUnlessAskedFor() {
    bucket
        .documents()
        .mutateIn(
            "key",
            List.of(
                MutateInSpec.upsert("_sync", 1).xattr(), MutateInSpec.replace("", Map.of("n", 1))),
            mutateInOptions().storeSemantics(StoreSemantics.UPSERT));
    bucket.model().put("key", "{\"n\":1}");

    try (DcpFollower follower =
        DcpFollower.connect(COUCHBASE.node(), bucket.name(), settings -> settings.xattrs(false))
            .followAll()) {
      bucket.awaitToldTo(follower);
      assertThat(follower.versions("key").get(0).attributes()).isEmpty();
    }
  }

  @Test
  void leavesValuesOutIfAskedTo() {
    bucket.write("key", 1);

    try (DcpFollower follower =
        DcpFollower.connect(COUCHBASE.node(), bucket.name(), settings -> settings.noValue(true))
            .followAll()) {
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(follower.documents()).containsEntry("key", ""));
    }
  }

  @Test
  void compressesValuesIfAskedTo() {
    String compressible = "again and ".repeat(1000);
    bucket.documents().upsert("key", compressible);

    try (DcpFollower follower =
        DcpFollower.connect(
                COUCHBASE.node(),
                bucket.name(),
                settings -> settings.compression(CompressionMode.FORCED))
            .followAll()) {
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(follower.documents()).containsEntry("key", '"' + compressible + '"'));
    }
  }

  @Test
  void endsWhereTheHistoryIsIfAskedTo() {
    for (int i = 0; i < 100; i++) {
      bucket.write("key" + i, i);
    }
    try (DcpFollower follower = DcpFollower.connect(COUCHBASE.node(), bucket.name())) {
      follower
          .client()
          .initializeState(StreamFrom.BEGINNING, StreamTo.NOW)
          .block(JavaClient.PATIENCE);
      follower.client().startStreaming().block(JavaClient.PATIENCE);
      int vbuckets = follower.client().numPartitions();

      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(follower.ends()).hasSize(vbuckets));
      bucket.write("later", 1);

      assertThat(follower.ends()).extracting(StreamEnd::getReason).containsOnly(StreamEndReason.OK);
      assertThat(follower.documents()).hasSize(100).doesNotContainKey("later");
    }
  }

  @Test
  void tellsOfExpirations() {
    bucket.documents().upsert("key", 1, upsertOptions().expiry(Duration.ofSeconds(5)));
    bucket.model().put("key", "1");
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);

      CLOCK.advance(Duration.ofSeconds(6));
      assertThat(bucket.documents().exists("key").exists()).as("whoever meets it first").isFalse();
      bucket.model().remove("key");

      bucket.awaitToldTo(follower);
      assertThat(follower.versions("key").get(1).isDeletion()).isTrue();
    }
  }

  @Test
  void tellsOfExpirationsThatNobodyMet() {
    bucket.documents().upsert("key", 1, upsertOptions().expiry(Duration.ofSeconds(5)));
    bucket.model().put("key", "1");
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);

      CLOCK.advance(Duration.ofSeconds(6));
      bucket.model().remove("key");

      bucket.awaitToldTo(follower);
    }
  }

  @Test
  void blocksUntilTheClientHasConsumed() {
    String filler = "x".repeat(1000);
    int count = 2_000;
    for (int i = 0; i < count; i++) {
      bucket.documents().upsert("key" + i, filler);
      bucket.model().put("key" + i, '"' + filler + '"');
    }
    ConcurrentLinkedQueue<DocumentChange> unread = new ConcurrentLinkedQueue<>();
    DcpFollower follower =
        DcpFollower.unconnected(
            COUCHBASE.node(),
            bucket.name(),
            COUCHBASE.node().password(),
            settings -> settings.flowControl(64 * 1024));
    follower.onChange(unread::add);
    follower.client().listener(follower, FlowControlMode.MANUAL);
    follower.client().connect().block(JavaClient.PATIENCE);
    try (follower) {
      follower.followAll();

      await()
          .atMost(JavaClient.PATIENCE)
          .during(Duration.ofMillis(500))
          .until(() -> unread.size() > 40 && unread.size() < 80);

      while (follower.versions().size() < count || !unread.isEmpty()) {
        var change = unread.poll();
        if (change != null) {
          change.flowControlAck();
        } else {
          Thread.onSpinWait();
        }
      }
      bucket.awaitToldTo(follower);
    }
  }

  @Test
  void goesOnAfterALostConnection() {
    for (int i = 0; i < 50; i++) {
      bucket.write("key" + i, i);
    }
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);
      int vbucket = follower.versions("key1").get(0).vbucket();

      bucket.bucket().deactivate(vbucket);
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(follower.ends())
                      .anySatisfy(
                          end -> {
                            assertThat(end.getVbucket()).isEqualTo(vbucket);
                            assertThat(end.getReason())
                                .isEqualTo(
                                    com.couchbase.client.dcp.message.StreamEndReason.STATE_CHANGED);
                          }));
      long before = bucket.bucket().vbuuid(vbucket);
      bucket.bucket().activate(vbucket);
      assertThat(bucket.bucket().vbuuid(vbucket)).isNotEqualTo(before);
      for (int i = 0; i < 50; i++) {
        bucket.write("key" + i, -i);
      }

      bucket.awaitToldTo(follower);
      assertThat(follower.rollbacks()).as("nothing was lost").isEmpty();
      assertThat(follower.failoverLog(vbucket)).hasSize(2);
    }
  }
}
