package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.Bystander.assertWorks;
import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole frames that ask for what there is not, may not or cannot be. Each is refused as the real
 * server refuses it, and the connection lives on.
 *
 * <p>Source: the validators in {@code daemon/} of couchbase/kv_engine 7.6.
 */
@Authority(
    value = Authority.Kind.DOCUMENTED,
    where = "docs/BinaryProtocol.md, daemon/mcbp_validators.cc")
class InvalidRequestsIT {
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");

  private static final List<Opcode> KEYLESS =
      List.of(
          Opcode.OBSERVE_SEQNO,
          Opcode.NOOP,
          Opcode.VERSION,
          Opcode.GET_ERROR_MAP,
          Opcode.GET_CLUSTER_CONFIG,
          Opcode.COLLECTIONS_GET_MANIFEST,
          Opcode.COLLECTIONS_GET_ID,
          Opcode.GET_ALL_VBUCKET_SEQNOS,
          Opcode.DCP_STREAM_REQUEST,
          Opcode.DCP_FAILOVER_LOG,
          Opcode.DCP_CLOSE_STREAM,
          Opcode.DCP_BUFFER_ACKNOWLEDGEMENT);

  private TestNode node;
  private Bystander bystander;
  private WireClient client;

  @BeforeEach
  void start() {
    node = TestNode.start();
    bystander = new Bystander(node);
    client = node.open();
  }

  @AfterEach
  void nobodyElseNoticed() {
    bystander.assertUndisturbed();
    client.close();
    bystander.close();
    node.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0x1b, 0x42, 0x7e, 0xaa, 0xff})
  void anOpcodeThatDoesNotExistIsAnsweredSo(int opcode) {
    Frame answer = client.call(Frame.request(opcode).withKey("key").withValue("value"));

    assertStatus(answer, Status.UNKNOWN_COMMAND);
    assertWorks(client);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0x00, 0x01, 0x04, 0x0a, 0x48, 0x50, 0x53, 0x89, 0xb5, 0xba, 0xd0, 0xd1, 0xff})
  void nothingIsDoneBeforeAuthentication(int opcode) {
    try (WireClient stranger = node.connect()) {
      Frame answer = stranger.call(Frame.request(opcode).withKey("default"));

      assertStatus(answer, Status.EACCESS);
      assertThat(stranger.call(Frame.request(Opcode.SASL_LIST_MECHANISMS)).text())
          .contains("SCRAM-SHA512");
    }
  }

  @Test
  void aStrangerMaySendOnlySmallFrames() {
    try (WireClient stranger = node.connect()) {
      Frame large = Frame.request(Opcode.HELLO).withValue(new byte[17 << 10]);

      stranger.sendPart(large, 100);

      assertThat(stranger.readUntilClosed()).isEmpty();
    }
  }

  @Test
  void aDocumentIsNotReadWithoutABucket() {
    try (WireClient homeless = node.connect()) {
      assertStatus(
          homeless.loginWithPlain(WireClient.USERNAME, WireClient.PASSWORD), Status.SUCCESS);

      Frame answer = homeless.call(Captures.get(DocumentKey.plain("document")));

      assertThat(answer.status()).isIn(Status.NO_BUCKET.code(), Status.EACCESS.code());
    }
  }

  @Test
  void aWrongPasswordIsNotAuthenticationAndTheRightOneStillWorks() {
    try (WireClient stranger = node.connect()) {
      assertStatus(stranger.loginWithPlain(WireClient.USERNAME, "guess"), Status.AUTH_ERROR);
      assertStatus(stranger.loginWithScram(WireClient.USERNAME, "guess"), Status.AUTH_ERROR);
      assertStatus(stranger.selectBucket(TestNode.BUCKET), Status.EACCESS);
      assertStatus(
          stranger.loginWithScram(WireClient.USERNAME, WireClient.PASSWORD), Status.SUCCESS);
      assertStatus(stranger.selectBucket(TestNode.BUCKET), Status.SUCCESS);
    }
  }

  /**
   * Documented by what SDKs make of it: the C++ one takes EACCESS for a bucket that does not exist,
   * and waits after KEY_ENOENT; the Java one says the same in its messages.
   */
  @Test
  void aBucketThatDoesNotExistIsOneWithoutAccessAndTheSelectedOneStays() {
    assertStatus(client.selectBucket("none"), Status.EACCESS);

    assertStatus(client.call(Captures.get(DocumentKey.of("missing"))), Status.KEY_ENOENT);
  }

  static Stream<Arguments> wrongExtras() {
    return Stream.of(
        Arguments.of(Opcode.GET, 4),
        Arguments.of(Opcode.SET, 0),
        Arguments.of(Opcode.SET, 4),
        Arguments.of(Opcode.ADD, 7),
        Arguments.of(Opcode.REPLACE, 9),
        Arguments.of(Opcode.DELETE, 1),
        Arguments.of(Opcode.INCREMENT, 8),
        Arguments.of(Opcode.DECREMENT, 21),
        Arguments.of(Opcode.APPEND, 8),
        Arguments.of(Opcode.PREPEND, 8),
        Arguments.of(Opcode.TOUCH, 0),
        Arguments.of(Opcode.GET_AND_TOUCH, 2),
        Arguments.of(Opcode.GET_AND_LOCK, 3),
        Arguments.of(Opcode.UNLOCK, 4),
        Arguments.of(Opcode.GET_META, 5),
        Arguments.of(Opcode.GET_REPLICA, 4),
        Arguments.of(Opcode.OBSERVE_SEQNO, 4),
        Arguments.of(Opcode.SUBDOC_GET, 2),
        Arguments.of(Opcode.SUBDOC_DICT_UPSERT, 6),
        Arguments.of(Opcode.SUBDOC_COUNTER, 0),
        Arguments.of(Opcode.SUBDOC_MULTI_LOOKUP, 2),
        Arguments.of(Opcode.SUBDOC_MULTI_MUTATION, 3),
        Arguments.of(Opcode.HELLO, 1),
        Arguments.of(Opcode.SASL_AUTH, 1),
        Arguments.of(Opcode.SELECT_BUCKET, 1),
        Arguments.of(Opcode.NOOP, 1),
        Arguments.of(Opcode.VERSION, 1),
        Arguments.of(Opcode.GET_ERROR_MAP, 2),
        Arguments.of(Opcode.GET_CLUSTER_CONFIG, 8),
        Arguments.of(Opcode.COLLECTIONS_GET_MANIFEST, 1),
        Arguments.of(Opcode.COLLECTIONS_GET_ID, 1),
        Arguments.of(Opcode.GET_ALL_VBUCKET_SEQNOS, 3),
        Arguments.of(Opcode.DCP_OPEN, 4),
        Arguments.of(Opcode.DCP_STREAM_REQUEST, 47),
        Arguments.of(Opcode.DCP_FAILOVER_LOG, 4),
        Arguments.of(Opcode.DCP_CLOSE_STREAM, 4),
        Arguments.of(Opcode.DCP_CONTROL, 1),
        Arguments.of(Opcode.DCP_BUFFER_ACKNOWLEDGEMENT, 3));
  }

  @ParameterizedTest
  @MethodSource("wrongExtras")
  void extrasOfAWrongLengthAreRefused(Opcode opcode, int length) {
    boolean keyless = KEYLESS.contains(opcode);
    Frame request = Frame.request(opcode).withExtras(new byte[length]);

    Frame answer = client.call(keyless ? request : request.withDocument(DOCUMENT));

    assertStatus(answer, Status.EINVAL);
    assertWorks(client);
  }

  static Stream<Arguments> invalidRequests() {
    byte[] endless = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 'k'};
    Frame set = Captures.set(DOCUMENT, "{}");
    return Stream.of(
        Arguments.of("no key", Frame.request(Opcode.GET), Status.EINVAL),
        Arguments.of("only a collection", Captures.get(DocumentKey.of("")), Status.EINVAL),
        Arguments.of("endless collection", set.withKey(endless), Status.EINVAL),
        Arguments.of(
            "key of 252 bytes", Captures.get(DocumentKey.of("k".repeat(251))), Status.EINVAL),
        Arguments.of(
            "unknown collection",
            Captures.get(new DocumentKey(0x77, "k")),
            Status.UNKNOWN_COLLECTION),
        Arguments.of("vbucket 64", set.withVbucket(64), Status.NOT_MY_VBUCKET),
        Arguments.of("vbucket 65535", set.withVbucket(0xffff), Status.NOT_MY_VBUCKET),
        Arguments.of("value on get", Captures.get(DOCUMENT).withValue("x"), Status.EINVAL),
        Arguments.of(
            "value on delete",
            Frame.request(Opcode.DELETE).withDocument(DOCUMENT).withValue("x"),
            Status.EINVAL),
        Arguments.of("CAS on get", Captures.get(DOCUMENT).withCas(1), Status.EINVAL),
        Arguments.of("key on noop", Frame.request(Opcode.NOOP).withKey("k"), Status.EINVAL),
        Arguments.of("value on noop", Frame.request(Opcode.NOOP).withValue("v"), Status.EINVAL),
        Arguments.of("datatype 0x80", set.withDatatype(0x80), Status.EINVAL),
        Arguments.of(
            "not snappy",
            set.withDatatype(2).withValue(new byte[] {(byte) 0xff, 1, 2}),
            Status.EINVAL),
        Arguments.of(
            "no attribute section", set.withDatatype(4).withValue("{}"), Status.XATTR_EINVAL),
        Arguments.of(
            "features cut in half",
            Frame.request(Opcode.HELLO).withKey("x").withValue(new byte[3]),
            Status.EINVAL),
        Arguments.of(
            "specs cut in half",
            Frame.request(Opcode.SUBDOC_MULTI_LOOKUP)
                .withDocument(DOCUMENT)
                .withValue(new byte[] {(byte) 0xc5, 0, 0}),
            Status.EINVAL),
        Arguments.of(
            "path longer than the specs",
            Frame.request(Opcode.SUBDOC_MULTI_LOOKUP)
                .withDocument(DOCUMENT)
                .withValue(new byte[] {(byte) 0xc5, 0, 0x7f, (byte) 0xff, 'a'}),
            Status.EINVAL),
        Arguments.of(
            "value longer than the specs",
            Frame.request(Opcode.SUBDOC_MULTI_MUTATION)
                .withDocument(DOCUMENT)
                .withValue(
                    new byte[] {(byte) 0xc8, 0, 0, 1, 0x7f, (byte) 0xff, (byte) 0xff, -1, 'a'}),
            Status.EINVAL),
        Arguments.of(
            "vbuuid of 7 bytes",
            Frame.request(Opcode.OBSERVE_SEQNO).withValue(new byte[7]),
            Status.EINVAL),
        Arguments.of(
            "framing that lies about its length",
            set.withFraming(new byte[] {0x13, 1}),
            Status.EINVAL),
        Arguments.of(
            "durability level 9",
            set.withFraming(new byte[] {0x11, 9}),
            Status.DURABILITY_INVALID_LEVEL));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("invalidRequests")
  void aRequestThatMakesNoSenseIsRefused(String name, Frame request, Status expected) {
    assertStatus(client.call(request), expected);
    assertWorks(client);
  }

  @ParameterizedTest
  @CsvSource({"0, 250, SUCCESS", "0, 251, EINVAL", "8, 246, SUCCESS", "8, 247, EINVAL"})
  void keysAreShorterOutsideTheDefaultCollection(int collection, int length, Status expected) {
    node.createCapturedCollections();
    DocumentKey key = new DocumentKey(collection, "k".repeat(length));

    assertStatus(client.call(Captures.set(key, "{}")), expected);
  }

  @Test
  void aDocumentMayBeTwentyMegabytesAndNoByteMore() {
    byte[] largest = new byte[20 << 20];

    assertStatus(client.call(Captures.set(DOCUMENT, "").withValue(largest)), Status.SUCCESS);
    assertStatus(
        client.call(Captures.set(DOCUMENT, "").withValue(new byte[largest.length + 1])),
        Status.E2BIG);
    assertStatus(
        client.call(Frame.request(Opcode.APPEND).withDocument(DOCUMENT).withValue("x")),
        Status.E2BIG);
  }

  @Test
  void dcpCommandsOnAConnectionThatIsNoProducerAreRefused() {
    Frame answer = client.call(Frame.request(Opcode.DCP_STREAM_REQUEST).withExtras(new byte[48]));

    assertThat(answer.status()).isNotEqualTo(Status.SUCCESS.code());
    assertThat(client.call(Frame.request(Opcode.NOOP)).status()).isZero();
  }
}
