package io.channelindex.embedded.wire;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.channelindex.embedded.wire.Conversation.Exchange;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Plays the clients of a conversation against the node and compares what the node answers.
 *
 * <p>Requests go out in the order of the capture, one at a time, but the handshake as the clients
 * send it: in bursts, without waiting. What cannot be the same twice is translated on the way out
 * (proofs, CAS, vbuuids, seqnos, revisions of the cluster map).
 */
final class Replay implements AutoCloseable {
  private static final Duration QUIET = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String BUCKET = "default";
  private static final int ACTIVE_ONLY = 0x10;

  /** What clients send in one go at first; the second burst is SASL_STEP with SELECT_BUCKET. */
  private static final Set<Opcode> FIRST_BURST =
      EnumSet.of(Opcode.HELLO, Opcode.GET_ERROR_MAP, Opcode.SASL_LIST_MECHANISMS, Opcode.SASL_AUTH);

  private final Conversation conversation;
  private final Correspondence numbers;
  private final NodeAddress node;
  private final Comparison comparison;
  private final RequestTranslation translation;
  private final Map<Integer, WireClient> clients = new HashMap<>();
  private final Map<Integer, Set<Integer>> streams = new HashMap<>();
  private final Map<Integer, Integer> endlessStreams = new HashMap<>();
  private int next;

  Replay(
      Conversation conversation,
      Correspondence numbers,
      ManifestUids uids,
      NodeAddress node,
      HelloPolicy hello) {
    this.conversation = conversation;
    this.numbers = numbers;
    this.node = node;
    this.comparison = new Comparison(conversation.log().name(), numbers, uids, node);
    this.translation = new RequestTranslation(numbers, hello);
  }

  /** Which features are asked for. */
  enum HelloPolicy {
    AS_CAPTURED,
    /** Only what the captured server granted: it was older and could not give the rest. */
    AS_GRANTED
  }

  List<Difference> differences() {
    return comparison.differences();
  }

  WireClient client(int connection) {
    return clients.computeIfAbsent(connection, c -> WireClient.connect(node.port()));
  }

  /**
   * Binds a history that the capture mentions only in requests to the newest one of {@code
   * vbucket}.
   */
  void bindVbuuid(int vbucket, long captured) {
    try (WireClient client = WireClient.open(node.port(), BUCKET)) {
      client.dcpOpen("vbuuid-" + vbucket, 1);
      Frame log = client.call(Frame.request(Opcode.DCP_FAILOVER_LOG).withVbucket(vbucket));
      if (!log.has(Status.SUCCESS)) {
        throw new IllegalStateException("failoverLog=" + log);
      }
      numbers.expectedVbuuid(vbucket, captured, log.valueBuffer().getLong());
    }
  }

  void runToEnd() {
    runUntil(Integer.MAX_VALUE);
  }

  /** Plays what comes before {@code line} and was not played yet. */
  void runUntil(int line) {
    List<Exchange> exchanges = conversation.exchanges();
    while (next < exchanges.size() && exchanges.get(next).line() < line) {
      int end = next + 1;
      while (end < exchanges.size()
          && exchanges.get(end).line() < line
          && continuesBurst(exchanges.get(end - 1), exchanges.get(end))) {
        end++;
      }
      play(exchanges.subList(next, end));
      next = end;
    }
  }

  /**
   * Opens the streams whose requests were not printed: from the beginning to now, on every vbucket
   * that has no stream yet, with the filter of the printed ones.
   */
  void openRemainingStreams(int connection) {
    WireClient client = client(connection);
    Frame all = client.call(Frame.request(Opcode.GET_ALL_VBUCKET_SEQNOS).withExtras("00000001"));
    byte[] filter =
        conversation.exchanges().stream()
            .filter(e -> e.connection() == connection)
            .filter(e -> e.request().is(Opcode.DCP_STREAM_REQUEST))
            .findFirst()
            .orElseThrow()
            .request()
            .value();
    ByteBuffer seqnos = all.valueBuffer();
    while (seqnos.hasRemaining()) {
      int vbucket = seqnos.getShort();
      long high = seqnos.getLong();
      if (streams.computeIfAbsent(connection, c -> new HashSet<>()).add(vbucket)) {
        openStream(client, vbucket, high, filter);
      }
    }
  }

  /**
   * Compares what the server sent on its own on one connection: every captured frame must have
   * come, in the captured order of its vbucket. Waits until all finite streams have ended and
   * everything captured was seen, or until the server has been silent for a while.
   *
   * @return everything that came
   */
  List<Frame> compareServerSent(int connection) {
    List<CapturedFrame> expected = conversation.serverSent(connection);
    List<Frame> actual = collect(connection, expected);
    Map<Integer, Integer> positions = new HashMap<>();
    for (CapturedFrame captured : expected) {
      int vbucket = captured.frame().vbucket();
      int from = positions.getOrDefault(vbucket, 0);
      int found = find(captured.frame(), actual, from);
      if (found < 0) {
        comparison.report(
            captured.line(),
            captured.frame().opcode(),
            "frame",
            captured.frame().toString(),
            find(captured.frame(), actual, 0) < 0 ? "absent" : "out of order");
      } else {
        comparison.compare(captured, actual.get(found), vbucket);
        positions.put(vbucket, found + 1);
      }
    }
    return actual;
  }

  /** Compares how many frames of each kind the server sent on its own with the captured counts. */
  void compareCounts(List<Frame> actual) {
    Map<String, Integer> expected = new TreeMap<>();
    conversation.log().counts().entrySet().stream()
        .filter(e -> e.getKey().side() == CapturedFrame.Side.SERVER && e.getKey().magic() == 0x80)
        .forEach(e -> expected.put(e.getKey().toString(), e.getValue()));
    Map<String, Integer> found = new TreeMap<>();
    actual.forEach(frame -> found.merge(FrameKind.ofServer(frame).toString(), 1, Integer::sum));
    if (!expected.equals(found)) {
      Map<String, Integer> onlyExpected = new LinkedHashMap<>(expected);
      onlyExpected.entrySet().removeAll(found.entrySet());
      Map<String, Integer> onlyFound = new LinkedHashMap<>(found);
      onlyFound.entrySet().removeAll(expected.entrySet());
      comparison.report(0, 0, "counts", onlyExpected.toString(), onlyFound.toString());
    }
  }

  @Override
  public void close() {
    clients.values().forEach(WireClient::close);
  }

  private static boolean continuesBurst(Exchange last, Exchange candidate) {
    Opcode lastOpcode = Opcode.of(last.request().opcode());
    Opcode opcode = Opcode.of(candidate.request().opcode());
    return last.connection() == candidate.connection()
        && ((FIRST_BURST.contains(opcode) && FIRST_BURST.contains(lastOpcode))
            || (opcode == Opcode.SELECT_BUCKET && lastOpcode == Opcode.SASL_STEP));
  }

  private void play(List<Exchange> burst) {
    WireClient client = client(burst.get(0).connection());
    List<Integer> opaques = new ArrayList<>();
    for (Exchange exchange : burst) {
      opaques.add(client.send(translation.translate(exchange)));
    }
    for (int i = 0; i < opaques.size(); i++) {
      settle(burst.get(i), client.awaitResponse(opaques.get(i)));
    }
  }

  private void settle(Exchange exchange, Frame first) {
    Frame response = first;
    CapturedFrame captured = exchange.response();
    if (exchange.repetition() == Exchange.Repetition.UNTIL_ANSWERED_AS_PRINTED) {
      response = repeat(exchange, first);
    }
    int vbucket = exchange.request().vbucket();
    translation.answered(exchange, response);
    if (captured != null) {
      comparison.compare(captured, response, vbucket);
      String problem = translation.proofProblem(exchange, response);
      if (!problem.isEmpty()) {
        comparison.report(captured.line(), response.opcode(), "proof", "valid", problem);
      }
    } else if (!response.has(Status.SUCCESS)) {
      comparison.report(
          exchange.line(), response.opcode(), "status", "success", response.toString());
    }
    if (exchange.request().is(Opcode.DCP_STREAM_REQUEST) && response.has(Status.SUCCESS)) {
      streams.computeIfAbsent(exchange.connection(), c -> new HashSet<>()).add(vbucket);
      if (exchange.request().extrasBuffer().getLong(16) == -1) {
        endlessStreams.merge(exchange.connection(), 1, Integer::sum);
      }
    }
  }

  private Frame repeat(Exchange exchange, Frame first) {
    Frame response = first;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (exchange.response().frame().status() != response.status()
        && System.nanoTime() < deadline) {
      response = client(exchange.connection()).call(translation.translate(exchange));
    }
    return response;
  }

  private void openStream(WireClient client, int vbucket, long high, byte[] filter) {
    Frame log = client.call(Frame.request(Opcode.DCP_FAILOVER_LOG).withVbucket(vbucket));
    long vbuuid = log.valueBuffer().getLong();
    byte[] extras =
        ByteBuffer.allocate(48)
            .putInt(ACTIVE_ONLY)
            .putInt(0)
            .putLong(0)
            .putLong(high)
            .putLong(vbuuid)
            .putLong(0)
            .putLong(0)
            .array();
    Frame response =
        client.call(
            Frame.request(Opcode.DCP_STREAM_REQUEST)
                .withVbucket(vbucket)
                .withExtras(extras)
                .withValue(filter));
    if (!response.has(Status.SUCCESS)) {
      comparison.report(0, response.opcode(), "status", "success", response.toString());
    }
  }

  private List<Frame> collect(int connection, List<CapturedFrame> expected) {
    WireClient client = client(connection);
    int finite =
        streams.getOrDefault(connection, Set.of()).size()
            - endlessStreams.getOrDefault(connection, 0);
    List<Frame> frames = new ArrayList<>();
    Duration wait = QUIET;
    while (true) {
      Optional<Frame> frame = client.pollServerFrame(wait);
      if (frame.isEmpty()) {
        return frames;
      }
      frames.add(frame.get());
      long ended = frames.stream().filter(f -> f.is(Opcode.DCP_STREAM_END)).count();
      boolean all = expected.stream().allMatch(e -> find(e.frame(), frames, 0) >= 0);
      // Nothing more is due: look once more, so that a surplus does not go unnoticed.
      wait = ended == finite && all ? Duration.ofMillis(100) : QUIET;
    }
  }

  private static int find(Frame captured, List<Frame> actual, int from) {
    for (int i = from; i < actual.size(); i++) {
      Frame candidate = actual.get(i);
      if (candidate.opcode() == captured.opcode()
          && candidate.vbucket() == captured.vbucket()
          && Arrays.equals(candidate.key(), captured.key())) {
        return i;
      }
    }
    return -1;
  }
}
