package io.channelindex.embedded;

import static io.channelindex.embedded.fault.FaultAction.crashLosing;
import static io.channelindex.embedded.fault.FaultAction.cutAfter;
import static io.channelindex.embedded.fault.FaultAction.delayAnswer;
import static io.channelindex.embedded.fault.FaultAction.disconnect;
import static io.channelindex.embedded.fault.FaultAction.disconnectAfter;
import static io.channelindex.embedded.fault.FaultAction.endStream;
import static io.channelindex.embedded.fault.FaultAction.stallWriting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.dcp.highlevel.Rollback;
import io.channelindex.embedded.dcp.StreamEndReason;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.FaultRule;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import io.channelindex.embedded.protocol.Opcode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code dcp-client} makes of faults in its streams. */
@ExtendWith(NettyLeaks.class)
class StreamFaultsIT {
  @RegisterExtension
  static final EmbeddedCouchbaseExtension COUCHBASE = EmbeddedCouchbaseExtension.with(node -> node);

  private static JavaClient client;

  private ModelledBucket bucket;

  @BeforeAll
  static void connect() {
    client = JavaClient.connect(COUCHBASE.node());
  }

  @AfterAll
  static void disconnectClient() {
    client.close();
  }

  @AfterEach
  void removeBucket() {
    COUCHBASE.node().faults().clear();
    bucket.close();
  }

  private void createBucket(int vbuckets) {
    bucket = new ModelledBucket(COUCHBASE.node(), client, vbuckets);
  }

  private static void install(FaultRule... rules) {
    COUCHBASE.node().faults().install(FaultPlan.of(rules).withSeed(11));
  }

  static FaultRule[] breaks() {
    FaultRule.Builder tenth =
        FaultRule.messages(Opcode.DCP_MUTATION)
            .name("break")
            .from(10)
            .times(1)
            .counted(FaultRule.Counting.VBUCKET);
    return new FaultRule[] {
      tenth.then(disconnect()),
      tenth.then(disconnectAfter()),
      tenth.then(cutAfter(30)),
      FaultRule.messages().name("break").probability(0.01).then(disconnect()),
      FaultRule.messages(Opcode.DCP_SNAPSHOT_MARKER).name("break").times(3).then(disconnectAfter()),
    };
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void nothingIsMissedWhenTheConnectionBreaks(FaultRule rule) {
    createBucket(4);
    for (int i = 0; i < 200; i++) {
      bucket.write("key" + i, i);
    }
    install(rule);
    try (DcpFollower follower = bucket.follow()) {
      bucket.awaitToldTo(follower);
      for (int i = 100; i < 220; i++) {
        bucket.write("key" + i, -i);
      }
      bucket.awaitToldTo(follower);

      assertThat(follower.rollbacks()).isEmpty();
      assertThat(COUCHBASE.node().faults().count("break")).isPositive();
    }
  }

  @Test
  void whatIsLateArrives() {
    createBucket(4);
    install(
        FaultRule.messages(Opcode.DCP_MUTATION)
            .name("late")
            .probability(0.1)
            .then(delayAnswer(Duration.ofMillis(5))));
    try (DcpFollower follower = bucket.follow()) {
      for (int i = 0; i < 200; i++) {
        bucket.write("key" + i % 50, i);
      }
      bucket.awaitToldTo(follower);
      assertThat(COUCHBASE.node().faults().count("late")).isPositive();
    }
  }

  @Test
  void aStalledStreamGoesOnWhenItIsReleased() throws InterruptedException {
    createBucket(4);
    install(
        FaultRule.messages(Opcode.DCP_MUTATION)
            .key("key20")
            .times(1)
            .name("stalled")
            .then(stallWriting()));
    try (DcpFollower follower = bucket.follow()) {
      for (int i = 0; i < 20; i++) {
        bucket.write("key" + i, i);
      }
      bucket.awaitToldTo(follower);
      for (int i = 20; i < 40; i++) {
        bucket.write("key" + i, i);
      }
      COUCHBASE.node().faults().await("stalled", 1, JavaClient.PATIENCE);
      assertThat(follower.documents()).doesNotContainKey("key20").hasSizeLessThan(40);

      COUCHBASE.node().faults().release();

      bucket.awaitToldTo(follower);
    }
  }

  @Test
  void aClientThatWasTooSlowStreamsAgain() {
    createBucket(4);
    install(
        FaultRule.messages(Opcode.DCP_MUTATION)
            .key("key5")
            .times(1)
            .then(endStream(StreamEndReason.TOO_SLOW)));
    try (DcpFollower follower = bucket.follow()) {
      for (int i = 0; i < 20; i++) {
        bucket.write("key" + i, i);
      }
      bucket.awaitToldTo(follower);
      assertThat(follower.rollbacks()).isEmpty();
    }
  }

  /** The consumer has seen the last five seqnos when the bucket loses them. */
  @Test
  void aLostTailIsRolledBack() {
    createBucket(1);
    install(FaultRule.requests(Opcode.SET).key("last").times(1).name("crash").then(crashLosing(5)));
    try (DcpFollower follower = bucket.follow()) {
      for (int i = 0; i < 20; i++) {
        bucket.write("key" + i, i);
      }
      bucket.write("key3", -3);
      bucket.awaitToldTo(follower);

      // Takes key17, key18, key19, the second version of key3, and itself, and is written again.
      bucket.write("last", 1);

      bucket.model().keySet().removeAll(List.of("key17", "key18", "key19"));
      bucket.model().put("key3", "{\"n\":3}");
      bucket.awaitToldTo(follower);
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(follower.rollbacks())
                      .extracting(Rollback::getSeqno)
                      .first()
                      .isEqualTo(17L));
      assertThat(follower.failoverLog(0)).hasSize(2);
    }
  }
}
