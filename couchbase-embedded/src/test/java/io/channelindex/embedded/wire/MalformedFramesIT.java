package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bytes that no client sends, and clients that go away or do not listen. Where the end of a frame
 * cannot be known its sender loses the connection; nobody else notices, which each test checks at
 * its end on a connection that was open before.
 *
 * <p>Source: the frame checks in {@code daemon/} of couchbase/kv_engine.
 */
@Authority(value = Authority.Kind.DOCUMENTED, where = "daemon/connection.cc")
class MalformedFramesIT {
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");
  private static final int MEGABYTE = 1 << 20;

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
  @ValueSource(ints = {0x00, 0x01, 0x47, 0x7f, 0x84, 0xff})
  void aMagicThatDoesNotExistEndsTheConnection(int magic) {
    client.sendRaw(Frame.request(Opcode.NOOP).withMagic(magic).encode());

    assertThat(client.readUntilClosed()).isEmpty();
  }

  @Test
  void anHttpRequestOnTheDataPortEndsTheConnection() {
    client.sendRaw("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));

    assertThat(client.readUntilClosed()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0x80, 0, 0, 3, 2", "0x80, 0, 8, 0, 7", "0x80, 0, 8, 3, 0", "0x08, 9, 0, 3, 8"})
  void aBodySmallerThanItsPartsEndsTheConnection(
      String magic, int framing, int extras, int key, int body) {
    ByteBuffer frame = ByteBuffer.allocate(Frame.HEADER + body);
    boolean flexible = Integer.decode(magic) == 0x08;
    frame.put(0, Integer.decode(magic).byteValue()).put(1, (byte) Opcode.SET.code());
    frame.put(2, (byte) (flexible ? framing : 0)).put(3, (byte) key).put(4, (byte) extras);
    frame.putInt(8, body);

    client.sendRaw(frame.array());

    assertThat(client.readUntilClosed()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {31 * MEGABYTE, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
  void aLengthBeyondTheLargestFrameEndsTheConnection(int length) {
    byte[] header = Frame.request(Opcode.SET).encode();
    ByteBuffer.wrap(header).putInt(8, length);

    client.sendRaw(header);

    assertThat(client.readUntilClosed()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 12, 23, 24, 30})
  void aFrameThatComesInPiecesWaitsAndIsAnswered(int first) {
    Frame get = Captures.get(DOCUMENT).withOpaque(77);

    client.sendPart(get, first);
    bystander.assertUndisturbed();
    byte[] whole = get.encode();
    client.sendRaw(Arrays.copyOfRange(whole, first, whole.length));

    assertStatus(client.awaitResponse(77), Status.KEY_ENOENT);
  }

  @Test
  void aFrameThatComesByteByByteIsAnswered() {
    for (byte one : Captures.get(DOCUMENT).withOpaque(77).encode()) {
      client.sendRaw(new byte[] {one});
    }

    assertStatus(client.awaitResponse(77), Status.KEY_ENOENT);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 23, 24, 30})
  void aFrameThatNeverEndsIsForgottenWithItsConnection(int length) {
    int others = node.connectionCount() - 1;

    client.sendPart(Captures.set(DOCUMENT, "{\"half\":1}"), length);
    client.close();

    await().until(() -> node.connectionCount() == others);
    assertStatus(bystander.client().call(Captures.get(DOCUMENT)), Status.KEY_ENOENT);
  }

  @Test
  void aReaderThatNeverReadsDoesNotHoldUpOthersAndLosesNothing() {
    storeMegabyte();
    int requests = 200;
    try (WireClient slow = WireClient.connectWithReceiveBuffer(node.address().port(), 4096)) {
      login(slow);
      List<Integer> opaques = new ArrayList<>();
      for (int i = 0; i < requests; i++) {
        opaques.add(slow.send(Captures.get(DOCUMENT)));
      }
      for (int i = 0; i < 200; i++) {
        bystander.assertUndisturbed();
      }
      for (int opaque : opaques) {
        assertThat(slow.awaitResponse(opaque).value()).hasSize(MEGABYTE);
      }
    }
  }

  @Test
  void aStreamThatNobodyReadsDoesNotHoldUpOthers() {
    storeMegabyte();
    for (int i = 0; i < 50; i++) {
      Frame copy = Frame.request(Opcode.APPEND).withDocument(DOCUMENT).withValue("x");
      assertStatus(client.call(copy), Status.SUCCESS);
    }
    try (DcpSession dcp = DcpSession.open(node, "deaf")) {
      int vbucket = DOCUMENT.vbucket();
      for (int other = 0; other < DocumentKey.VBUCKETS; other++) {
        dcp.request(other, dcp.vbuuid(other), 0, DcpSession.FOREVER);
      }
      for (int i = 0; i < 100; i++) {
        Frame copy = Frame.request(Opcode.APPEND).withDocument(DOCUMENT).withValue("y");
        assertStatus(client.call(copy), Status.SUCCESS);
        bystander.assertUndisturbed();
      }
      assertThat(dcp.client().nextServerFrame().vbucket()).isEqualTo(vbucket);
    }
  }

  @Test
  void aConnectionResetInTheMiddleOfAnAnswerIsCleanedUp() {
    storeMegabyte();
    int others = node.connectionCount();
    WireClient leaving = WireClient.connectWithReceiveBuffer(node.address().port(), 4096);
    login(leaving);
    List<Integer> opaques = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      opaques.add(leaving.send(Captures.get(DOCUMENT)));
    }
    assertThat(leaving.awaitResponse(opaques.get(0)).value()).hasSize(MEGABYTE);

    leaving.reset();

    await().until(() -> node.connectionCount() == others);
  }

  @Test
  void aConnectionResetInTheMiddleOfAStreamIsCleanedUp() {
    storeMegabyte();
    int others = node.connectionCount();
    DcpSession dcp = DcpSession.open(node, "leaving");
    int vbucket = DOCUMENT.vbucket();
    assertStatus(dcp.request(vbucket, dcp.vbuuid(vbucket), 0, DcpSession.FOREVER), Status.SUCCESS);

    dcp.client().reset();

    await().until(() -> node.connectionCount() == others);
  }

  @Test
  void aQuitIsAnsweredAndEndsTheConnection() {
    client.send(Frame.request(Opcode.QUIT));

    assertThat(client.readUntilClosed()).allMatch(frame -> frame.is(Opcode.QUIT));
    assertThatThrownBy(client::readFrame).isInstanceOf(UncheckedIOException.class);
  }

  private void storeMegabyte() {
    Frame large = Captures.set(DOCUMENT, "x".repeat(MEGABYTE));
    assertStatus(client.call(large), Status.SUCCESS);
  }

  private static void login(WireClient client) {
    client.hello(Feature.COLLECTIONS, Feature.SELECT_BUCKET);
    assertStatus(client.loginWithPlain(WireClient.USERNAME, WireClient.PASSWORD), Status.SUCCESS);
    assertStatus(client.selectBucket(TestNode.BUCKET), Status.SUCCESS);
  }
}
