package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.NettyLeaks;
import io.channelindex.embedded.dcp.StreamEndReason;
import io.channelindex.embedded.fault.FaultAction;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.FaultRule;
import io.channelindex.embedded.fault.InjectedFault;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.FrameHeader;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every fault looks like from the other end of the socket. */
@Authority(
    value = Authority.Kind.OWN,
    where = "fault plans; the order of late answers: daemon/cookie.cc")
@ExtendWith(NettyLeaks.class)
class FaultsOnTheWireIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final DocumentKey LATE = DocumentKey.of("late");
  private static final DocumentKey OTHER = DocumentKey.of("other");
  private static final int MEBIBYTE = 1 << 20;

  private TestNode node;
  private WireClient client;
  private WireClient bystander;

  @BeforeEach
  void start() {
    node = TestNode.start();
    client = node.open();
    bystander = node.open();
    bystander.call(Captures.set(LATE, "{\"n\":0}"));
    bystander.call(Captures.set(OTHER, "{\"n\":0}"));
  }

  @AfterEach
  void stop() {
    client.close();
    bystander.close();
    node.close();
  }

  private void install(FaultRule... rules) {
    node.faults().install(FaultPlan.of(rules));
  }

  private FaultRule.Builder late() {
    return FaultRule.requests().key(LATE.name()).times(1).name("late");
  }

  private void agreeOnUnorderedExecution() {
    client.hello(
        Feature.XERROR,
        Feature.SELECT_BUCKET,
        Feature.JSON,
        Feature.COLLECTIONS,
        Feature.UNORDERED_EXECUTION);
  }

  private static Frame getMeta(DocumentKey key) {
    return Frame.request(Opcode.GET_META).withDocument(key);
  }

  /** The opaques of the next answers, in the order in which they come. */
  private List<Integer> order(int count) {
    List<Integer> opaques = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      opaques.add(client.readFrame().opaque());
    }
    return opaques;
  }

  // Statuses.

  @ParameterizedTest
  @ValueSource(ints = {0x86, 0x01, 0xa3, 0xffff})
  void aStatusIsAnsweredWithoutExecuting(int status) {
    install(late().then(FaultAction.status(status)));

    assertThat(client.call(Captures.set(LATE, "{\"n\":1}")).status()).isEqualTo(status);

    assertThat(client.call(Captures.get(LATE)).text()).isEqualTo("{\"n\":0}");
  }

  @Test
  void aStatusComesWithWhatBelongsToIt() {
    install(late().then(FaultAction.status(Status.NOT_MY_VBUCKET)));

    Frame refusal = client.call(Captures.get(LATE));

    assertStatus(refusal, Status.NOT_MY_VBUCKET);
    assertThat(refusal.text()).contains("vBucketServerMap");
  }

  // Delays.

  @Test
  void aDelayedRequestHoldsUpItsConnection() {
    install(late().then(FaultAction.delayExecution(SHORT)));
    long start = System.nanoTime();
    int before = client.send(Captures.get(OTHER));
    int delayed = client.send(Captures.get(LATE));
    int after = client.send(Captures.get(OTHER));

    assertThat(order(3)).containsExactly(before, delayed, after);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
  }

  @Test
  void otherConnectionsAreNotHeldUp() {
    install(late().then(FaultAction.delayExecution(PATIENCE)));
    int delayed = client.send(Captures.set(LATE, "{\"n\":1}"));
    awaitFired();

    assertThat(bystander.call(Captures.get(LATE)).text()).isEqualTo("{\"n\":0}");
    node.faults().release();
    assertStatus(client.awaitResponse(delayed), Status.SUCCESS);
  }

  @Test
  void aDelayedRequestIsOvertakenOnAnUnorderedConnection() {
    agreeOnUnorderedExecution();
    install(late().then(FaultAction.delayExecution(SHORT)));
    int delayed = client.send(Captures.get(LATE));
    int overtaking = client.send(Captures.get(OTHER));
    int barrier = client.send(getMeta(OTHER));
    int behind = client.send(Captures.get(OTHER));

    assertThat(order(4))
        .as("what the server does not reorder waits for all before it")
        .containsExactly(overtaking, delayed, barrier, behind);
  }

  @Test
  void aDelayedAnswerIsOfARequestThatIsDone() {
    install(late().then(FaultAction.delayAnswer(PATIENCE)));
    int delayed = client.send(Captures.set(LATE, "{\"n\":1}"));
    int after = client.send(Captures.set(OTHER, "{\"n\":1}"));
    awaitFired();

    await()
        .atMost(PATIENCE)
        .until(() -> bystander.call(Captures.get(LATE)).text().equals("{\"n\":1}"));
    assertThat(bystander.call(Captures.get(OTHER)).text()).as("waits").isEqualTo("{\"n\":0}");
    assertThat(client.pollServerFrame(SHORT)).isEmpty();
    node.faults().release();
    assertThat(order(2)).containsExactly(delayed, after);
  }

  @Test
  void aDelayedAnswerIsOvertakenOnAnUnorderedConnection() {
    agreeOnUnorderedExecution();
    install(late().then(FaultAction.delayAnswer(SHORT)));
    int delayed = client.send(Captures.set(LATE, "{\"n\":1}"));
    int overtaking = client.send(Captures.get(LATE));

    Frame first = client.readFrame();

    assertThat(first.opaque()).isEqualTo(overtaking);
    assertThat(first.text()).isEqualTo("{\"n\":1}");
    assertThat(client.readFrame().opaque()).isEqualTo(delayed);
  }

  @Test
  void aRequestThatWaitsIsNotExecutedWhenItsClientHasGone() {
    agreeOnUnorderedExecution();
    install(late().then(FaultAction.delayExecution(PATIENCE)));
    client.send(Captures.set(LATE, "{\"n\":1}"));
    awaitFired();

    client.reset();

    await().atMost(PATIENCE).until(() -> node.connectionCount() == 1);
    node.faults().release();
    assertThat(bystander.call(Captures.get(LATE)).text()).isEqualTo("{\"n\":0}");
  }

  // Lost and broken answers.

  @Test
  void aDroppedRequestNeverWas() {
    install(late().then(FaultAction.dropRequest()));
    client.send(Captures.set(LATE, "{\"n\":1}"));
    int after = client.send(Captures.get(LATE));

    Frame next = client.readFrame();

    assertThat(next.opaque()).isEqualTo(after);
    assertThat(next.text()).isEqualTo("{\"n\":0}");
  }

  @Test
  void aDroppedAnswerIsOfARequestThatIsDone() {
    install(late().then(FaultAction.dropAnswer()));
    client.send(Captures.set(LATE, "{\"n\":1}"));
    int after = client.send(Captures.get(LATE));

    Frame next = client.readFrame();

    assertThat(next.opaque()).isEqualTo(after);
    assertThat(next.text()).isEqualTo("{\"n\":1}");
  }

  @ParameterizedTest
  @CsvSource({"BEFORE, 0", "AFTER, 1"})
  void aConnectionIsDropped(FaultAction.Moment moment, int seen) {
    install(late().then(new FaultAction.Disconnect(moment)));
    int before = client.send(Captures.get(OTHER));
    client.send(Captures.set(LATE, "{\"n\":1}"));
    client.send(Captures.set(OTHER, "{\"n\":1}"));

    assertThat(client.readUntilClosed()).extracting(Frame::opaque).containsExactly(before);
    assertThat(bystander.call(Captures.get(LATE)).text()).isEqualTo("{\"n\":" + seen + "}");
    assertThat(bystander.call(Captures.get(OTHER)).text())
        .as("what is behind it is never looked at")
        .isEqualTo("{\"n\":0}");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 23, 24, 30, 1000})
  void anAnswerIsCut(int bytes) {
    int whole = client.call(Captures.get(LATE)).encode().length;
    install(late().then(FaultAction.cutAfter(bytes)));
    client.send(Captures.get(LATE));

    assertThat(client.readBytesUntilClosed()).hasSize(Math.min(bytes, whole));
  }

  // Stalls.

  /** Nothing is read, so that the kernel's buffers fill and the client's writes block. */
  @Test
  void aConnectionThatIsNotRead() {
    install(late().then(FaultAction.stallReading()));
    client.send(Captures.get(LATE));
    awaitFired();
    int frames = 64;
    AtomicInteger written = new AtomicInteger();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              Frame frame = Captures.set(OTHER, "x".repeat(MEBIBYTE));
              for (int i = 0; i < frames; i++) {
                client.send(frame);
                written.incrementAndGet();
              }
            });

    await().during(SHORT).atMost(PATIENCE).until(() -> written.get(), count -> count < frames);
    assertThat(bystander.call(Captures.get(OTHER)).text()).isEqualTo("{\"n\":0}");

    node.faults().release();
    assertThat(order(frames + 1)).hasSize(frames + 1);
    assertThat(writer).succeedsWithin(PATIENCE);
  }

  /** Answers queue up to the bound of a slow reader; beyond it requests are not executed. */
  @Test
  void aConnectionThatIsNotWrittenTo() {
    int value = 10_000;
    int requests = 3_000;
    bystander.call(Captures.set(OTHER, "x".repeat(value)));
    install(
        late().then(FaultAction.stallWriting()),
        FaultRule.requests(Opcode.GET).name("seen").then(FaultAction.moveClock(Duration.ZERO)));
    int first = client.send(Captures.get(LATE));
    List<Integer> expected = new ArrayList<>(List.of(first));
    for (int i = 0; i < requests; i++) {
      expected.add(client.send(Captures.get(OTHER)));
    }

    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(node.faults().count("seen")).isGreaterThan(50));
    assertThat(client.pollServerFrame(SHORT)).isEmpty();
    assertThat(node.faults().count("seen") * value).isLessThan(4L * MEBIBYTE);

    node.faults().release();
    assertThat(order(requests + 1)).isEqualTo(expected);
  }

  @Test
  void aStallEndsByItself() {
    install(
        late().then(FaultAction.stallReading(SHORT)),
        FaultRule.requests().key(OTHER.name()).times(1).then(FaultAction.stallWriting(SHORT)));
    long start = System.nanoTime();

    assertStatus(client.call(Captures.get(LATE)), Status.SUCCESS);
    assertStatus(client.call(Captures.get(OTHER)), Status.SUCCESS);

    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isGreaterThanOrEqualTo(SHORT.multipliedBy(2));
  }

  @Test
  void clearingThePlanReleasesAndForgets() {
    install(FaultRule.requests().key(LATE.name()).name("late").then(FaultAction.stallReading()));
    int waiting = client.send(Captures.get(LATE));
    awaitFired();

    node.faults().clear();

    assertStatus(client.awaitResponse(waiting), Status.SUCCESS);
    assertStatus(client.call(Captures.get(LATE)), Status.SUCCESS);
    assertThat(node.faults().injected()).isEmpty();
  }

  @Test
  void closingTheNodeEndsEverythingThatIsHeldUp() {
    agreeOnUnorderedExecution();
    install(
        late().then(FaultAction.delayExecution(PATIENCE)),
        late().name("answer").then(FaultAction.delayAnswer(PATIENCE)),
        late().name("writing").then(FaultAction.stallWriting()),
        late().name("reading").then(FaultAction.stallReading()));
    for (int i = 0; i < 4; i++) {
      client.send(Captures.get(LATE));
    }
    await().atMost(PATIENCE).until(() -> node.faults().injected().size() == 4);
    long start = System.nanoTime();

    node.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(client.readUntilClosed()).isEmpty();
  }

  // Who.

  @Test
  void clientsAreToldApart() {
    install(
        FaultRule.requests(Opcode.NOOP).connections(1).then(FaultAction.status(0x1001)),
        FaultRule.requests(Opcode.NOOP).agent("wire/?").then(FaultAction.status(0x1002)),
        FaultRule.requests(Opcode.NOOP).user("nobody").then(FaultAction.status(0x1003)),
        FaultRule.requests(Opcode.VERSION)
            .user(WireClient.USERNAME)
            .then(FaultAction.status(0x1004)));

    assertThat(client.call(Frame.request(Opcode.NOOP)).status()).isEqualTo(0x1001);
    assertThat(bystander.call(Frame.request(Opcode.NOOP)).status()).isEqualTo(0x1002);
    assertThat(client.call(Frame.request(Opcode.VERSION)).status()).isEqualTo(0x1004);
    assertThat(node.faults().injected())
        .extracting(InjectedFault::connection)
        .containsExactly(1L, 2L, 1L);
    try (WireClient stranger = node.connect()) {
      assertStatus(stranger.call(Frame.request(Opcode.NOOP)), Status.EACCESS);
    }
  }

  @Test
  void handshakesFail() {
    install(FaultRule.requests(Opcode.SASL_AUTH).then(FaultAction.status(Status.AUTH_ERROR)));
    try (WireClient stranger = node.connect()) {
      assertStatus(
          stranger.loginWithPlain(WireClient.USERNAME, WireClient.PASSWORD), Status.AUTH_ERROR);
    }
  }

  @Test
  void unknownOpcodesAndMalformedKeysHaveFaultsToo() {
    install(
        FaultRule.requests().opcode(0xfd).then(FaultAction.status(0x1001)),
        FaultRule.requests(Opcode.GET)
            .collection("_default", "_default")
            .then(FaultAction.status(0x1002)));

    assertThat(client.call(Frame.request(0xfd)).status()).isEqualTo(0x1001);
    assertStatus(
        client.call(Frame.request(Opcode.GET).withKey(new byte[] {(byte) 0x80})), Status.EINVAL);
    assertThat(client.call(Captures.get(LATE)).status()).isEqualTo(0x1002);
  }

  // Messages of streams.

  private static List<Frame> mutations(Iterable<Frame> frames) {
    List<Frame> mutations = new ArrayList<>();
    frames.forEach(
        frame -> {
          if (frame.is(Opcode.DCP_MUTATION)) {
            mutations.add(frame);
          }
        });
    return mutations;
  }

  private void writeVersions(int count) {
    for (int i = 0; i < count; i++) {
      bystander.call(Captures.set(DocumentKey.of("doc" + i), "{}").withVbucket(LATE.vbucket()));
    }
  }

  private FaultRule.Builder thirdMutation() {
    return FaultRule.messages(Opcode.DCP_MUTATION)
        .vbuckets(LATE.vbucket())
        .from(3)
        .times(1)
        .name("late");
  }

  private DcpSession stream() {
    DcpSession session = DcpSession.open(node, "faulty");
    int vbucket = LATE.vbucket();
    assertStatus(
        session.request(vbucket, session.vbuuid(vbucket), 0, DcpSession.FOREVER), Status.SUCCESS);
    return session;
  }

  @ParameterizedTest
  @CsvSource({"BEFORE, 2", "AFTER, 3"})
  void aStreamLosesItsConnectionAtAMutation(FaultAction.Moment moment, int seen) {
    writeVersions(9);
    install(thirdMutation().then(new FaultAction.Disconnect(moment)));
    try (DcpSession session = stream()) {
      assertThat(mutations(session.client().readUntilClosed())).hasSize(seen);
    }
  }

  @Test
  void aMutationIsCut() {
    writeVersions(9);
    install(thirdMutation().then(FaultAction.cutAfter(FrameHeader.LENGTH + 7)));
    try (DcpSession session = stream()) {
      byte[] bytes = session.client().readBytesUntilClosed();
      Frame marker =
          new Frame(0x80, 0x56, Frame.NONE, new byte[20], 0, 0, 0, 0, Frame.NONE, Frame.NONE);
      int offset = marker.encode().length;
      for (int i = 0; i < 2; i++) {
        int body = ByteBuffer.wrap(bytes).getInt(offset + FrameHeader.BODY_LENGTH);
        offset += FrameHeader.LENGTH + body;
      }
      assertThat(bytes).hasSize(offset + FrameHeader.LENGTH + 7);
    }
  }

  @Test
  void aStreamStallsAtAMutation() {
    writeVersions(9);
    install(thirdMutation().then(FaultAction.stallWriting()));
    try (DcpSession session = stream()) {
      WireClient consumer = session.client();
      List<Frame> before = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        before.add(consumer.nextServerFrame());
      }
      assertThat(mutations(before)).hasSize(2);
      assertThat(consumer.pollServerFrame(SHORT)).isEmpty();

      node.faults().release();

      List<Frame> rest = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        rest.add(consumer.nextServerFrame());
      }
      assertThat(mutations(rest)).hasSize(8);
    }
  }

  @Test
  void aMutationIsLateAndNothingOvertakesIt() {
    writeVersions(9);
    install(thirdMutation().then(FaultAction.delayAnswer(SHORT)));
    long start = System.nanoTime();
    try (DcpSession session = stream()) {
      List<Long> seqnos = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        Frame frame = session.client().nextServerFrame();
        if (frame.is(Opcode.DCP_MUTATION)) {
          seqnos.add(frame.extrasBuffer().getLong());
        }
      }
      assertThat(seqnos).isSorted().hasSize(10);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
    }
  }

  @ParameterizedTest
  @CsvSource({"DCP_MUTATION, 3, 2", "DCP_SNAPSHOT_MARKER, 1, 0"})
  void aStreamEndsInsteadOfAMessage(Opcode opcode, int from, int seen) {
    writeVersions(9);
    install(
        FaultRule.messages(opcode)
            .from(from)
            .times(1)
            .then(FaultAction.endStream(StreamEndReason.TOO_SLOW)));
    try (DcpSession session = stream()) {
      List<Frame> frames = new ArrayList<>();
      do {
        frames.add(session.client().nextServerFrame());
      } while (!frames.get(frames.size() - 1).is(Opcode.DCP_STREAM_END));

      assertThat(mutations(frames)).hasSize(seen);
      assertThat(frames.get(frames.size() - 1).extrasBuffer().getInt())
          .isEqualTo(StreamEndReason.TOO_SLOW.code());
      int vbucket = LATE.vbucket();
      assertStatus(
          session.request(vbucket, session.vbuuid(vbucket), 0, DcpSession.FOREVER), Status.SUCCESS);
    }
  }

  @Test
  void aStreamEndsForAnotherReason() {
    install(
        FaultRule.messages(Opcode.DCP_STREAM_END)
            .then(FaultAction.endStream(StreamEndReason.BACKFILL_FAILED)));
    try (DcpSession session = DcpSession.open(node, "faulty")) {
      List<Frame> frames = session.streamToNow(LATE.vbucket(), 0);
      assertThat(frames.get(frames.size() - 1).extrasBuffer().getInt())
          .isEqualTo(StreamEndReason.BACKFILL_FAILED.code());
    }
  }

  @Test
  void aCrashAtAMutationLosesATail() {
    install(
        FaultRule.messages(Opcode.DCP_MUTATION)
            .key("doc4")
            .times(1)
            .name("late")
            .then(FaultAction.crashLosing(2, LATE.vbucket())));
    writeVersions(5);
    try (DcpSession session = stream()) {
      assertThat(mutations(session.client().readUntilClosed())).hasSize(6);
    }
    await().atMost(PATIENCE).until(() -> node.connectionCount() == 0);
    assertThat(node.bucket().highSeqno(LATE.vbucket())).isEqualTo(4);
    try (DcpSession session = DcpSession.open(node, "again")) {
      assertThat(mutations(session.streamToNow(LATE.vbucket(), 0))).hasSize(4);
    }
  }

  private void awaitFired() {
    await().atMost(PATIENCE).until(() -> node.faults().count("late") > 0);
  }
}
