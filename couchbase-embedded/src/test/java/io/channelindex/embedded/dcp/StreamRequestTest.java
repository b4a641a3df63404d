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
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stream request's value and flags ask for beside collections. */
class StreamRequestTest {
  private static final String EVERYTHING = "";

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
    vbucket.set(Key.of(collection, key), new Write().set(key.getBytes(UTF_8), 0, 0, 0, 0));
  }

  private void fillCollections() {
    bucket.createScope("s");
    bucket.createCollection("s", "c", 0);
    bucket.createCollection("s", "d", 0);
    set(0, "default");
    set(8, "c");
    set(9, "d");
  }

  @Test
  void purgedTombstonesDoNotConcernWhoKnowsOfThePurge() {
    set("a");
    set("b");
    vbucket.delete(Key.of("b"), 0, Durability.NONE);
    set("c");
    bucket.purgeTombstones(Duration.ZERO);
    FailoverLog.Position from = at(vbucket.vbuuid(), 2);

    assertThat(consumer.stream(0, 0, FOREVER, from, "{\"purge_seqno\":\"2\"}"))
        .isEqualTo(new DcpProducer.Answer.Rollback(0));
    assertThat(consumer.stream(0, 0, FOREVER, from, "{\"purge_seqno\":\"3\"}"))
        .isInstanceOf(DcpProducer.Answer.Accepted.class);
  }

  @Test
  void purgedTombstonesDoNotConcernWhoHasSeenAllOfItsCollections() {
    bucket.createScope("s");
    bucket.createCollection("s", "c", 0);
    set(8, "quiet");
    long seen = vbucket.highSeqno(8);
    set("b");
    vbucket.delete(Key.of("b"), 0, Durability.NONE);
    set("c");
    bucket.purgeTombstones(Duration.ZERO);
    FailoverLog.Position from = at(vbucket.vbuuid(), seen);

    assertThat(consumer.stream(0, 0, FOREVER, from, EVERYTHING))
        .isEqualTo(new DcpProducer.Answer.Rollback(0));
    assertThat(consumer.stream(0, 0, FOREVER, from, "{\"collections\":[\"8\"]}"))
        .isInstanceOf(DcpProducer.Answer.Accepted.class);
  }

  @Test
  void markersOfTheNewVersionTellThePurgeSeqno() {
    set("a");
    set("b");
    vbucket.delete(Key.of("b"), 0, Durability.NONE);
    set("c");
    bucket.purgeTombstones(Duration.ZERO);
    consumer.producer.control("max_marker_version", "2.2");
    consumer.stream(0, EVERYTHING);

    assertThat(consumer.drainText())
        .containsExactly(
            "marker version 2 0-4 flags 6 visible 0 completed 0 purged 3 prepared 0",
            "mutation 1 a",
            "mutation 4 c");
    set("d");
    assertThat(consumer.drainText()).containsExactly("marker 5-5 flags 5", "mutation 5 d");
  }

  @Test
  void theNewMarkersAreForWhoKnowsCollections() {
    Consumer plain = new Consumer(bucket, 0, Consumer.Keys.PLAIN);

    assertThatThrownBy(() -> plain.producer.control("max_marker_version", "2.2"))
        .isSameAs(StatusException.of(Status.NOT_SUPPORTED));
    assertThatThrownBy(() -> plain.stream(0, "{}")).isSameAs(StatusException.of(Status.EINVAL));
    plain.close();
  }

  // Several streams.

  @Test
  void aVbucketHasAStreamForEachId() {
    fillCollections();
    consumer.producer.control("enable_stream_id", "true");
    consumer.stream(0, "{\"sid\":7,\"collections\":[\"8\"]}");
    consumer.stream(0, "{\"sid\":65535}");

    List<Consumer.Message> messages = consumer.drain();

    assertThat(messages).extracting(Consumer.Message::stream).containsOnly(7, 65_535);
    assertThat(messages)
        .filteredOn(message -> message.stream() == 7 && message.opcode() == Opcode.DCP_MUTATION)
        .isNotEmpty()
        .allMatch(message -> message.collection() == 8);
    assertThat(messages)
        .filteredOn(message -> message.stream() == 65_535)
        .extracting(Consumer.Message::collection)
        .contains(0, 8);
    assertThatThrownBy(() -> consumer.stream(0, "{\"sid\":7}"))
        .isSameAs(StatusException.of(Status.KEY_EEXISTS));
    consumer.producer.closeStream(0, 7);
    set(8, "more");
    assertThat(consumer.drain()).extracting(Consumer.Message::stream).containsOnly(65_535);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                | DCP_STREAMID_INVALID",
        "{}                | DCP_STREAMID_INVALID",
        "{\"sid\":0}       | DCP_STREAMID_INVALID",
        "{\"sid\":65536}   | DCP_STREAMID_INVALID",
        "{\"sid\":-1}      | DCP_STREAMID_INVALID",
        "{\"sid\":\"1\"}   | EINVAL",
        "{\"sid\":1.5}     | EINVAL",
      })
  void refusesStreamIds(String value, Status status) {
    consumer.producer.control("enable_stream_id", "true");

    assertThatThrownBy(() -> consumer.stream(0, value)).isSameAs(StatusException.of(status));
  }

  @Test
  void closesTheStreamWithTheIdOnly() {
    assertThatThrownBy(() -> consumer.producer.closeStream(0, 1))
        .isSameAs(StatusException.of(Status.DCP_STREAMID_INVALID));
    consumer.producer.control("enable_stream_id", "true");
    assertThatThrownBy(() -> consumer.producer.closeStream(0, 1))
        .isSameAs(StatusException.of(Status.KEY_ENOENT));
    consumer.stream(0, "{\"sid\":1}");

    assertThatThrownBy(() -> consumer.producer.closeStream(0, 0))
        .isSameAs(StatusException.of(Status.DCP_STREAMID_INVALID));
    assertThatThrownBy(() -> consumer.producer.closeStream(0, 2))
        .isSameAs(StatusException.of(Status.DCP_STREAMID_INVALID));
    consumer.producer.closeStream(0, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x08, 0x100, 0x4000_0000})
  void refusesFlagsThatItDoesNotKnow(int flags) {
    assertThatThrownBy(() -> consumer.stream(0, flags, FOREVER, at(0, 0), EVERYTHING))
        .isSameAs(StatusException.of(Status.EINVAL));
  }
}
