package io.channelindex.embedded.dcp;

import static io.channelindex.embedded.dcp.Consumer.FOREVER;
import static io.channelindex.embedded.dcp.Consumer.at;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Durability;
import io.channelindex.embedded.engine.FailoverLog;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.SettableClock;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.Write;
import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stream shows of a history, and where it begins and ends. */
class DcpStreamTest {
  private static final String EVERYTHING = "{}";

  private final SettableClock clock = new SettableClock();
  private final Bucket bucket = new Bucket("b", "0".repeat(32), 4, clock);
  private final VBucket vbucket = bucket.vbucket(0);
  private final Consumer consumer = new Consumer(bucket);

  @AfterEach
  void close() {
    consumer.close();
  }

  private void set(String key) {
    set(0, key);
  }

  private void set(int collection, String key) {
    vbucket.set(Key.of(collection, key), new Write().set("1".getBytes(UTF_8), 1, 0, 0, 0));
  }

  @Test
  void aBackfillSendsTheNewestVersionsInOrder() {
    set("a");
    set("b");
    set("a");
    vbucket.delete(Key.of("b"), 0, Durability.NONE);
    set("c");

    assertThat(consumer.stream(0, EVERYTHING)).isInstanceOf(DcpProducer.Answer.Accepted.class);

    assertThat(consumer.drainText())
        .containsExactly("marker 0-5 flags 6", "mutation 3 a", "deletion 4 b", "mutation 5 c");
    assertThat(consumer.drainText()).isEmpty();
  }

  @Test
  void whatComesLaterIsSentFromMemory() {
    set("a");
    consumer.stream(0, EVERYTHING);
    consumer.drain();

    set("b");
    assertThat(consumer.drainText()).containsExactly("marker 2-2 flags 5", "mutation 2 b");
    set("c");
    set("c");
    assertThat(consumer.drainText()).containsExactly("marker 4-4 flags 1", "mutation 4 c");
  }

  @Test
  void aStreamThatFoundNothingNeverWasOnDisk() {
    consumer.stream(0, EVERYTHING);
    assertThat(consumer.drainText()).isEmpty();

    set("a");

    assertThat(consumer.drainText()).containsExactly("marker 0-1 flags 5", "mutation 1 a");
  }

  @Test
  void theFirstMarkerBeginsWhereTheConsumersSnapshotBegan() {
    for (String key : List.of("a", "b", "c", "d")) {
      set(key);
    }
    long vbuuid = vbucket.vbuuid();
    consumer.stream(0, 0, FOREVER, new FailoverLog.Position(vbuuid, 3, 2, 4), EVERYTHING);

    assertThat(consumer.drainText()).containsExactly("marker 2-4 flags 5", "mutation 4 d");
  }

  @Test
  void messagesCarryTheStreamsVbucketAndOpaque() {
    bucket.vbucket(2).set(Key.of("k"), new Write().set(new byte[0], 0, 0xabcd, 0, 0));
    consumer.stream(2, EVERYTHING);

    assertThat(consumer.drain())
        .hasSize(2)
        .allSatisfy(
            message -> {
              assertThat(message.vbucket()).isEqualTo(2);
              assertThat(message.opaque()).isEqualTo(102);
            });
  }

  // Filters.

  private void fillCollections() {
    bucket.createScope("s");
    bucket.createCollection("s", "c", 0);
    bucket.createCollection("s", "d", 0);
    set(0, "default");
    set(8, "c");
    set(9, "d");
  }

  @Test
  void noFilterShowsEverything() {
    fillCollections();
    consumer.stream(0, "");

    assertThat(consumer.drainText())
        .containsExactly(
            "marker 0-6 flags 6",
            "event 1 type 3 s",
            "event 2 type 0 c",
            "event 3 type 0 d",
            "mutation 4 default",
            "mutation 5 c",
            "mutation 6 d");
  }

  @Test
  void keysCarryTheirCollection() {
    fillCollections();
    consumer.stream(0, EVERYTHING);

    assertThat(consumer.drain().subList(4, 7))
        .extracting(Consumer.Message::collection)
        .containsExactly(0, 8, 9);
  }

  @Test
  void aFilterOfCollectionsShowsThemAndWhereTheSnapshotEnds() {
    fillCollections();
    consumer.stream(0, "{\"collections\":[\"8\"]}");

    assertThat(consumer.drainText())
        .containsExactly("marker 0-6 flags 6", "event 2 type 0 c", "mutation 5 c", "advanced 6");
  }

  @Test
  void aFilterThatShowsTheLastItemAdvancesNothing() {
    fillCollections();
    consumer.stream(0, "{\"collections\":[\"9\"]}");

    assertThat(consumer.drainText())
        .containsExactly("marker 0-6 flags 6", "event 3 type 0 d", "mutation 6 d");
  }

  @Test
  void aFilterOfAScopeFollowsItsCollections() {
    fillCollections();
    consumer.stream(0, "{\"scope\":\"8\"}");
    assertThat(consumer.drainText())
        .containsExactly(
            "marker 0-6 flags 6",
            "event 1 type 3 s",
            "event 2 type 0 c",
            "event 3 type 0 d",
            "mutation 5 c",
            "mutation 6 d");

    bucket.createCollection("s", "e", 0);
    set(10, "e");
    set(0, "default");

    assertThat(consumer.drainText())
        .containsExactly("marker 7-9 flags 5", "event 7 type 0 e", "mutation 8 e", "advanced 9");
  }

  @Test
  void newsThatAreFilteredAreOnlyAnnounced() {
    fillCollections();
    consumer.stream(0, "{\"collections\":[\"8\"]}");
    consumer.drain();

    set(9, "d");

    assertThat(consumer.drainText()).containsExactly("marker 7-7 flags 5", "advanced 7");
  }

  @Test
  void aConnectionWithoutCollectionsSeesTheDefaultOneOnly() {
    Consumer plain = new Consumer(bucket, Consumer.XATTRS_AND_TIMES, Consumer.Keys.PLAIN);
    fillCollections();
    plain.stream(0, "");

    assertThat(plain.drainText()).containsExactly("marker 0-4 flags 6", "mutation 4 default");
    set(8, "c");
    assertThat(plain.drainText()).isEmpty();
    set(0, "more");
    assertThat(plain.drainText()).containsExactly("marker 8-8 flags 5", "mutation 8 more");
    plain.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]                                    | EINVAL",
        "{                                     | EINVAL",
        "null                                  | EINVAL",
        "{\"collections\":[]}                  | EINVAL",
        "{\"collections\":\"0\"}               | EINVAL",
        "{\"collections\":[0]}                 | EINVAL",
        "{\"collections\":[\"x\"]}             | EINVAL",
        "{\"collections\":[\"100000000\"]}     | EINVAL",
        "{\"collections\":[\"0\"],\"scope\":\"0\"} | EINVAL",
        "{\"scope\":0}                         | EINVAL",
        "{\"collections\":[\"8\"]}             | UNKNOWN_COLLECTION",
        "{\"scope\":\"8\"}                     | UNKNOWN_SCOPE",
        "{\"sid\":1}                           | DCP_STREAMID_INVALID",
        "{\"uid\":1}                           | EINVAL",
        "{\"uid\":\"x\"}                       | EINVAL",
        "{\"purge_seqno\":1}                   | EINVAL",
        "{\"purge_seqno\":\"a\"}               | EINVAL",
      })
  void refusesFilters(String filter, Status status) {
    assertThatThrownBy(() -> consumer.stream(0, filter)).isSameAs(StatusException.of(status));
    assertThat(consumer.stream(0, EVERYTHING)).isInstanceOf(DcpProducer.Answer.Accepted.class);
  }

  // Ends.

  @Test
  void endsWhenTheFiltersCollectionsAreDropped() {
    fillCollections();
    consumer.stream(0, "{\"collections\":[\"8\",\"9\"]}");
    consumer.drain();

    bucket.dropCollection("s", "c");
    assertThat(consumer.drainText()).containsExactly("marker 7-7 flags 5", "event 7 type 1 ");
    bucket.dropCollection("s", "d");
    assertThat(consumer.drainText())
        .containsExactly("marker 8-8 flags 1", "event 8 type 1 ", "end 7");
    assertThatThrownBy(() -> consumer.producer.closeStream(0, 0))
        .isSameAs(StatusException.of(Status.KEY_ENOENT));
  }

  @Test
  void endsWhenTheFiltersScopeIsDropped() {
    fillCollections();
    consumer.stream(0, "{\"scope\":\"8\"}");
    consumer.drain();

    bucket.dropScope("s");

    assertThat(consumer.drainText())
        .containsExactly(
            "marker 7-9 flags 5", "event 7 type 1 ", "event 8 type 1 ", "event 9 type 4 ", "end 7");
  }

  @Test
  void endsWhenTheDefaultCollectionIsDroppedForWhoKnowsNoOther() {
    Consumer plain = new Consumer(bucket, 0, Consumer.Keys.PLAIN);
    set("a");
    plain.stream(0, "");
    plain.drain();

    bucket.dropCollection("_default", "_default");

    assertThat(plain.drainText()).containsExactly("end 7");
    assertThatThrownBy(() -> plain.stream(0, ""))
        .isSameAs(StatusException.of(Status.UNKNOWN_COLLECTION));
    plain.close();
  }

  @Test
  void anEmptyFiltersEndWaitsForTheWindow() {
    bucket.createCollection("_default", "c", 0);
    consumer.producer.control("connection_buffer_size", "50");
    consumer.stream(0, "{\"collections\":[\"8\"]}");
    assertThat(consumer.drainText()).containsExactly("marker 0-1 flags 6", "event 1 type 0 c");
    bucket.dropCollection("_default", "c");
    assertThat(consumer.drainText()).isEmpty();
    consumer.producer.acknowledge(44 + 24 + 13 + 1 + 16);
    assertThat(consumer.drainText()).containsExactly("marker 2-2 flags 5", "event 2 type 1 ");
    assertThat(consumer.drainText()).isEmpty();
    // News that the stream must not show any more.
    set("a");

    consumer.producer.acknowledge(1000);

    assertThat(consumer.drainText()).containsExactly("end 7");
  }

  @Test
  void endsAfterTheSnapshotThatContainsTheEnd() {
    set("a");
    set("b");
    consumer.stream(0, 0, 3, at(0, 0), EVERYTHING);
    assertThat(consumer.drainText()).hasSize(3);
    set("c");
    set("d");

    assertThat(consumer.drainText())
        .containsExactly("marker 3-4 flags 5", "mutation 3 c", "mutation 4 d", "end 0");
  }

  @Test
  void aStreamToWhereItBeginsEndsAtOnce() {
    set("a");
    consumer.stream(0, 0, 1, at(vbucket.vbuuid(), 1), EVERYTHING);

    assertThat(consumer.drainText()).containsExactly("end 0");
  }

  @Test
  void toLatestEndsWhereTheHistoryIs() {
    set("a");
    consumer.stream(0, StreamRequest.TO_LATEST, FOREVER, at(0, 0), EVERYTHING);
    assertThat(consumer.drainText()).containsExactly("marker 0-1 flags 6", "mutation 1 a", "end 0");
  }

  @Test
  void toLatestOfAnEmptyHistoryEndsAtOnce() {
    consumer.stream(0, StreamRequest.TO_LATEST, FOREVER, at(0, 0), EVERYTHING);

    assertThat(consumer.drainText()).containsExactly("end 0");
  }

  @Test
  void fromLatestBeginsWhereTheHistoryIs() {
    set("a");
    consumer.stream(0, StreamRequest.FROM_LATEST, FOREVER, at(0, 0), EVERYTHING);
    assertThat(consumer.drainText()).isEmpty();
    set("b");

    assertThat(consumer.drainText()).containsExactly("marker 1-2 flags 5", "mutation 2 b");
  }

  @Test
  void fromLatestBeyondTheEndIsRefused() {
    set("a");
    set("b");

    assertThatThrownBy(() -> consumer.stream(0, StreamRequest.FROM_LATEST, 1, at(0, 0), EVERYTHING))
        .isSameAs(StatusException.of(Status.ERANGE));
  }

  @Test
  void diskOnlyEndsWithWhatIsPersisted() {
    set("a");
    bucket.pausePersistence();
    assertThat(consumer.stream(0, StreamRequest.DISK_ONLY, FOREVER, at(0, 0), EVERYTHING))
        .isInstanceOf(DcpProducer.Answer.Accepted.class);
    assertThat(consumer.drainText()).containsExactly("marker 0-1 flags 6", "mutation 1 a", "end 0");
    set("b");

    assertThatThrownBy(
            () ->
                consumer.stream(
                    0, StreamRequest.DISK_ONLY, FOREVER, at(vbucket.vbuuid(), 2), EVERYTHING))
        .isSameAs(StatusException.of(Status.ERANGE));
  }

  @Test
  void endsWhenTheVbucketIsTakenAway() {
    consumer.stream(0, EVERYTHING);
    vbucket.deactivate();

    assertThat(consumer.drainText()).containsExactly("end 2");
    assertThatThrownBy(() -> consumer.stream(0, EVERYTHING))
        .isSameAs(StatusException.of(Status.NOT_MY_VBUCKET));
  }

  @Test
  void endsWhenTheHistoryGoesBack() {
    set("a");
    bucket.pausePersistence();
    set("b");
    consumer.stream(0, EVERYTHING);
    consumer.drain();
    long vbuuid = vbucket.vbuuid();

    bucket.crash();

    assertThat(consumer.drainText()).containsExactly("end 6");
    assertThat(consumer.stream(0, 0, FOREVER, at(vbuuid, 2), EVERYTHING))
        .isEqualTo(new DcpProducer.Answer.Rollback(1));
    assertThat(consumer.stream(0, 0, FOREVER, at(vbuuid, 1), EVERYTHING))
        .isInstanceOf(DcpProducer.Answer.Accepted.class);
  }

  @Test
  void endsWhenTheBucketIsRemoved() {
    consumer.stream(0, EVERYTHING);
    consumer.stream(1, EVERYTHING);
    bucket.close();

    assertThat(consumer.drainText()).containsExactly("end 3", "end 3");
  }

  @Test
  void closingSaysSoOnlyIfAsked() {
    consumer.stream(0, EVERYTHING);
    consumer.producer.closeStream(0, 0);
    set("a");
    assertThat(consumer.drainText()).isEmpty();

    consumer.producer.control("send_stream_end_on_client_close_stream", "true");
    consumer.stream(0, EVERYTHING);
    consumer.producer.closeStream(0, 0);

    assertThat(consumer.drainText()).containsExactly("end 1");
    assertThatThrownBy(() -> consumer.producer.closeStream(0, 0))
        .isSameAs(StatusException.of(Status.KEY_ENOENT));
    assertThatThrownBy(() -> consumer.producer.closeStream(4, 0))
        .isSameAs(StatusException.of(Status.KEY_ENOENT));
  }

  // Requests that are refused.

  @Test
  void aVbucketHasOneStream() {
    consumer.stream(0, EVERYTHING);

    assertThatThrownBy(() -> consumer.stream(0, EVERYTHING))
        .isSameAs(StatusException.of(Status.KEY_EEXISTS));
    assertThatThrownBy(() -> consumer.stream(4, EVERYTHING))
        .isSameAs(StatusException.of(Status.NOT_MY_VBUCKET));
    assertThatThrownBy(
            () -> consumer.stream(1, StreamRequest.TAKEOVER, FOREVER, at(0, 0), EVERYTHING))
        .isSameAs(StatusException.of(Status.NOT_SUPPORTED));
  }

  @ParameterizedTest
  @CsvSource({"5, 4, 5, 5", "5, 9, 6, 9", "5, 9, 3, 4", "-1, 9, 5, 9", "5, 9, -1, 9"})
  void refusesPositionsOutOfOrder(long seqno, long end, long snapshotStart, long snapshotEnd) {
    FailoverLog.Position from =
        new FailoverLog.Position(vbucket.vbuuid(), seqno, snapshotStart, snapshotEnd);

    assertThatThrownBy(() -> consumer.stream(0, 0, end, from, EVERYTHING))
        .isSameAs(StatusException.of(Status.ERANGE));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 5, Long.MAX_VALUE, -1})
  void whoeverIsAheadOfTheHistoryGoesBack(long seqno) {
    assertThat(consumer.stream(0, 0, FOREVER, at(vbucket.vbuuid(), seqno), EVERYTHING))
        .isEqualTo(new DcpProducer.Answer.Rollback(0));
    assertThat(consumer.drainText()).isEmpty();
  }

  @Test
  void purgedTombstonesSendTheConsumerBack() {
    set("a");
    set("b");
    vbucket.delete(Key.of("b"), 0, Durability.NONE);
    set("c");
    bucket.purgeTombstones(Duration.ZERO);
    FailoverLog.Position from = at(vbucket.vbuuid(), 2);

    assertThat(consumer.stream(0, 0, FOREVER, from, EVERYTHING))
        .isEqualTo(new DcpProducer.Answer.Rollback(0));
    assertThat(
            consumer.stream(0, StreamRequest.IGNORE_PURGED_TOMBSTONES, FOREVER, from, EVERYTHING))
        .isInstanceOf(DcpProducer.Answer.Accepted.class);
    assertThat(consumer.drainText()).containsExactly("marker 2-4 flags 5", "mutation 4 c");
  }

  @Test
  void aStrictConsumerAtZeroMustKnowTheBranch() {
    assertThat(consumer.stream(0, StreamRequest.STRICT_VBUUID, FOREVER, at(77, 0), EVERYTHING))
        .isEqualTo(new DcpProducer.Answer.Rollback(0));
    assertThat(consumer.stream(0, 0, FOREVER, at(77, 0), EVERYTHING))
        .isInstanceOf(DcpProducer.Answer.Accepted.class);
  }

  @Test
  void anExpiredDocumentThatAReaderMetIsStreamed() {
    vbucket.set(Key.of("a"), new Write().set(new byte[0], 0, 0, 5, 0));
    consumer.producer.control("enable_expiry_opcode", "true");
    consumer.stream(0, EVERYTHING);
    consumer.drain();
    clock.advance(Duration.ofSeconds(5));

    assertThat(vbucket.get(Key.of("a"))).isNull();
    consumer.channel().runPendingTasks();

    assertThat(consumer.received())
        .extracting(Consumer.Message::toString)
        .containsExactly("marker 2-2 flags 5", "expiration 2 a");
  }
}
