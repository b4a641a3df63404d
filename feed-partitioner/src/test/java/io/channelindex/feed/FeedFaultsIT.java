package io.channelindex.feed;

import static io.channelindex.feed.FeedBed.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.feed.PartitionStatus.State;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.StreamPosition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of the streams when the data service misbehaves. */
class FeedFaultsIT {
  /** The seqnos that a session keeps are those of the documents as they are. */
  private static void assertSeenIsCurrent(FeedBed bed) {
    for (int vbucket = 0; vbucket < bed.map.vbuckets(); vbucket++) {
      List<Long> seqnos =
          bed.owner.ofVbucket(vbucket).changes(vbucket).stream().map(Change::seqno).toList();
      assertThat(seqnos).isSorted().doesNotHaveDuplicates();
      assertThat(bed.owner.ofVbucket(vbucket).position(vbucket).seqno())
          .isEqualTo(bed.bucket().highSeqno(vbucket));
    }
    assertThat(bed.owner.violations()).isEmpty();
  }

  private static Set<String> keys(FeedBed bed) {
    Set<String> keys = new TreeSet<>();
    for (int vbucket = 0; vbucket < bed.map.vbuckets(); vbucket++) {
      bed.owner.ofVbucket(vbucket).changes(vbucket).forEach(change -> keys.add(change.key()));
    }
    return keys;
  }

  @Test
  void aCrashThatLosesTheTailSendsSessionsBackAndStreamsGoOnThere() {
    try (FeedBed bed = new FeedBed(8, 2)) {
      for (int i = 0; i < 100; i++) {
        bed.write("kept" + i, 1);
      }
      PartitionedFeed feed = bed.start();
      FeedBed.awaitRunning(feed);
      bed.awaitCaughtUp();
      Map<Integer, Long> persisted = new HashMap<>();
      Map<Integer, Long> branches = new HashMap<>();
      for (int vbucket = 0; vbucket < 8; vbucket++) {
        persisted.put(vbucket, bed.bucket().highSeqno(vbucket));
        branches.put(vbucket, bed.bucket().vbuuid(vbucket));
      }
      bed.bucket().pausePersistence();
      for (int i = 0; i < 100; i++) {
        bed.write("lost" + i, 1);
      }
      bed.awaitCaughtUp();
      bed.bucket().crash();
      for (int i = 0; i < 50; i++) {
        bed.write("after" + i, 1);
      }
      bed.awaitCaughtUp();
      FeedBed.awaitRunning(feed);

      assertThat(keys(bed)).hasSize(150).noneMatch(key -> key.startsWith("lost"));
      List<RecordingSession.RollbackCall> calls =
          List.of(0, 1).stream()
              .flatMap(partition -> bed.owner.session(partition).rollbacks.stream())
              .toList();
      assertThat(calls).isNotEmpty();
      for (RecordingSession.RollbackCall call : calls) {
        assertThat(call.to()).isEqualTo(persisted.get(call.vbucket()));
        assertThat(call.log().stream().map(FailoverEntry::vbuuid))
            .startsWith(bed.bucket().vbuuid(call.vbucket()), branches.get(call.vbucket()));
      }
      assertThat(feed.statistics().rollbacks()).isEqualTo(calls.size());
      assertThat(feed.statistics().reconnects()).isPositive();
      assertThat(bed.owner.sessions(0)).hasSize(1);
      assertSeenIsCurrent(bed);
    }
  }

  @Test
  void changesHeldBackUntilPersistedAreNeverUndone() {
    try (FeedBed bed = new FeedBed(8, 2)) {
      PartitionedFeed feed = bed.start(bed.settings(1 << 20, Duration.ofMillis(20)));
      FeedBed.awaitRunning(feed);
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 40; i++) {
          bed.write("kept" + round + "-" + i, 1);
        }
        bed.awaitCaughtUp();
        bed.bucket().pausePersistence();
        for (int i = 0; i < 40; i++) {
          bed.write("lost" + round + "-" + i, 1);
        }
        bed.owner.session(0).fail(new IllegalStateException("to be taken again meanwhile"));
        bed.bucket().crash();
      }
      bed.write("last", 1);
      FeedBed.awaitRunning(feed);
      bed.awaitCaughtUp();
      for (int partition = 0; partition < 2; partition++) {
        for (RecordingSession session : bed.owner.sessions(partition)) {
          for (int vbucket = bed.map.first(partition);
              vbucket <= bed.map.last(partition);
              vbucket++) {
            assertThat(session.changes(vbucket)).noneMatch(c -> c.key().startsWith("lost"));
          }
        }
      }
      assertThat(keys(bed)).hasSize(121);
      assertSeenIsCurrent(bed);
    }
  }

  @Test
  void aPositionOnABranchThatWasLostIsSentBackAtTheFirstOpen() {
    try (FeedBed bed = new FeedBed(1, 1)) {
      for (int i = 0; i < 20; i++) {
        bed.write("key" + i, 1);
      }
      long known = bed.bucket().vbuuid(0);
      bed.bucket().pausePersistence();
      bed.write("lost", 1);
      bed.write("lost", 2);
      StreamPosition saw = StreamPosition.at(known, bed.bucket().highSeqno(0));
      bed.bucket().crash();
      // More than what was lost: by seqnos alone the position looks fine.
      for (int i = 0; i < 10; i++) {
        bed.write("new" + i, 1);
      }
      bed.owner.beginAt(Map.of(0, saw));
      bed.start();
      await()
          .atMost(PATIENCE)
          .until(
              () -> bed.owner.sessions(0).size() == 1 && bed.owner.session(0).changeCount() == 10);
      assertThat(bed.owner.session(0).rollbacks)
          .singleElement()
          .satisfies(call -> assertThat(call.to()).isEqualTo(20));
      assertThat(bed.owner.violations()).isEmpty();
    }
  }

  @Test
  void aPurgeBeyondThePositionStartsTheVbucketOver() {
    try (FeedBed bed = new FeedBed(1, 1)) {
      for (int i = 0; i < 20; i++) {
        bed.write("key" + i, 1);
      }
      StreamPosition middle = StreamPosition.at(bed.bucket().vbuuid(0), 5);
      bed.documents.remove("key7");
      bed.write("newest", 1);
      bed.bucket().purgeTombstones(Duration.ZERO);
      bed.owner.beginAt(Map.of(0, middle));
      bed.start();
      await()
          .atMost(PATIENCE)
          .until(
              () -> bed.owner.sessions(0).size() == 1 && bed.owner.session(0).changeCount() == 20);
      assertThat(bed.owner.session(0).rollbacks)
          .singleElement()
          .satisfies(call -> assertThat(call.to()).isZero());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BrokenSession.Fault.class,
      names = {"ROLLBACK_TOO_HIGH", "ROLLBACK_FAILS"})
  void aRollbackThatTheSessionCannotFollowStopsIt(BrokenSession.Fault fault) {
    try (FeedBed bed = new FeedBed(1, 1)) {
      bed.write("key", 1);
      bed.owner.beginAt(Map.of(0, StreamPosition.at(4711, 1)));
      PartitionOwner owner =
          partition -> {
            PartitionSession session = bed.owner.take(partition).toCompletableFuture().join();
            return CompletableFuture.completedFuture(
                bed.owner.sessions(0).size() == 1 ? new BrokenSession(session, fault) : session);
          };
      try (PartitionedFeed feed = new PartitionedFeed(bed.settings(), bed.map, Set.of(0), owner)) {
        feed.start();
        FeedBed.awaitStatus(
            feed, 0, status -> status.state() == State.RUNNING && status.restarts() == 1);
        bed.awaitCaughtUp();
        assertThat(bed.owner.sessions(0).get(0).closed).isTrue();
        assertThat(bed.owner.violations()).isEmpty();
      }
    }
  }

  @Test
  void aVbucketThatMovesAwayShowsAndComesBack() {
    try (FeedBed bed = new FeedBed(8, 2)) {
      for (int i = 0; i < 100; i++) {
        bed.write("key" + i, 1);
      }
      PartitionedFeed feed = bed.start();
      FeedBed.awaitRunning(feed);
      bed.awaitCaughtUp();
      bed.bucket().deactivate(2);
      FeedBed.awaitStatus(
          feed,
          0,
          status ->
              status.state() == State.RUNNING
                  && status.openStreams() == 3
                  && status.reason() != null
                  && status.reason().contains("STATE_CHANGED"));
      assertThat(feed.status().get(1).openStreams()).isEqualTo(4);
      assertThat(feed.statistics().streamEnds()).containsEntry("STATE_CHANGED", 1L);

      // Stopped while the open of the vbucket's stream is on its way, again and again.
      bed.owner.beginAt(bed.owner.positions());
      bed.owner.session(0).fail(new IllegalStateException("meanwhile"));
      FeedBed.awaitStatus(
          feed,
          0,
          status ->
              status.state() == State.STARTING
                  && status.restarts() == 1
                  && status.openStreams() == 3
                  && status.reason() != null);
      bed.bucket().activate(2);
      FeedBed.awaitRunning(feed);
      for (int i = 0; i < 100; i++) {
        bed.write("key" + i, 2);
      }
      bed.awaitCaughtUp();
      assertThat(bed.owner.session(0).rollbacks).isEmpty();
      assertThat(bed.owner.session(0).logs(2).get(0)).hasSize(2);
      assertThat(feed.status().get(0).reason()).isNull();
      assertThat(bed.owner.violations()).isEmpty();
    }
  }

  @Test
  void nothingIsMissedWhileVbucketsMoveAndSessionsFailUnderLoad() {
    try (FeedBed bed = new FeedBed(4, 2)) {
      PartitionedFeed feed = bed.start();
      FeedBed.awaitRunning(feed);
      for (int round = 0; round < 15; round++) {
        for (int i = 0; i < 40; i++) {
          bed.write("key" + round + "-" + i, 1);
        }
        bed.bucket().deactivate(round % 4);
        if (round % 3 == 0) {
          // As if the session had persisted nothing: the next one begins from scratch.
          bed.owner.session(0).fail(new IllegalStateException("round " + round));
        }
        bed.bucket().activate(round % 4);
      }
      FeedBed.awaitRunning(feed);
      bed.awaitCaughtUp();
      assertThat(keys(bed)).hasSize(15 * 40);
      assertSeenIsCurrent(bed);
    }
  }

  @Test
  void aNodeThatComesBackEmptyIsStreamedFromTheBeginning() {
    try (FeedBed bed = new FeedBed(4, 2)) {
      for (int i = 0; i < 50; i++) {
        bed.write("key" + i, 1);
      }
      PartitionedFeed feed = bed.start();
      FeedBed.awaitRunning(feed);
      bed.awaitCaughtUp();
      bed.stopNode();
      FeedBed.awaitStatus(feed, 0, status -> status.openStreams() == 0 && status.reason() != null);
      assertThat(feed.status().get(0).reason()).contains("no connection");
      bed.startNodeAgain();
      try (FeedBed.Writer writer = bed.newWriter()) {
        writer.write("anew", 1);
        FeedBed.awaitRunning(feed);
        await().atMost(PATIENCE).until(() -> keys(bed).equals(Set.of("anew")));
      }
      assertThat(feed.statistics().reconnects()).isPositive();
      assertThat(feed.statistics().rollbacks()).isPositive();
      assertThat(bed.owner.violations()).isEmpty();
    }
  }

  @Test
  void startsBeforeCouchbaseDoes() {
    try (FeedBed bed = new FeedBed(4, 2)) {
      bed.stopNode();
      PartitionedFeed feed = bed.start();
      FeedBed.awaitStatus(feed, 1, status -> status.reason() != null);
      assertThat(feed.status())
          .extracting(PartitionStatus::state)
          .containsExactly(State.STARTING, State.STARTING);
      assertThat(feed.status().get(0).reason()).contains("no connection to the data service");
      assertThat(bed.owner.sessions(0)).isEmpty();
      bed.startNodeAgain();
      FeedBed.awaitRunning(feed);
    }
  }

  @Test
  void saysWhyItCannotConnectAndLeavesNoThreads() {
    try (FeedBed bed = new FeedBed(4, 2)) {
      FeedSettings right = bed.settings();
      FeedSettings wrongPassword = with(right, right.bucket(), "wrong");
      FeedSettings wrongBucket = with(right, "nowhere", right.password());
      assertReason(bed, wrongPassword, bed.map, "user or password is refused: user=Administrator");
      assertReason(
          bed, wrongBucket, bed.map, "does it exist and may the user stream it? bucket=nowhere");
      assertReason(bed, right, new PartitionMap(8, 2), "vbuckets=4, expected=8");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(threads()).doesNotContain("channel-index-feed"));
    }
  }

  private static void assertReason(
      FeedBed bed, FeedSettings settings, PartitionMap map, String expected) {
    try (PartitionedFeed feed = new PartitionedFeed(settings, map, Set.of(0, 1), bed.owner)) {
      feed.start();
      FeedBed.awaitStatus(
          feed,
          0,
          status ->
              status.state() == State.STARTING
                  && status.reason() != null
                  && status.reason().contains(expected));
    }
    assertThat(bed.owner.sessions(0)).isEmpty();
  }

  private static FeedSettings with(FeedSettings settings, String bucket, String password) {
    return new FeedSettings(
        settings.connectionString(),
        settings.username(),
        password,
        bucket,
        settings.bufferBytes(),
        settings.persistencePolling(),
        settings.backoffMin(),
        settings.backoffMax());
  }

  private static String threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .collect(Collectors.joining(","));
  }
}
