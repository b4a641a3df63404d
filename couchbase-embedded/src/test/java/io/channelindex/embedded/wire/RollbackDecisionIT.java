package io.channelindex.embedded.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every stream request that is possible on a short history with two crashes, against a naive
 * reading of the rules in {@code docs/dcp/documentation/rollback.md} of couchbase/kv_engine.
 */
@Authority(value = Authority.Kind.DOCUMENTED, where = "docs/dcp/documentation/rollback.md")
class RollbackDecisionIT {
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");
  private static final int VBUCKET = DOCUMENT.vbucket();
  private static final long FOREIGN = 12345;
  private static final long NO_ROLLBACK = -1;

  /** A branch of the history: its identity and the seqno that it set out from. */
  private record Branch(long vbuuid, long from) {}

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
  void everyRequestIsDecidedAsTheRulesSay() {
    write(4);
    node.bucket().crash();
    write(2);
    node.bucket().pausePersistence();
    write(3);
    node.bucket().crash();
    write(2);

    try (DcpSession dcp = DcpSession.open(node, "rollback")) {
      List<Branch> newestFirst = branches(dcp);
      long high = dcp.seqno(VBUCKET);
      assertThat(newestFirst).hasSize(3);
      assertThat(newestFirst).extracting(Branch::from).containsExactly(6L, 4L, 0L);
      assertThat(high).isEqualTo(8);
      List<Long> vbuuids = new ArrayList<>(newestFirst.stream().map(Branch::vbuuid).toList());
      vbuuids.add(FOREIGN);
      for (long vbuuid : vbuuids) {
        decideAll(dcp, newestFirst, high, vbuuid);
      }
    }
  }

  private void decideAll(DcpSession dcp, List<Branch> newestFirst, long high, long vbuuid) {
    long furthest = high + 2;
    for (long start = 0; start <= furthest; start++) {
      for (long snapshotStart = 0; snapshotStart <= start; snapshotStart++) {
        for (long snapshotEnd = start; snapshotEnd <= furthest; snapshotEnd++) {
          // A stream that ends where it begins is decided on, and over at once.
          Frame answer = dcp.request(VBUCKET, vbuuid, start, start, snapshotStart, snapshotEnd);

          String request =
              String.format(
                  "branch=%d start=%d snapshot=%d..%d",
                  newestFirst.stream().map(Branch::vbuuid).toList().indexOf(vbuuid),
                  start,
                  snapshotStart,
                  snapshotEnd);
          long rollback = rollback(newestFirst, high, vbuuid, start, snapshotStart, snapshotEnd);
          assertThat(decision(answer)).as(request).isEqualTo(decision(rollback));
          if (answer.has(Status.SUCCESS)) {
            assertThat(dcp.client().nextServerFrame().is(Opcode.DCP_STREAM_END))
                .as(request)
                .isTrue();
          }
        }
      }
    }
  }

  private static long rollback(
      List<Branch> newestFirst,
      long high,
      long vbuuid,
      long start,
      long snapshotStart,
      long snapshotEnd) {
    if (start == 0) {
      return NO_ROLLBACK;
    }
    long lastShared = high;
    boolean known = false;
    for (Branch branch : newestFirst) {
      if (branch.vbuuid() == vbuuid) {
        known = true;
        break;
      }
      lastShared = branch.from();
    }
    if (!known) {
      return 0;
    }
    // Who has nothing of a snapshot yet, or all of it, is between snapshots.
    boolean betweenSnapshots = start == snapshotStart || start == snapshotEnd;
    long needed = betweenSnapshots ? start : snapshotEnd;
    long safe = betweenSnapshots ? start : snapshotStart;
    return needed <= lastShared ? NO_ROLLBACK : Math.min(lastShared, safe);
  }

  private static String decision(long rollback) {
    return rollback == NO_ROLLBACK ? "success" : "rollback to " + rollback;
  }

  private static String decision(Frame answer) {
    if (answer.has(Status.SUCCESS)) {
      return "success";
    }
    return answer.has(Status.ROLLBACK)
        ? "rollback to " + answer.valueBuffer().getLong()
        : answer.toString();
  }

  private static List<Branch> branches(DcpSession dcp) {
    ByteBuffer log =
        dcp.client()
            .call(Frame.request(Opcode.DCP_FAILOVER_LOG).withVbucket(VBUCKET))
            .valueBuffer();
    List<Branch> branches = new ArrayList<>();
    while (log.hasRemaining()) {
      branches.add(new Branch(log.getLong(), log.getLong()));
    }
    return branches;
  }

  /** On a connection of its own: a crash ends those that are open. */
  private void write(int times) {
    try (WireClient writer = node.open()) {
      for (int i = 0; i < times; i++) {
        assertThat(writer.call(Captures.set(DOCUMENT, "{}")).has(Status.SUCCESS)).isTrue();
      }
    }
  }
}
