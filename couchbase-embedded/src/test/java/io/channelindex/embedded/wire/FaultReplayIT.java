package io.channelindex.embedded.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.NettyLeaks;
import io.channelindex.embedded.fault.FaultAction;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.FaultRule;
import io.channelindex.embedded.fault.FaultSubject;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The same load meets the same faults, whatever the threads do. */
@Authority(value = Authority.Kind.OWN, where = "fault plans")
@ExtendWith(NettyLeaks.class)
class FaultReplayIT {
  private static final int CLIENTS = 4;
  private static final int REQUESTS_PER_VBUCKET = 25;

  private static final FaultPlan PLAN =
      FaultPlan.of(
              FaultRule.requests(Opcode.SET)
                  .probability(0.2)
                  .name("busy")
                  .then(FaultAction.status(Status.ETMPFAIL)),
              FaultRule.requests(Opcode.SET)
                  .from(5)
                  .times(3)
                  .counted(FaultRule.Counting.VBUCKET)
                  .probability(0.5)
                  .name("late")
                  .then(FaultAction.delayExecution(Duration.ofMillis(1))),
              FaultRule.requests(Opcode.SET)
                  .probability(0.1)
                  .name("strange")
                  .then(FaultAction.status(0xa3)))
          .withSeed(42);

  /** What was told to clients and injected, by vbucket. */
  private record Outcome(
      Map<Integer, List<Integer>> statuses, Map<Integer, List<String>> injected) {}

  @Test
  void aLoadIsReplayed() throws Exception {
    Outcome first = run(PLAN, 1, 1);

    assertThat(first.injected().values().stream().mapToInt(List::size).sum())
        .isGreaterThan(CLIENTS * 16 * REQUESTS_PER_VBUCKET / 5);
    assertThat(run(PLAN, 1, 2)).isEqualTo(first);
    assertThat(run(PLAN, 4, 3)).isEqualTo(first);
    assertThat(run(PLAN.withSeed(43), 4, 3)).isNotEqualTo(first);
  }

  private static Outcome run(FaultPlan plan, int threads, long shuffle) throws Exception {
    try (EmbeddedCouchbase node =
        EmbeddedCouchbase.builder()
            .threads(threads)
            .vbuckets(DocumentKey.VBUCKETS)
            .bucket(TestNode.BUCKET)
            .faults(plan)
            .start()) {
      Map<Integer, List<Integer>> statuses = load(node.port(), shuffle);
      Map<Integer, List<String>> injected = new TreeMap<>();
      node.faults().injected().stream()
          .filter(fault -> fault.vbucket() != FaultSubject.NONE)
          .forEach(
              fault ->
                  injected
                      .computeIfAbsent(fault.vbucket(), unseen -> new ArrayList<>())
                      .add(fault.rule() + " " + fault.key() + " " + fault.match()));
      return new Outcome(statuses, injected);
    }
  }

  /** Each client has its own quarter of the vbuckets, and goes through them in its own order. */
  private static Map<Integer, List<Integer>> load(int port, long shuffle)
      throws InterruptedException, ExecutionException {
    List<CompletableFuture<Map<Integer, List<Integer>>>> clients =
        IntStream.range(0, CLIENTS)
            .mapToObj(
                id ->
                    CompletableFuture.supplyAsync(
                        () -> send(port, id, new Random(shuffle * CLIENTS + id))))
            .toList();
    Map<Integer, List<Integer>> statuses = new TreeMap<>();
    for (CompletableFuture<Map<Integer, List<Integer>>> client : clients) {
      statuses.putAll(client.get());
    }
    return statuses;
  }

  private static Map<Integer, List<Integer>> send(int port, int id, Random random) {
    Map<Integer, List<Integer>> opaques = new TreeMap<>();
    List<Integer> vbuckets =
        new ArrayList<>(
            IntStream.range(0, DocumentKey.VBUCKETS)
                .filter(vbucket -> vbucket % CLIENTS == id)
                .boxed()
                .toList());
    vbuckets.forEach(vbucket -> opaques.put(vbucket, new ArrayList<>()));
    try (WireClient client = WireClient.open(port, TestNode.BUCKET)) {
      while (!vbuckets.isEmpty()) {
        int vbucket = vbuckets.get(random.nextInt(vbuckets.size()));
        List<Integer> sent = opaques.get(vbucket);
        Frame set = Captures.set(DocumentKey.of("k" + sent.size()), "{}").withVbucket(vbucket);
        sent.add(client.send(set));
        if (sent.size() == REQUESTS_PER_VBUCKET) {
          vbuckets.remove((Integer) vbucket);
        }
      }
      Map<Integer, List<Integer>> statuses = new TreeMap<>();
      opaques.forEach(
          (vbucket, sent) ->
              statuses.put(
                  vbucket,
                  sent.stream().map(opaque -> client.awaitResponse(opaque).status()).toList()));
      return statuses;
    }
  }
}
