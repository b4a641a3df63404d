package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Durability requirements frame by frame: who waits, for how long, and who waits for whom.
 *
 * <p>Documented: "ID:1 - Durability Requirement" in {@code docs/BinaryProtocol.md}, {@code
 * daemon/mcbp_validators.cc} and {@code engines/ep/src/durability/} of couchbase/kv_engine 7.6.
 * Captured (in the replayed conversations) are only the successes with persistence running.
 */
@Authority(
    value = Authority.Kind.DOCUMENTED,
    where = "docs/BinaryProtocol.md, engines/ep/src/durability/")
class DurableWritesIT {
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");
  private static final int MAJORITY = 1;
  private static final int PERSIST_TO_ACTIVE = 2;
  private static final int PERSIST_TO_MAJORITY = 3;
  private static final int LONG = 60_000;

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

  private static Frame durable(Frame request, int level, int timeoutMillis) {
    return request.withFraming(
        ByteBuffer.allocate(4)
            .put((byte) 0x13)
            .put((byte) level)
            .putShort((short) timeoutMillis)
            .array());
  }

  private static Frame set(String body) {
    return Captures.set(DOCUMENT, body);
  }

  private WireClient openUnordered() {
    WireClient unordered = node.connect();
    unordered.hello(
        Feature.MUTATION_SEQNO,
        Feature.SELECT_BUCKET,
        Feature.COLLECTIONS,
        Feature.TRACING,
        Feature.UNORDERED_EXECUTION);
    assertStatus(
        unordered.loginWithPlain(WireClient.USERNAME, WireClient.PASSWORD), Status.SUCCESS);
    assertStatus(unordered.selectBucket(TestNode.BUCKET), Status.SUCCESS);
    return unordered;
  }

  @ParameterizedTest
  @ValueSource(ints = {PERSIST_TO_ACTIVE, PERSIST_TO_MAJORITY})
  void anAnswerWaitsUntilTheWriteIsPersisted(int level) {
    try (WireClient waiter = openUnordered()) {
      node.bucket().pausePersistence();
      int waiting = waiter.send(durable(set("{\"new\":1}"), level, LONG));

      // On the same connection, so that the write was prepared before.
      assertStatus(waiter.call(Captures.get(DOCUMENT)), Status.KEY_ENOENT);
      assertStatus(client.call(set("{}")), Status.SYNC_WRITE_IN_PROGRESS);

      node.bucket().resumePersistence();
      Frame stored = waiter.awaitResponse(waiting);
      assertStatus(stored, Status.SUCCESS);
      Frame read = client.call(Captures.get(DOCUMENT));
      assertThat(read.cas()).isEqualTo(stored.cas());
      assertThat(read.text()).isEqualTo("{\"new\":1}");
      // The token is the prepare's; the commit took a seqno of its own.
      assertThat(stored.extrasBuffer().getLong(8)).isEqualTo(1);
      assertThat(node.bucket().highSeqno(DOCUMENT.vbucket())).isEqualTo(2);
    }
  }

  @Test
  void aMajorityDoesNotWaitForTheDisk() {
    node.bucket().pausePersistence();

    assertStatus(client.call(durable(set("{}"), MAJORITY, LONG)), Status.SUCCESS);
  }

  static Stream<Arguments> otherWrites() {
    byte[] counter = ByteBuffer.allocate(20).putLong(1).putLong(7).putInt(0).array();
    return Stream.of(
        Arguments.of(Frame.request(Opcode.DELETE).withDocument(DOCUMENT)),
        Arguments.of(Frame.request(Opcode.INCREMENT).withDocument(DOCUMENT).withExtras(counter)),
        Arguments.of(Frame.request(Opcode.APPEND).withDocument(DOCUMENT).withValue("1")),
        Arguments.of(Subdoc.mutate(DOCUMENT).setAttribute("_a", "1").frame()));
  }

  @ParameterizedTest
  @MethodSource("otherWrites")
  void everyWriteCanWait(Frame write) {
    assertStatus(client.call(set("1")), Status.SUCCESS);
    try (WireClient waiter = openUnordered()) {
      waiter.hello(
          Feature.XATTR,
          Feature.COLLECTIONS,
          Feature.MUTATION_SEQNO,
          Feature.TRACING,
          Feature.UNORDERED_EXECUTION);
      node.bucket().pausePersistence();
      int waiting = waiter.send(durable(write, PERSIST_TO_MAJORITY, LONG));
      assertThat(waiter.call(Captures.get(DOCUMENT)).text()).isEqualTo("1");

      node.bucket().resumePersistence();

      assertStatus(waiter.awaitResponse(waiting), Status.SUCCESS);
    }
  }

  @Test
  void whatIsNotPersistedInTimeIsAmbiguousAndDidNotHappen() {
    node.bucket().pausePersistence();

    Frame answer = client.call(durable(set("{}"), PERSIST_TO_MAJORITY, 50));

    assertStatus(answer, Status.SYNC_WRITE_AMBIGUOUS);
    assertStatus(client.call(Captures.get(DOCUMENT)), Status.KEY_ENOENT);
    assertStatus(client.call(set("{}")), Status.SUCCESS);
  }

  @Test
  void withoutUnorderedExecutionLaterRequestsWait() {
    node.bucket().pausePersistence();
    int first = client.send(durable(set("{}"), PERSIST_TO_MAJORITY, LONG));
    int second = client.send(Frame.request(Opcode.NOOP));

    try (WireClient other = node.open()) {
      // The write was prepared, so the server has read it.
      while (!other.call(set("{}")).has(Status.SYNC_WRITE_IN_PROGRESS)) {
        assertStatus(
            other.call(Frame.request(Opcode.DELETE).withDocument(DOCUMENT)), Status.SUCCESS);
      }
    }
    node.bucket().resumePersistence();

    assertThat(client.readFrame().opaque()).isEqualTo(first);
    assertThat(client.readFrame().opaque()).isEqualTo(second);
  }

  @Test
  void aConnectionMayGoWhileItsWriteWaits() {
    node.bucket().pausePersistence();
    try (WireClient gone = openUnordered()) {
      gone.send(durable(set("{}"), PERSIST_TO_MAJORITY, LONG));
      gone.call(Frame.request(Opcode.NOOP));
    }

    node.bucket().resumePersistence();

    assertStatus(client.call(Captures.get(DOCUMENT)), Status.SUCCESS);
  }

  @Test
  void aVbucketThatIsTakenAwayLeavesTheOutcomeOpen() {
    node.bucket().pausePersistence();
    try (WireClient waiter = openUnordered()) {
      int waiting = waiter.send(durable(set("{}"), PERSIST_TO_ACTIVE, LONG));
      waiter.call(Frame.request(Opcode.NOOP));

      node.bucket().deactivate(DOCUMENT.vbucket());

      assertStatus(waiter.awaitResponse(waiting), Status.SYNC_WRITE_AMBIGUOUS);
    }
  }

  static Stream<Arguments> invalidRequirements() {
    Frame get = Captures.get(DOCUMENT);
    Frame delete = Frame.request(Opcode.DELETE).withDocument(DOCUMENT);
    Frame touch = Frame.request(Opcode.TOUCH).withDocument(DOCUMENT).withExtras("00000000");
    return Stream.of(
        Arguments.of("touch", durable(touch, MAJORITY, LONG), Status.NOT_SUPPORTED),
        Arguments.of(
            "get and touch",
            durable(touch.withOpcode(Opcode.GET_AND_TOUCH), MAJORITY, LONG),
            Status.NOT_SUPPORTED),
        Arguments.of("level 0", durable(set("1"), 0, LONG), Status.DURABILITY_INVALID_LEVEL),
        Arguments.of("level 4", durable(set("1"), 4, LONG), Status.DURABILITY_INVALID_LEVEL),
        Arguments.of("timeout 0", durable(set("1"), 1, 0), Status.DURABILITY_INVALID_LEVEL),
        Arguments.of(
            "infinite timeout", durable(set("1"), 1, 0xffff), Status.DURABILITY_INVALID_LEVEL),
        Arguments.of("two bytes", set("1").withFraming(new byte[] {0x12, 1, 0}), Status.EINVAL),
        Arguments.of("a read", durable(get, MAJORITY, LONG), Status.EINVAL),
        Arguments.of(
            "preserved expiry of a read", get.withFraming(new byte[] {0x50}), Status.NOT_SUPPORTED),
        Arguments.of(
            "preserved expiry of a deletion",
            delete.withFraming(new byte[] {0x50}),
            Status.NOT_SUPPORTED),
        Arguments.of(
            "preserved expiry of an insert",
            set("1").withFraming(new byte[] {0x50}).withOpcode(Opcode.ADD),
            Status.NOT_SUPPORTED),
        Arguments.of(
            "preserved expiry with a value",
            set("1").withFraming(new byte[] {0x51, 1}),
            Status.EINVAL),
        Arguments.of("barrier with a value", get.withFraming(new byte[] {0x01, 1}), Status.EINVAL),
        Arguments.of(
            "frame info 9", get.withFraming(new byte[] {(byte) 0x90}), Status.UNKNOWN_FRAME_INFO));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("invalidRequirements")
  void requirementsThatMakeNoSenseAreRefused(String name, Frame request, Status expected) {
    assertStatus(client.call(request), expected);
    assertStatus(client.call(Captures.get(DOCUMENT)), Status.KEY_ENOENT);
  }
}
