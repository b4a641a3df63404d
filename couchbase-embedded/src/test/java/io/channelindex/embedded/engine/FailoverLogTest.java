package io.channelindex.embedded.engine;

import static io.channelindex.embedded.engine.FailoverLog.UuidMatch.LENIENT_AT_ZERO;
import static io.channelindex.embedded.engine.FailoverLog.UuidMatch.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.engine.FailoverLog.Branch;
import io.channelindex.embedded.engine.FailoverLog.Position;
import io.channelindex.embedded.engine.FailoverLog.UuidMatch;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailoverLogTest {
  private static final long OLD = 0xa;
  private static final long NEW = 0xb;
  private static final long HIGH = 20;

  /** Branch a until 8, then branch b until 20: the log of the capture after a crash. */
  private static final FailoverLog LOG = FailoverLog.startingWith(OLD).branch(NEW, 8);

  @ParameterizedTest(name = "vbuuid={0} seqno={1} snapshot={2}-{3} purge={4} rollback={5}")
  @CsvSource({
    // A consumer without a past.
    "0,   0,  0,  0,  0, ",
    "c,   0,  0,  0,  0, ",
    "c,   0,  0,  0, 15, ",
    // A branch that nobody knows, or none at all.
    "c,   5,  5,  5,  0, 0",
    "0,   5,  5,  5,  0, 0",
    // The newest branch.
    "b,   5,  5,  5,  0, ",
    "b,  20, 20, 20,  0, ",
    "b,  20, 15, 20,  0, ",
    "b,  15, 10, 20,  0, ",
    // Beyond the newest seqno.
    "b,  21, 21, 21,  0, 20",
    "b,  21, 10, 21,  0, 20",
    "b,  15, 10, 25,  0, 10",
    "b,  10, 10, 25,  0, ",
    // The old branch, below, at and above the branch point.
    "a,   5,  5,  5,  0, ",
    "a,   8,  8,  8,  0, ",
    "a,   8,  3,  8,  0, ",
    "a,   9,  9,  9,  0, 8",
    "a,  12, 12, 12,  0, 8",
    "a,  12,  3, 12,  0, 8",
    // Within a snapshot that crosses the branch point: its start, unless nothing of it was seen.
    "a,   5,  3, 12,  0, 3",
    "a,   8,  3, 12,  0, 3",
    "a,   3,  3, 12,  0, ",
    "a,  11, 10, 12,  0, 8",
    // Tombstones were purged beyond the consumer.
    "b,   5,  5,  5,  6, 0",
    "b,   6,  6,  6,  6, ",
    "a,   5,  5,  5,  6, 0",
    // Numbers that are negative when taken as signed.
    "b,   5,  3, ffffffffffffffff, 0, 3",
    "b,   5,  5, ffffffffffffffff, 0, ",
    "b,  ffffffffffffffff, ffffffffffffffff, ffffffffffffffff, 0, 20",
    "b,  ffffffffffffffff, 3, ffffffffffffffff, 6, 20",
    "b,  8000000000000000, 8000000000000000, 8000000000000000, 6, 20"
  })
  void decidesOnRollback(
      String vbuuid, String seqno, String start, String end, long purge, Long expected) {
    Position position = new Position(hex(vbuuid), number(seqno), number(start), number(end));

    OptionalLong rollback = LOG.rollback(position, HIGH, purge, LENIENT_AT_ZERO);

    assertThat(rollback)
        .isEqualTo(expected == null ? OptionalLong.empty() : OptionalLong.of(expected));
  }

  private static long hex(String text) {
    return Long.parseUnsignedLong(text, 16);
  }

  /** Decimal when short, hex when it is about the sign. */
  private static long number(String text) {
    return text.length() == 16 ? hex(text) : Long.parseLong(text);
  }

  @ParameterizedTest
  @CsvSource({"0, ", "a, ", "b, ", "c, 0"})
  void aStrictConsumerAtZeroMustKnowItsBranchOrNone(String vbuuid, Long expected) {
    OptionalLong rollback = LOG.rollback(new Position(hex(vbuuid), 0, 0, 0), HIGH, 15, STRICT);

    assertThat(rollback)
        .isEqualTo(expected == null ? OptionalLong.empty() : OptionalLong.of(expected));
  }

  /**
   * The rules once more, as sets of seqnos: what the consumer may have seen is all of its branch's
   * history up to the end of its snapshot, or up to its seqno at either end of the snapshot.
   */
  private static OptionalLong naive(
      List<Branch> newestFirst, Position p, long high, long purge, UuidMatch match) {
    if (p.seqno() == 0 && (match == LENIENT_AT_ZERO || p.vbuuid() == 0)) {
      return OptionalLong.empty();
    }
    if (p.seqno() > 0 && p.seqno() < purge) {
      return OptionalLong.of(0);
    }
    BigInteger shared = null;
    BigInteger next = BigInteger.valueOf(high);
    for (Branch branch : newestFirst) {
      if (branch.vbuuid() == p.vbuuid()) {
        shared = next;
        break;
      }
      next = BigInteger.valueOf(branch.seqno());
    }
    if (shared == null) {
      return OptionalLong.of(0);
    }
    boolean complete = p.seqno() == p.snapshotStart() || p.seqno() == p.snapshotEnd();
    long seen = complete ? p.seqno() : p.snapshotEnd();
    if (BigInteger.valueOf(seen).compareTo(shared) <= 0) {
      return OptionalLong.empty();
    }
    long safe = p.seqno() == p.snapshotEnd() ? p.seqno() : p.snapshotStart();
    return OptionalLong.of(Math.min(shared.longValue(), safe));
  }

  @Property(tries = 1000)
  void agreesWithTheRulesAsWritten(@ForAll long seed) {
    Random random = new Random(seed);
    FailoverLog log = FailoverLog.startingWith(1);
    long high = 0;
    int branches = random.nextInt(6);
    for (int vbuuid = 2; vbuuid < 2 + branches; vbuuid++) {
      high = random.nextLong(high + 10);
      log = log.branch(vbuuid, high);
      high += random.nextInt(10);
    }
    long start = random.nextLong(high + 5);
    long seqno = start + random.nextInt(4);
    Position position =
        new Position(random.nextInt(branches + 3), seqno, start, seqno + random.nextInt(4));
    long purge = random.nextLong(high + 1);
    UuidMatch match = random.nextBoolean() ? STRICT : LENIENT_AT_ZERO;

    assertThat(log.rollback(position, high, purge, match))
        .as("log=%s position=%s high=%s purge=%s", log, position, high, purge)
        .isEqualTo(naive(log.branches(), position, high, purge, match));
  }

  @Test
  void aBranchBelowOlderBranchesReplacesThem() {
    FailoverLog log =
        FailoverLog.startingWith(1).branch(2, 10).branch(3, 20).branch(4, 10).branch(5, 9);

    assertThat(log.branches()).containsExactly(new Branch(5, 9), new Branch(1, 0));
    assertThat(log.vbuuid()).isEqualTo(5);
  }

  @Test
  void branchesAtTheSameSeqnoAreAllKept() {
    FailoverLog log = FailoverLog.startingWith(1).branch(2, 7).branch(3, 7);

    assertThat(log.branches())
        .containsExactly(new Branch(3, 7), new Branch(2, 7), new Branch(1, 0));
  }

  @Test
  void forgetsTheOldestBranches() {
    FailoverLog log = FailoverLog.startingWith(1);
    List<Long> expected = new ArrayList<>();
    for (long vbuuid = 2; vbuuid <= 100; vbuuid++) {
      log = log.branch(vbuuid, vbuuid * 10);
      expected.add(0, vbuuid);
    }

    assertThat(log.branches())
        .extracting(Branch::vbuuid)
        .containsExactlyElementsOf(expected.subList(0, FailoverLog.MAX_BRANCHES));
    assertThat(log.rollback(new Position(2, 5, 5, 5), 2000, 0, LENIENT_AT_ZERO)).hasValue(0);
  }

  @Test
  void aBranchEndsWhereTheNextOneBegins() {
    assertThat(LOG.endOf(NEW, HIGH)).hasValue(HIGH);
    assertThat(LOG.endOf(OLD, HIGH)).hasValue(8);
    assertThat(LOG.endOf(0xc, HIGH)).isEmpty();
  }
}
