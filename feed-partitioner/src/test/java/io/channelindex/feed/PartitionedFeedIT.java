package io.channelindex.feed;

import static io.channelindex.feed.FeedBed.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.java.json.JsonObject;
import com.couchbase.client.java.kv.UpsertOptions;
import io.channelindex.feed.RecordingSession.Acknowledging;
import io.channelindex.sequence.StreamPosition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What sessions are given while all goes well, and which partition gets it. */
class PartitionedFeedIT {
  @Test
  void everyPartitionGetsEverythingInOrderWhileItIsWritten() {
    try (FeedBed bed = new FeedBed(1024, 64)) {
      for (int i = 0; i < 500; i++) {
        bed.writeWithAttribute("before" + i, i, 10);
      }
      PartitionedFeed feed = bed.start();
      Map<String, Integer> newest = new TreeMap<>();
      for (int i = 0; i < 2_000; i++) {
        String key = "key" + i % 700;
        bed.writeWithAttribute(key, i, 10);
        newest.put(key, i);
      }
      FeedBed.awaitRunning(feed);
      bed.awaitCaughtUp();

      Map<String, Integer> seen = new TreeMap<>();
      for (int vbucket = 0; vbucket < 1024; vbucket++) {
        for (Change change : bed.owner.ofVbucket(vbucket).changes(vbucket)) {
          String attribute = new String(change.attributes().get("_ci"), StandardCharsets.UTF_8);
          seen.put(change.key(), JsonObject.fromJson(attribute).getInt("n"));
          assertThat(change.kind()).isEqualTo(Change.Kind.MUTATION);
        }
      }
      assertThat(seen).containsAllEntriesOf(newest).hasSize(newest.size() + 500);
      assertThat(bed.owner.violations()).isEmpty();
      FeedStatistics statistics = feed.statistics();
      assertThat(statistics.changes()).isEqualTo(bed.owner.changeCount());
      assertThat(statistics.bufferedBytes()).isZero();
      assertThat(statistics.reopenings()).isZero();
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  feed.statistics().behind().values().stream().mapToLong(n -> n).sum() == 0
                      && feed.statistics().behind().size() == 64);
    }
  }

  @Test
  void aChangeSaysWhatHappenedAndCarriesAttributesOnly() {
    try (FeedBed bed = new FeedBed(1, 1)) {
      bed.write("plain", 1);
      bed.writeWithAttribute("attributed", 7, 3_000);
      bed.documents.upsert(
          "fleeting", "x", UpsertOptions.upsertOptions().expiry(Duration.ofHours(1)));
      long removed = bed.documents.remove("attributed").cas();
      bed.start();
      await()
          .atMost(PATIENCE)
          .until(
              () -> bed.owner.sessions(0).size() == 1 && bed.owner.session(0).changeCount() == 3);

      Map<String, Change> changes = new HashMap<>();
      bed.owner.session(0).changes(0).forEach(change -> changes.put(change.key(), change));
      assertThat(changes.get("plain").attributes()).isEmpty();
      assertThat(changes.get("plain").revisionSeqno()).isEqualTo(1);
      assertThat(changes.get("fleeting").expiry())
          .isBetween(
              System.currentTimeMillis() / 1000 + 3_000, System.currentTimeMillis() / 1000 + 4_000);
      Change deletion = changes.get("attributed");
      assertThat(deletion.kind()).isEqualTo(Change.Kind.DELETION);
      assertThat(deletion.cas()).isEqualTo(removed);
      assertThat(deletion.revisionSeqno()).isEqualTo(2);
      assertThat(new String(deletion.attributes().get("_ci"), StandardCharsets.UTF_8))
          .contains("\"n\":7");
      assertThat(bed.owner.violations()).isEmpty();
    }
  }

  @Test
  void otherCollectionsOnlyAdvanceTheVbucket() {
    try (FeedBed bed = new FeedBed(1, 1)) {
      bed.bucket().createCollection("_default", "other");
      bed.start();
      bed.write("mine", 1);
      bed.awaitCaughtUp();
      var other = bed.cluster().bucket(FeedBed.BUCKET).defaultScope().collection("other");
      other.upsert("theirs", "x");
      bed.awaitCaughtUp();
      assertThat(bed.owner.session(0).changes(0)).extracting(Change::key).containsExactly("mine");
      assertThat(bed.owner.session(0).position(0).isConsistent()).isTrue();
      assertThat(bed.owner.violations()).isEmpty();
    }
  }

  @Test
  void goesOnInTheMiddleOfASnapshot() {
    try (FeedBed bed = new FeedBed(4, 2)) {
      for (int i = 0; i < 200; i++) {
        bed.write("key" + i, i);
      }
      PartitionedFeed first = bed.start();
      FeedBed.awaitRunning(first);
      bed.awaitCaughtUp();
      first.close();
      Map<Integer, StreamPosition> middles = new HashMap<>();
      for (int vbucket = 0; vbucket < 4; vbucket++) {
        StreamPosition end = bed.owner.ofVbucket(vbucket).position(vbucket);
        middles.put(vbucket, new StreamPosition(end.vbuuid(), end.seqno() / 2, 0, end.seqno()));
      }
      bed.owner.beginAt(middles);
      bed.start();
      bed.awaitCaughtUp();
      for (int vbucket = 0; vbucket < 4; vbucket++) {
        List<Change> changes = bed.owner.ofVbucket(vbucket).changes(vbucket);
        long from = middles.get(vbucket).seqno();
        assertThat(changes)
            .hasSize((int) (bed.bucket().highSeqno(vbucket) - from))
            .allMatch(change -> change.seqno() > from);
        assertThat(bed.owner.ofVbucket(vbucket).rollbacks).isEmpty();
      }
      assertThat(bed.owner.violations()).isEmpty();
    }
  }

  @Test
  void aPartitionThatStopsAndHoldsEverythingDoesNotStallTheOthers() {
    try (FeedBed bed = new FeedBed(8, 4)) {
      bed.owner.acknowledging =
          partition -> partition == 1 ? Acknowledging.NEVER : Acknowledging.AT_ONCE;
      PartitionedFeed feed = bed.start(bed.settings(FeedBed.SMALLEST_BUFFER, null));
      FeedBed.awaitRunning(feed);
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 2_000; i++) {
                  bed.writeWithAttribute("key" + i, i, 1_000);
                }
              });
      await().atMost(PATIENCE).until(() -> feed.statistics().bufferedBytes() > 30_000);
      RecordingSession held = bed.owner.session(1);
      bed.owner.acknowledging = partition -> Acknowledging.AT_ONCE;
      bed.owner.beginAt(held.allPositions());
      held.fail(new IllegalStateException("index bucket is away"));

      await().atMost(PATIENCE).until(() -> bed.owner.sessions(1).size() == 2);
      writing.join();
      await().atMost(PATIENCE).untilAsserted(bed::awaitCaughtUp);
      assertThat(held.closed).isTrue();
      assertThat(held.changes(2)).isNotEmpty();
      assertThat(bed.owner.sessions(0)).hasSize(1);
      FeedBed.awaitStatus(
          feed,
          1,
          status -> status.state() == PartitionStatus.State.RUNNING && status.restarts() == 1);
      assertThat(bed.owner.violations()).isEmpty();
      await().atMost(PATIENCE).until(() -> feed.statistics().bufferedBytes() == 0);

      // Late, and a second time: void.
      held.changes(2).forEach(change -> change.acknowledge().run());
      assertThat(feed.statistics().bufferedBytes()).isZero();
    }
  }

  @Test
  void aSessionThatFailsAgainAndAgainIsVisibleAndNothingIsLost() {
    try (FeedBed bed = new FeedBed(4, 2)) {
      PartitionedFeed feed = bed.start();
      FeedBed.awaitRunning(feed);
      for (int i = 0; i < 400; i++) {
        bed.write("key" + i, i);
        if (i % 40 == 0) {
          // Counted before the failure: the next session may be there before this thread goes on.
          int sessions = bed.owner.sessions(0).size();
          bed.owner.session(0).fail(new IllegalStateException("disk full"));
          FeedBed.awaitStatus(
              feed,
              0,
              status ->
                  status.state() != PartitionStatus.State.RUNNING || status.restarts() >= sessions);
        }
      }
      FeedBed.awaitRunning(feed);
      bed.awaitCaughtUp();
      assertThat(bed.owner.session(0).changeCount() + bed.owner.session(1).changeCount())
          .isEqualTo(400);
      assertThat(bed.owner.violations()).isEmpty();

      bed.owner.refusal = partition -> new IllegalStateException("disk still full");
      bed.owner.session(0).fail(new IllegalStateException("disk full"));
      FeedBed.awaitStatus(
          feed,
          0,
          status ->
              status.state() == PartitionStatus.State.BACKING_OFF
                  && "disk still full".equals(status.reason())
                  && status.openStreams() == 0);
    }
  }

  @Test
  void aLostPartitionIsNotAskedForAgain() {
    try (FeedBed bed = new FeedBed(4, 2)) {
      PartitionedFeed feed = bed.start();
      FeedBed.awaitRunning(feed);
      bed.owner
          .session(1)
          .fail(new OwnershipLostException("partition=1 has owner=b", new IllegalStateException()));
      FeedBed.awaitStatus(
          feed,
          1,
          status ->
              status.state() == PartitionStatus.State.LOST
                  && "partition=1 has owner=b".equals(status.reason()));
      bed.write("key", 1);
      for (int i = 0; i < 50; i++) {
        bed.write("key" + i, 1);
      }
      await()
          .atMost(PATIENCE)
          .until(() -> bed.owner.session(0).position(0).seqno() == bed.bucket().highSeqno(0));
      assertThat(bed.owner.sessions(1)).hasSize(1);
      assertThat(bed.owner.session(1).closed).isTrue();
      assertThat(bed.owner.session(1).changeCount()).isZero();
      assertThat(feed.status().get(1).openStreams()).isZero();
    }
  }

  @Test
  void aSessionThatThrowsOrLacksAPositionIsReplaced() {
    try (FeedBed bed = new FeedBed(2, 1)) {
      PartitionOwner throwing =
          partition -> {
            PartitionSession session = bed.owner.take(partition).toCompletableFuture().join();
            int n = bed.owner.sessions(partition).size();
            return CompletableFuture.completedFuture(
                n == 1
                    ? new BrokenSession(session, BrokenSession.Fault.NO_POSITION)
                    : n == 2
                        ? new BrokenSession(session, BrokenSession.Fault.CHANGE_THROWS)
                        : session);
          };
      try (PartitionedFeed feed =
          new PartitionedFeed(bed.settings(), bed.map, Set.of(0), throwing)) {
        bed.write("key", 1);
        bed.write("another", 1);
        feed.start();
        FeedBed.awaitStatus(
            feed,
            0,
            status ->
                status.state() == PartitionStatus.State.RUNNING
                    && status.restarts() == 2
                    && status.openStreams() == 2);
        bed.awaitCaughtUp();
        assertThat(bed.owner.sessions(0).subList(0, 2)).allMatch(session -> session.closed);
        assertThat(feed.statistics().bufferedBytes()).isZero();
      }
    }
  }

  @Test
  void holdsChangesBackUntilTheyArePersisted() {
    try (FeedBed bed = new FeedBed(4, 2)) {
      PartitionedFeed feed = bed.start(bed.settings(1 << 20, Duration.ofMillis(20)));
      FeedBed.awaitRunning(feed);
      bed.write("key", 1);
      bed.awaitCaughtUp();
      bed.bucket().pausePersistence();
      for (int i = 0; i < 100; i++) {
        bed.write("held" + i, i);
      }
      await()
          .during(Duration.ofMillis(500))
          .atMost(PATIENCE)
          .until(() -> feed.statistics().changes() == 1);
      // A session that is taken anew must not meet what the old one's streams had still held back.
      bed.owner.session(0).fail(new IllegalStateException("again"));
      await().atMost(PATIENCE).until(() -> bed.owner.sessions(0).size() == 2);
      FeedBed.awaitRunning(feed);
      assertThat(feed.statistics().changes()).isLessThanOrEqualTo(2);
      bed.bucket().resumePersistence();
      bed.awaitCaughtUp();
      assertThat(bed.owner.changeCount()).isEqualTo(101);
      assertThat(bed.owner.violations()).isEmpty();
    }
  }

  @Test
  void stopsCleanlyAndOnlyOnce() {
    try (FeedBed bed = new FeedBed(4, 2)) {
      PartitionedFeed feed = bed.start();
      FeedBed.awaitRunning(feed);
      assertThatThrownBy(feed::start).isInstanceOf(IllegalStateException.class);
      feed.stop().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
      assertThat(feed.status())
          .allMatch(status -> status.state() == PartitionStatus.State.CLOSED)
          .allMatch(status -> status.openStreams() == 0);
      assertThat(bed.owner.session(0).closed).isTrue();
      bed.write("late", 1);
      assertThat(feed.stop().toCompletableFuture()).isCompleted();
      assertThat(bed.owner.changeCount()).isZero();
    }
  }
}
