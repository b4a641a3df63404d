package io.channelindex.embedded.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.wire.Conversation.Exchange;
import io.channelindex.embedded.wire.Conversation.Exchange.Repetition;
import io.channelindex.embedded.wire.Correspondence.Seqnos;
import io.channelindex.embedded.wire.Replay.HelloPolicy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The node answers the clients of the captures as the real servers did. */
@Authority(value = Authority.Kind.CAPTURED, where = "all captures, frame by frame")
class ReplayIT {
  private static final ManifestUids NO_COLLECTIONS = new ManifestUids("0", Map.of());

  /**
   * Documents of the first run of the program behind the capture, and of the captured second one.
   */
  private static final Map<String, String> EARLIER_NAMES =
      Map.of("docA", "doc1", "docB", "doc2", "expA", "exp1");

  private TestNode node;

  @BeforeEach
  void start() {
    node = TestNode.start();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void javaClientTo7() {
    node.createCapturedCollections();
    Correspondence numbers = new Correspondence(Seqnos.SAME);

    Deviation.assertExactly(playJava7(numbers), List.of(clusterMap(24)));
  }

  @Test
  void dcpClientTo7() {
    node.createCapturedCollections();
    Correspondence numbers = new Correspondence(Seqnos.SAME);
    playJava7(numbers);

    try (Replay replay = replay(Captures.DCP_7, Captures.ofDcp7(), numbers, TestNode.UIDS)) {
      replay.runUntil(50);
      replay.openRemainingStreams(1);
      List<Frame> sent = replay.compareServerSent(1);
      replay.compareCounts(sent);
      replay.runToEnd();

      Deviation.assertExactly(replay.differences(), List.of(clusterMap(16)));
    }
  }

  @Test
  void javaClientWithAttributesTo7() {
    node.createCapturedCollections();
    Correspondence numbers = new Correspondence(Seqnos.SAME);
    playEarlierRun();

    Deviation.assertExactly(playJavaXattr(numbers), List.of(clusterMap(24)));
  }

  @Test
  void dcpClientWithAttributesAndRollbackTo7() {
    node.createCapturedCollections();
    Correspondence numbers = new Correspondence(Seqnos.SAME);
    playEarlierRun();
    playJavaXattr(numbers);

    try (Replay replay = replay(Captures.DCP_XATTR, List.of(), numbers, TestNode.UIDS)) {
      replay.bindVbuuid(63, 0x0000f5a23bcc2e14L);
      replay.runToEnd();
      List<Frame> sent = replay.compareServerSent(1);
      sent.addAll(replay.compareServerSent(2));
      sent.addAll(replay.compareServerSent(3));
      replay.compareCounts(sent);

      Deviation.assertExactly(replay.differences(), List.of(clusterMap(16, 181, 207)));
    }
  }

  @Test
  void dcpClientAfterCrashOf7() {
    node.createCapturedCollections();
    Correspondence numbers = new Correspondence(Seqnos.SAME);
    playEarlierRun();
    playJavaXattr(numbers);
    learnHistories(numbers);
    node.bucket().crash();

    try (Replay replay = replay(Captures.DCP_CRASH, List.of(), numbers, TestNode.UIDS)) {
      replay.runToEnd();
      List<Frame> sent = replay.compareServerSent(1);
      sent.addAll(replay.compareServerSent(2));
      replay.compareCounts(sent);

      Deviation.assertExactly(replay.differences(), List.of(clusterMap(16, 125)));
    }
  }

  @Test
  void javaClientTo6() {
    playEarlierRunsOf6();

    Deviation.assertExactly(
        playJava6(new Correspondence(Seqnos.SHIFTED)),
        List.of(
            clusterMap(24, 28, 29),
            Deviation.of(Set.of(5, 13), "magic|framing", "7.6.12 traces HELLO, 6.0.5 did not yet"),
            Deviation.of(
                Set.of(26),
                "status|value.*",
                "7.6.12 has a cluster map for those who selected no bucket, 6.0.5 an error"),
            Deviation.of(
                Set.of(68, 70), "cas", "7.6.12 gives back the CAS from before the lock, 6.0.5 not"),
            Deviation.of(
                Set.of(74), "status|value", "6.0.5 read only one attribute in one request"),
            Deviation.of(Set.of(80), "magic|framing", "6.0.5 did not trace observe_seqno")));
  }

  @Test
  void dcpClientTo6() {
    Correspondence numbers = new Correspondence(Seqnos.SHIFTED);
    playEarlierRunsOf6();
    playJava6(numbers);

    Conversation conversation = Captures.conversation(Captures.DCP_6, Captures.ofDcp6());
    try (Replay replay =
        new Replay(conversation, numbers, NO_COLLECTIONS, node.address(), HelloPolicy.AS_GRANTED)) {
      replay.runUntil(45);
      replay.openRemainingStreams(1);
      assertThat(replay.compareServerSent(1)).isNotEmpty();
      replay.runToEnd();

      Deviation.assertExactly(
          replay.differences(),
          List.of(
              clusterMap(16),
              Deviation.of(Set.of(8), "value", "the version itself"),
              Deviation.of(
                  Set.of(33, 34),
                  "extras.flags",
                  "6.0.5 did not mark disk snapshots as checkpoints"),
              Deviation.of(Set.of(41), "datatype", "6.0.5 did not mark counters as JSON"),
              Deviation.of(Set.of(43), "value", "7.6.12 orders attributes otherwise")));
    }
  }

  /**
   * The captured services ran without a cluster manager and were handed a cluster map made by hand.
   */
  private static Deviation clusterMap(Integer... lines) {
    return Deviation.of(
        Set.of(lines),
        "value./(bucketCapabilities|collectionsManifestUid)",
        "the node names its own capabilities");
  }

  /** Binds the histories before the crash, as the capture that was taken before it shows them. */
  private void learnHistories(Correspondence numbers) {
    try (Replay replay = replay(Captures.DCP_XATTR, List.of(), numbers, TestNode.UIDS)) {
      replay.bindVbuuid(63, 0x0000f5a23bcc2e14L);
      replay.runToEnd();
    }
  }

  private List<Difference> playJava7(Correspondence numbers) {
    try (Replay replay = replay(Captures.JAVA_7, Captures.ofJava7(), numbers, TestNode.UIDS)) {
      replay.bindVbuuid(1, 0x00008a10fecdc29cL);
      replay.runToEnd();
      return replay.differences();
    }
  }

  private List<Difference> playJavaXattr(Correspondence numbers) {
    try (Replay replay =
        replay(Captures.JAVA_XATTR, Captures.ofJavaXattr(), numbers, TestNode.UIDS)) {
      replay.runToEnd();
      return replay.differences();
    }
  }

  private List<Difference> playJava6(Correspondence numbers) {
    Conversation conversation = Captures.conversation(Captures.JAVA_6, Captures.ofJava6());
    try (Replay replay =
        new Replay(conversation, numbers, NO_COLLECTIONS, node.address(), HelloPolicy.AS_GRANTED)) {
      replay.runToEnd();
      return replay.differences();
    }
  }

  /** The revisions in the capture say that the program had run twice before on 6.0.5. */
  private void playEarlierRunsOf6() {
    playJava6(new Correspondence(Seqnos.SHIFTED));
    playJava6(new Correspondence(Seqnos.SHIFTED));
  }

  /**
   * The program behind the capture with attributes had run before, with other document names but
   * for two: its documents are in the captures of the DCP client.
   */
  private void playEarlierRun() {
    Conversation captured = Captures.conversation(Captures.JAVA_XATTR, Captures.ofJavaXattr());
    try (WireClient client = node.open()) {
      Correspondence numbers = new Correspondence(Seqnos.SAME);
      for (Exchange exchange : captured.exchanges()) {
        if (exchange.line() >= 29 && exchange.request().key().length > 0) {
          playRenamed(client, numbers, exchange);
        }
      }
    }
  }

  private static void playRenamed(WireClient client, Correspondence numbers, Exchange exchange) {
    Frame request = exchange.request();
    String name = request.withValue(request.key()).text().substring(1);
    Frame renamed =
        request
            .withDocument(DocumentKey.of(EARLIER_NAMES.getOrDefault(name, name)))
            .withCas(numbers.casToSend(request.cas()));
    Frame response = client.call(renamed);
    if (exchange.repetition() == Repetition.UNTIL_ANSWERED_AS_PRINTED) {
      await().until(() -> client.call(renamed).status() == exchange.response().frame().status());
    }
    if (exchange.response() != null) {
      numbers.expectedCas(exchange.response().frame().cas(), response.cas());
    }
  }

  private Replay replay(
      String capture, List<Amendment> amendments, Correspondence numbers, ManifestUids uids) {
    return new Replay(
        Captures.conversation(capture, amendments),
        numbers,
        uids,
        node.address(),
        HelloPolicy.AS_CAPTURED);
  }
}
