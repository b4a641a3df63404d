package io.channelindex.embedded.dcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Compression;
import io.channelindex.embedded.engine.Durability;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.SettableClock;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.Write;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Opcode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a version looks like on the wire, by the options of the connection. */
class MessageWriterTest {
  private static final String PAIR = "_s\0{\"a\":1}\0";
  private static final String SECTION =
      "\0\0\0" + (char) (4 + PAIR.length()) + "\0\0\0" + (char) PAIR.length() + PAIR;
  private static final String BODY = "{\"body\":true}";

  private final SettableClock clock = new SettableClock();
  private final Bucket bucket = new Bucket("b", "0".repeat(32), 1, clock);
  private final VBucket vbucket = bucket.vbucket(0);

  private Consumer.Message only(int openFlags) {
    Consumer consumer = new Consumer(bucket, openFlags, Consumer.Keys.PLAIN);
    consumer.stream(0, "");
    List<Consumer.Message> messages = consumer.drain();
    consumer.close();
    assertThat(messages).hasSize(2);
    return messages.get(1);
  }

  private void setWithAttributes() {
    byte[] value = (SECTION + BODY).getBytes(UTF_8);
    int datatype = Datatype.XATTR | Datatype.JSON;
    vbucket.set(Key.of("k"), new Write().set(value, datatype, 0xabcdef01, 0, 0));
  }

  @ParameterizedTest(name = "flags={0}")
  @CsvSource({
    // 04: attributes. 08: no bodies. 40: no bodies, datatype of the document.
    "0x00, false, true,  1",
    "0x04, true,  true,  5",
    "0x08, false, false, 0",
    "0x0c, true,  false, 4",
    "0x40, false, false, 5",
    "0x44, true,  false, 5"
  })
  void valuesHaveTheAskedParts(String flags, boolean attributes, boolean body, int datatype) {
    setWithAttributes();

    Consumer.Message mutation = only(Integer.decode(flags));

    assertThat(new String(mutation.value(), UTF_8))
        .isEqualTo((attributes ? SECTION : "") + (body ? BODY : ""));
    assertThat(mutation.datatype()).isEqualTo(datatype);
  }

  @Test
  void aMutationHasItsExtras() {
    vbucket.set(Key.of("k"), new Write().set("x".getBytes(UTF_8), 0, 0, 0, 0));
    vbucket.set(Key.of("k"), new Write().set("x".getBytes(UTF_8), 0, 0xabcdef01, 60, 0));

    Consumer.Message mutation = only(0);

    assertThat(mutation.opcode()).isEqualTo(Opcode.DCP_MUTATION);
    assertThat(mutation.extras()).hasSize(31);
    assertThat(mutation.seqno()).isEqualTo(2);
    assertThat(mutation.extrasLong(8)).as("revision").isEqualTo(2);
    assertThat(mutation.extrasInt(16)).as("flags").isEqualTo(0xabcdef01);
    assertThat(mutation.extrasInt(20)).as("expiry").isEqualTo((int) clock.seconds() + 60);
    assertThat(mutation.extrasInt(24)).as("lock").isZero();
    assertThat(mutation.key()).isEqualTo("k");
  }

  @ParameterizedTest
  @CsvSource({"0x00, 18, false", "0x04, 18, true", "0x24, 21, true", "0x2c, 21, true"})
  void aDeletionHasItsTimeAndAttributes(String flags, int extras, boolean attributes) {
    setWithAttributes();
    vbucket.delete(Key.of("k"), 0, Durability.NONE);

    Consumer.Message deletion = only(Integer.decode(flags));

    assertThat(deletion.opcode()).isEqualTo(Opcode.DCP_DELETION);
    assertThat(deletion.extras()).hasSize(extras);
    assertThat(new String(deletion.value(), UTF_8)).isEqualTo(attributes ? SECTION : "");
    assertThat(deletion.datatype()).isEqualTo(attributes ? Datatype.XATTR : Datatype.RAW);
    assertThat(deletion.extrasLong(8)).as("revision").isEqualTo(2);
    if (extras == 21) {
      assertThat(deletion.extrasInt(16)).as("time").isEqualTo((int) clock.seconds());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0x20, true, DCP_EXPIRATION, 20",
    "0x20, false, DCP_DELETION, 21",
    "0x00, true, DCP_DELETION, 18"
  })
  void anExpirationIsToldOnlyToWhomItIsKnown(
      String flags, boolean enabled, Opcode opcode, int extras) {
    vbucket.set(Key.of("k"), new Write().set(new byte[0], 0, 0, 1, 0));
    clock.advance(Duration.ofSeconds(2));
    bucket.expire();
    Consumer consumer = new Consumer(bucket, Integer.decode(flags), Consumer.Keys.PLAIN);
    consumer.producer.control("enable_expiry_opcode", "" + enabled);
    consumer.stream(0, "");

    Consumer.Message message = consumer.drain().get(1);
    consumer.close();

    assertThat(message.opcode()).isEqualTo(opcode);
    assertThat(message.extras()).hasSize(extras);
  }

  @Test
  void valuesAreCompressedWhereThatIsSmaller() {
    byte[] large = "a".repeat(1000).getBytes(UTF_8);
    vbucket.set(Key.of("large"), new Write().set(large, 0, 0, 0, 0));
    vbucket.set(Key.of("small"), new Write().set("ab".getBytes(UTF_8), 0, 0, 0, 0));
    vbucket.set(Key.of("none"), new Write().set(new byte[0], 0, 0, 0, 0));
    Consumer consumer = new Consumer(bucket, 0, Consumer.Keys.PLAIN);
    consumer.producer.control("force_value_compression", "true");
    consumer.stream(0, "");

    List<Consumer.Message> messages = consumer.drain();
    consumer.close();

    assertThat(messages).extracting(Consumer.Message::datatype).containsExactly(0, 2, 0, 0);
    assertThat(Compression.inflate(messages.get(1).value(), 1000)).isEqualTo(large);
    assertThat(messages.get(2).value()).hasSize(2);
  }

  @Test
  void aSystemEventHasItsPayload() {
    bucket.createCollection("_default", "name", 3600);
    Consumer consumer = new Consumer(bucket);
    consumer.stream(0, "");

    Consumer.Message event = consumer.drain().get(1);
    consumer.close();

    assertThat(event.opcode()).isEqualTo(Opcode.DCP_SYSTEM_EVENT);
    assertThat(event.key()).isEqualTo("name");
    assertThat(event.extras()).hasSize(13);
    assertThat(event.extras()[12]).as("version").isEqualTo((byte) 1);
    assertThat(event.value()).hasSize(20).endsWith(0, 0, 0x0e, 0x10);
  }

  @Test
  void aMessageLargerThanTheBufferIsSent() {
    byte[] value = new byte[300_000];
    vbucket.set(Key.of("k"), new Write().set(value, 0, 0, 0, 0));

    assertThat(only(0).value()).isEqualTo(value);
  }
}
