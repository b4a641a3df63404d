package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What clients ask about vbuckets and the state of keys.
 *
 * <p>Documented: {@code docs/BinaryProtocol.md} and {@code daemon/protocol/mcbp/} of
 * couchbase/kv_engine 7.6. Captured, and replayed elsewhere: observe seqno on one branch.
 */
@Authority(
    value = Authority.Kind.DOCUMENTED,
    where = "docs/BinaryProtocol.md, daemon/protocol/mcbp/")
class VbucketCommandsIT {
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");

  private TestNode node;
  private WireClient client;

  @BeforeEach
  void start() {
    node = TestNode.start();
    client = node.open();
  }

  @AfterEach
  void stop() {
    client.close();
    node.close();
  }

  private static byte[] entry(DocumentKey key) {
    byte[] name = key.encoded();
    return ByteBuffer.allocate(4 + name.length)
        .putShort((short) key.vbucket())
        .putShort((short) name.length)
        .put(name)
        .array();
  }

  /** The state of {@code key}, after its CAS was compared with {@code cas}. */
  private int observe(DocumentKey key, long cas) {
    Frame answer = client.call(Frame.request(Opcode.OBSERVE).withValue(entry(key)));
    assertStatus(answer, Status.SUCCESS);
    ByteBuffer value = answer.valueBuffer();
    byte[] echoed = new byte[entry(key).length];
    value.get(echoed);
    assertThat(echoed).isEqualTo(entry(key));
    int state = value.get() & 0xff;
    assertThat(value.getLong()).isEqualTo(cas);
    assertThat(value.hasRemaining()).isFalse();
    return state;
  }

  @Test
  void observesTheLifeOfAKey() {
    assertThat(observe(DOCUMENT, 0)).isEqualTo(0x80);
    node.bucket().pausePersistence();
    Frame stored = client.call(Captures.set(DOCUMENT, "{}"));
    assertThat(observe(DOCUMENT, stored.cas())).isEqualTo(0x00);

    node.bucket().resumePersistence();
    assertThat(observe(DOCUMENT, stored.cas())).isEqualTo(0x01);

    Frame deleted = client.call(Frame.request(Opcode.DELETE).withDocument(DOCUMENT));
    assertThat(observe(DOCUMENT, deleted.cas())).isEqualTo(0x81);
  }

  @Test
  void observesManyKeysAtOnce() {
    byte[] one = entry(DOCUMENT);
    byte[] two = ByteBuffer.allocate(2 * one.length).put(one).put(one).array();

    Frame answer = client.call(Frame.request(Opcode.OBSERVE).withValue(two));

    assertThat(answer.value()).hasSize(2 * (one.length + 9));
  }

  @ParameterizedTest
  @CsvSource({
    "00, EINVAL",
    "000000, EINVAL",
    "0000000a00, EINVAL",
    "00000001ff, EINVAL",
    "004000020061, NOT_MY_VBUCKET",
    "000000027761, UNKNOWN_COLLECTION"
  })
  void observingWhatMakesNoSenseIsRefused(String hex, Status expected) {
    byte[] value = HexFormat.of().parseHex(hex);

    assertStatus(client.call(Frame.request(Opcode.OBSERVE).withValue(value)), expected);
  }

  @Test
  void anyDocumentOfACollectionIsFound() {
    node.createCapturedCollections();
    Frame request = Frame.request(Opcode.GET_RANDOM_KEY);
    Frame inDefault = request.withExtras("00000000");
    assertStatus(client.call(inDefault), Status.KEY_ENOENT);
    assertStatus(client.call(Captures.set(new DocumentKey(8, "elsewhere"), "{}")), Status.SUCCESS);
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      names.add("k" + i);
      assertStatus(client.call(Captures.set(DocumentKey.of("k" + i), "{\"n\":1}")), Status.SUCCESS);
    }

    Set<String> found = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      Frame answer = client.call(inDefault);
      assertStatus(answer, Status.SUCCESS);
      assertThat(answer.text()).isEqualTo("{\"n\":1}");
      assertThat(answer.key()[0]).isZero();
      found.add(new String(answer.key(), 1, answer.key().length - 1, UTF_8));
    }
    assertThat(found).isSubsetOf(names).hasSizeGreaterThan(1);
    assertStatus(client.call(request.withExtras("00000077")), Status.UNKNOWN_COLLECTION);
    assertStatus(client.call(request), Status.EINVAL);
  }

  @Test
  void theFailoverLogIsForEverybodyButNotAsDcp() {
    Frame request = Frame.request(Opcode.GET_FAILOVER_LOG).withVbucket(3);

    Frame answer = client.call(request);

    assertStatus(answer, Status.SUCCESS);
    assertThat(answer.valueBuffer().getLong()).isEqualTo(node.bucket().vbuuid(3));
    assertStatus(client.call(request.withVbucket(64)), Status.NOT_MY_VBUCKET);
    assertStatus(client.call(Frame.request(Opcode.DCP_FAILOVER_LOG).withVbucket(3)), Status.EINVAL);
  }

  @Test
  void observingABranchThatIsOverTellsWhereItEnded() {
    Frame stored = client.call(Captures.set(DOCUMENT, "{}"));
    int vbucket = DOCUMENT.vbucket();
    long before = node.bucket().vbuuid(vbucket);
    node.bucket().deactivate(vbucket);
    Frame request =
        Frame.request(Opcode.OBSERVE_SEQNO)
            .withVbucket(vbucket)
            .withValue(ByteBuffer.allocate(8).putLong(before).array());
    assertStatus(client.call(request), Status.NOT_MY_VBUCKET);
    node.bucket().activate(vbucket);
    assertStatus(client.call(Captures.set(DOCUMENT, "{}").withCas(stored.cas())), Status.SUCCESS);

    ByteBuffer value = client.call(request).valueBuffer();

    assertThat(value.get()).isEqualTo((byte) 1);
    assertThat(value.getShort()).isEqualTo((short) vbucket);
    assertThat(value.getLong()).isEqualTo(node.bucket().vbuuid(vbucket));
    assertThat(value.getLong()).as("persisted").isEqualTo(2);
    assertThat(value.getLong()).as("high").isEqualTo(2);
    assertThat(value.getLong()).isEqualTo(before);
    assertThat(value.getLong()).as("end of the branch").isEqualTo(1);
    assertThat(value.hasRemaining()).isFalse();
  }
}
