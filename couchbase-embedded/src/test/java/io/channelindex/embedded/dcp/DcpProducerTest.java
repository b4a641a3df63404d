package io.channelindex.embedded.dcp;

import static io.channelindex.embedded.dcp.Consumer.FOREVER;
import static io.channelindex.embedded.dcp.Consumer.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.SettableClock;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.Write;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the streams of a connection share: window, turns, noops, options. */
class DcpProducerTest {
  private static final int VBUCKETS = 8;

  private final Bucket bucket = new Bucket("b", "0".repeat(32), VBUCKETS, new SettableClock());
  private final Consumer consumer = new Consumer(bucket);

  @AfterEach
  void close() {
    consumer.close();
  }

  private static void set(VBucket vbucket, String key, int length) {
    vbucket.set(Key.of(key), new Write().set(new byte[length], 0, 0, 0, 0));
  }

  private static int length(List<Consumer.Message> messages) {
    return messages.stream().mapToInt(Consumer.Message::length).sum();
  }

  @Test
  void aFullWindowBlocksAndAnAcknowledgementResumesExactly() {
    for (int i = 0; i < 1000; i++) {
      set(bucket.vbucket(0), "key-" + i, 100);
    }
    consumer.producer.control("connection_buffer_size", "2000");
    consumer.stream(0, "");
    List<Consumer.Message> all = new ArrayList<>();
    long unacknowledged = 0;
    Random random = new Random(1);
    while (all.size() < 1001) {
      List<Consumer.Message> some = consumer.drain();
      unacknowledged += length(some);
      all.addAll(some);
      // Full, by no more than the message that filled it.
      if (all.size() < 1001) {
        assertThat(unacknowledged).isGreaterThanOrEqualTo(2000);
        assertThat(unacknowledged - some.get(some.size() - 1).length()).isLessThan(2000);
        assertThat(consumer.drain()).isEmpty();
        long before = unacknowledged - 2000;
        if (before > 0) {
          consumer.producer.acknowledge(before);
          assertThat(consumer.drain()).isEmpty();
        }
        long acknowledged = 1L + random.nextInt(1500);
        consumer.producer.acknowledge(acknowledged);
        unacknowledged -= before + acknowledged;
      }
    }

    assertThat(all.subList(1, 1001))
        .extracting(Consumer.Message::seqno)
        .isSorted()
        .doesNotHaveDuplicates();
  }

  @Test
  void acknowledgingTooMuchOpensTheWindowOnceOnly() {
    for (int i = 0; i < 100; i++) {
      set(bucket.vbucket(0), "key-" + i, 100);
    }
    consumer.producer.control("connection_buffer_size", "500");
    consumer.stream(0, "");
    consumer.drain();

    consumer.producer.acknowledge(0xffff_ffffL);

    assertThat(length(consumer.drain())).isBetween(500, 800);
  }

  @Test
  void aWindowThatIsSetLaterCountsFromThen() {
    set(bucket.vbucket(0), "large", 5000);
    consumer.stream(0, "");
    consumer.drain();

    consumer.producer.control("connection_buffer_size", "1000");
    set(bucket.vbucket(0), "more", 10);

    assertThat(consumer.drainText()).containsExactly("marker 2-2 flags 5", "mutation 2 more");
  }

  @Test
  void aWindowOfZeroIsNone() {
    set(bucket.vbucket(0), "a", 5000);
    set(bucket.vbucket(0), "b", 5000);
    consumer.producer.control("connection_buffer_size", "100");
    consumer.stream(0, "");
    consumer.drain();
    assertThat(consumer.drain()).isEmpty();

    consumer.producer.control("connection_buffer_size", "0");

    assertThat(consumer.drainText()).containsExactly("mutation 2 b");
  }

  @Test
  void aTinyWindowStarvesNoStream() {
    int items = 1000;
    for (VBucket vbucket : bucket.vbuckets()) {
      for (int i = 0; i < items; i++) {
        set(vbucket, "key-" + i, 10);
      }
    }
    consumer.producer.control("connection_buffer_size", "1");
    for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
      consumer.stream(vbucket, "");
    }
    int[] sent = new int[VBUCKETS];
    for (int i = 0; i < VBUCKETS * items / 2; i++) {
      for (Consumer.Message message : consumer.drain()) {
        sent[message.vbucket()]++;
        consumer.producer.acknowledge(message.length());
      }
    }

    // Turns are batches of 128 items.
    assertThat(Arrays.stream(sent).boxed())
        .allSatisfy(count -> assertThat(count).isBetween(items / 2 - 129, 630));
  }

  @Test
  void aFullSocketBlocksAndAWritableOneResumes() {
    set(bucket.vbucket(0), "a", 10);
    set(bucket.vbucket(0), "b", 10);
    consumer.stream(0, "");
    consumer.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    assertThat(consumer.drain()).isEmpty();

    consumer.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, true);

    assertThat(consumer.drain()).hasSize(3);
  }

  @Test
  void aMutationWakesTheEventLoop() {
    consumer.stream(0, "");
    consumer.drain();

    set(bucket.vbucket(0), "a", 10);
    consumer.channel().runPendingTasks();

    assertThat(consumer.received()).hasSize(2);
  }

  private void pass(long millis) {
    consumer.channel().advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    consumer.channel().runScheduledPendingTasks();
  }

  @Test
  void noopsAreSentWhileTheyAreEnabledAndAnswered() {
    consumer.producer.control("set_noop_interval", "0.5");
    consumer.producer.control("enable_noop", "true");
    assertThat(consumer.drain()).isEmpty();

    pass(500);
    pass(500);
    assertThat(consumer.received())
        .extracting(Consumer.Message::opaque)
        .containsExactly(10_000_001);

    consumer.producer.answered();
    pass(500);
    List<Consumer.Message> noops = consumer.received();
    assertThat(noops).extracting(Consumer.Message::opcode).containsOnly(Opcode.DCP_NOOP);
    assertThat(noops).extracting(Consumer.Message::opaque).containsExactly(10_000_002);
    assertThat(noops).extracting(Consumer.Message::length).containsOnly(24);

    consumer.producer.answered();
    consumer.producer.control("enable_noop", "false");
    pass(10_000);
    assertThat(consumer.received()).isEmpty();
    assertThat(consumer.channel().isOpen()).isTrue();
  }

  @Test
  void whoeverSaysNothingForTheIdleTimeoutIsDead() {
    consumer.producer.control("set_noop_interval", "100");
    for (int second = 0; second < 400; second += 100) {
      assertThat(consumer.channel().isOpen()).as("after %d seconds", second).isTrue();
      pass(100_000);
    }

    assertThat(consumer.channel().isOpen()).isFalse();
  }

  @Test
  void whoeverSaysAnythingIsAlive() {
    consumer.producer.control("set_noop_interval", "100");
    for (int second = 0; second < 2_000; second += 100) {
      pass(100_000);
      consumer.producer.heard();
    }

    assertThat(consumer.channel().isOpen()).isTrue();
  }

  @Test
  void nobodyIsAskedWhoDidNotWantTo() {
    consumer.producer.control("enable_noop", "off");

    pass(1_000_000);

    assertThat(consumer.channel().isOpen()).isTrue();
    assertThat(consumer.received()).isEmpty();
  }

  @Test
  void noopsAreNotPartOfTheWindow() {
    consumer.producer.control("connection_buffer_size", "1");
    consumer.producer.control("set_noop_interval", "1");
    consumer.producer.control("enable_noop", "true");
    consumer.channel().advanceTimeBy(3, TimeUnit.SECONDS);
    consumer.channel().runScheduledPendingTasks();
    consumer.received();
    set(bucket.vbucket(0), "a", 10);
    consumer.stream(0, "");

    assertThat(consumer.drainText()).containsExactly("marker 0-1 flags 6");
  }

  @Test
  void closingLetsGoOfTheHistory() {
    VBucket vbucket = bucket.vbucket(0);
    set(vbucket, "a", 10);
    set(vbucket, "b", 10);
    consumer.producer.control("connection_buffer_size", "1");
    consumer.stream(0, "");
    consumer.drain();
    consumer.producer.control("enable_noop", "true");

    consumer.producer.close();
    set(vbucket, "a", 10);

    consumer.channel().advanceTimeBy(1, TimeUnit.HOURS);
    consumer.channel().runScheduledPendingTasks();
    assertThat(consumer.drain()).isEmpty();
    assertThat(consumer.channel().hasPendingTasks()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "connection_buffer_size, -1",
    "connection_buffer_size, 4294967296",
    "connection_buffer_size, x",
    "connection_buffer_size, ''",
    "set_noop_interval, 0",
    "set_noop_interval, 10801",
    "set_priority, highest",
    "backfill_order, random",
    "enable_out_of_order_snapshots, false",
    "v7_dcp_status_codes, false",
    "set_noop_interval, 0.09",
    "set_noop_interval, NaN",
    "enable_stream_id, false",
    "max_marker_version, 2.0",
    "include_deleted_user_xattrs, true",
    "flatbuffers_system_events, true",
    "no_such_control, true",
    "'', true"
  })
  void refusesControls(String key, String value) {
    assertThatThrownBy(() -> consumer.producer.control(key, value))
        .isSameAs(StatusException.of(Status.EINVAL));
  }

  @ParameterizedTest
  @CsvSource({
    "connection_buffer_size, 4294967295",
    "set_noop_interval, 10800",
    "set_priority, high",
    "backfill_order, sequential",
    "enable_out_of_order_snapshots, true",
    "v7_dcp_status_codes, true",
    "supports_cursor_dropping_vulcan, true",
    "supports_cursor_dropping, whatever",
    "supports_hifi_MFU, true",
    "max_marker_version, 2.2",
    "set_noop_interval, 0.1",
    "force_value_compression, yes",
    "force_value_compression, true"
  })
  void takesControls(String key, String value) {
    consumer.producer.control(key, value);

    assertThat(consumer.stream(0, 0, FOREVER, at(0, 0), ""))
        .isInstanceOf(DcpProducer.Answer.Accepted.class);
  }

  @ParameterizedTest
  @CsvSource({"enable_sync_writes, true", "change_streams, true", "stream_buffer_size, 1000"})
  void knowsWhatItCannotDo(String key, String value) {
    assertThatThrownBy(() -> consumer.producer.control(key, value))
        .isSameAs(StatusException.of(Status.NOT_SUPPORTED));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x02, 0x10, 0x08 | 0x40, 0x100, 0x200, 0x4000_0000})
  void refusesFlagsThatAreUnknownOrContradictEachOther(int flags) {
    assertThatThrownBy(() -> DcpOptions.opened(DcpOptions.OPEN_PRODUCER | flags, true))
        .isSameAs(StatusException.of(Status.EINVAL));
  }

  @Test
  void compressionIsForWhoCanReadIt() {
    DcpProducer plain =
        new DcpProducer(
            consumer.channel(),
            bucket,
            "plain",
            DcpOptions.opened(1, false),
            false,
            Consumer.IDLE_TIMEOUT);

    assertThatThrownBy(() -> plain.control("force_value_compression", "true"))
        .isSameAs(StatusException.of(Status.EINVAL));
    assertThat(plain.name()).isEqualTo("plain");
  }
}
