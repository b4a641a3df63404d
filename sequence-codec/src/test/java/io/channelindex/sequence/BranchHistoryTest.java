package io.channelindex.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.BranchHistory.Branch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BranchHistoryTest {
  private static final int A = 11;
  private static final int B = 12;
  private static final int C = 13;
  private static final int MAX_SEQNO = 160;
  private static final int MAX_BRANCHES = 40;

  /** What a run of the model may do. */
  private enum Failovers {
    /** Every new branch begins on the current one, and the logs are whole. */
    LINEAR,
    /** Any replica of any branch takes over, old branches come back, logs are cut short. */
    ANY
  }

  /** How much of what is true a history has to know. */
  private enum Claims {
    ALL,
    SOME
  }

  @Property(tries = 2000)
  void nothingIsTrueThatIsNot(@ForAll long seed) {
    run(new SplittableRandom(seed), Failovers.ANY);
  }

  @Property(tries = 1000)
  void everythingIsTrueThatIsWhereLogsAreWhole(@ForAll long seed) {
    run(new SplittableRandom(seed), Failovers.LINEAR);
  }

  private static void run(SplittableRandom random, Failovers failovers) {
    VbucketModel model =
        new VbucketModel(failovers == Failovers.LINEAR ? 25 : random.nextInt(1, 6));
    BranchHistory history = BranchHistory.NONE.observe(model.log());
    // Per branch and seqno: where a feed that saw it has to resume, as rollbacks undid it.
    long[][] resume = new long[MAX_BRANCHES][MAX_SEQNO];
    Arrays.stream(resume).forEach(seqnos -> Arrays.fill(seqnos, VbucketModel.WHOLE));
    List<Integer> seen = new ArrayList<>(List.of(0));
    for (int step = 0; step < 15; step++) {
      int before = seen.get(seen.size() - 1);
      model.write(random.nextInt(6));
      for (int times = random.nextInt(3); times > 0; times--) {
        change(model, failovers, random);
      }
      history = look(history, model, before, resume, random);
      seen.add(model.current());
      check(history, model, failovers, seen, resume);
    }
  }

  private static void change(VbucketModel model, Failovers failovers, SplittableRandom random) {
    boolean any = failovers == Failovers.ANY && random.nextInt(3) == 0;
    int branch = any ? random.nextInt(model.branches()) : model.current();
    if (any && random.nextInt(3) == 0) {
      model.reactivate(branch);
    } else {
      long high = model.high(branch);
      model.failover(branch, random.nextLong(Math.max(0, high - 12), high + 1));
    }
    model.write(random.nextInt(4));
  }

  /**
   * Opens the stream again: with a rollback, or without where nothing had been seen that is lost.
   */
  private static BranchHistory look(
      BranchHistory history,
      VbucketModel model,
      int before,
      long[][] resume,
      SplittableRandom random) {
    long common = model.common(before, model.current());
    boolean rollback = common != VbucketModel.WHOLE && random.nextInt(3) > 0;
    long to = rollback ? random.nextLong(common + 1) : 0;
    long from = random.nextLong(to + 1);
    for (int branch = 0; branch < model.branches(); branch++) {
      long was = model.common(branch, before);
      long is = model.common(branch, model.current());
      for (int seqno = 1; seqno < MAX_SEQNO; seqno++) {
        if (Long.compareUnsigned(seqno, is) <= 0) {
          resume[branch][seqno] = VbucketModel.WHOLE;
        } else if (rollback && Long.compareUnsigned(seqno, was) <= 0) {
          resume[branch][seqno] = from;
        }
      }
    }
    return rollback ? history.rolledBack(to, from, model.log()) : history.observe(model.log());
  }

  private static void check(
      BranchHistory history,
      VbucketModel model,
      Failovers failovers,
      List<Integer> seen,
      long[][] resume) {
    assertThat(history.current()).isEqualTo(VbucketModel.uuid(model.current()));
    assertThat(history.contains(history.current(), Long.MAX_VALUE)).isTrue();
    for (int branch : seen) {
      long common = model.common(branch, model.current());
      Claims claims =
          failovers == Failovers.LINEAR && inLog(model, branch) ? Claims.ALL : Claims.SOME;
      for (int seqno = 0; seqno < MAX_SEQNO; seqno++) {
        String problem = problem(history, branch, seqno, common, claims, resume[branch][seqno]);
        if (problem != null) {
          String at = "branch=%d, seqno=%d, common=%d: ".formatted(branch, seqno, common);
          throw new AssertionError(problem + ": " + at + history);
        }
      }
    }
  }

  private static boolean inLog(VbucketModel model, int branch) {
    return model.log().stream().anyMatch(entry -> entry.vbuuid() == VbucketModel.uuid(branch));
  }

  private static @Nullable String problem(
      BranchHistory history,
      int branch,
      long seqno,
      long common,
      Claims claims,
      long resumeOfRollback) {
    long vbuuid = VbucketModel.uuid(branch);
    long point = history.resumePoint(vbuuid, seqno);
    boolean isTrue = Long.compareUnsigned(seqno, common) <= 0;
    long truth = history.commonPoint(vbuuid, seqno);
    if (Long.compareUnsigned(truth, isTrue ? seqno : common) > 0
        || Long.compareUnsigned(truth, point) < 0) {
      return "is not true up to there: commonPoint=" + truth + ", resume=" + point;
    }
    if (history.contains(vbuuid, seqno)) {
      if (!isTrue) {
        return "contains what is not true";
      }
      boolean nothingUndone = vbuuid == history.current();
      return nothingUndone && point != seqno
          ? "does not resume where it may: resume=" + point
          : null;
    }
    if (isTrue && claims == Claims.ALL) {
      return "does not contain what is true";
    }
    if (Long.compareUnsigned(point, common) > 0) {
      return "resumes above the common point: resume=" + point;
    }
    return isTrue || Long.compareUnsigned(point, resumeOfRollback) <= 0
        ? null
        : "resumes above what was restored: resume=" + point + ", restored=" + resumeOfRollback;
  }

  @Test
  void beforeTheFirstStreamNothingIsTrue() {
    assertThat(BranchHistory.NONE.current()).isZero();
    assertThat(BranchHistory.NONE.contains(A, 1)).isFalse();
    assertThat(BranchHistory.NONE.resumePoint(A, 5)).isZero();
  }

  @Test
  void aRollbackCutsTheBranchesAndTellsWhereFeedsResume() {
    BranchHistory before = BranchHistory.NONE.observe(log(A, 0));

    BranchHistory after = before.rolledBack(100, 80, log(B, 100, A, 0));

    assertThat(after.branches()).containsExactly(new Branch(B, -1, -1), new Branch(A, 100, 80));
    assertThat(after.resumePoint(A, 80)).isEqualTo(80);
    assertThat(after.resumePoint(A, 100)).as("what stood in for what was restored").isEqualTo(80);
    assertThat(after.resumePoint(A, 101)).isEqualTo(80);
    assertThat(after.resumePoint(B, 101)).isEqualTo(101);
    assertThat(after.commonPoint(A, 101)).isEqualTo(100);
    assertThat(after.commonPoint(A, 90)).isEqualTo(90);
    assertThat(after.commonPoint(C, 90)).isZero();
  }

  @Test
  void aRollbackOnTheSameBranchCutsNothing() {
    BranchHistory before = BranchHistory.NONE.observe(log(A, 0)).observe(log(B, 100, A, 0));

    // Tombstones were purged, and in the meantime the log became too short for A.
    assertThat(before.rolledBack(0, 0, log(B, 100))).isEqualTo(before);
  }

  @Test
  void aLogThatKnowsNoBranchLeavesNothingTrue() {
    BranchHistory before = BranchHistory.NONE.observe(log(A, 0));

    // A ended at a failover at 50 that the log has lost since.
    BranchHistory after = before.observe(log(C, 90, B, 60));

    assertThat(after.contains(A, 55)).isFalse();
    assertThat(after.resumePoint(A, 55)).isZero();
  }

  @Test
  void aSiblingOfTheCurrentBranchSharesNoMoreThanTheirParent() {
    BranchHistory before = BranchHistory.NONE.observe(log(A, 0)).observe(log(B, 100, A, 0));

    // Another replica had more of A than the one that B began on.
    BranchHistory after = before.observe(log(C, 120, A, 0));

    assertThat(after.contains(B, 100)).isTrue();
    assertThat(after.contains(B, 101)).isFalse();
  }

  @Test
  void anOldBranchThatComesBackIsWholeAgain() {
    BranchHistory before =
        BranchHistory.NONE.observe(log(A, 0)).rolledBack(100, 80, log(B, 100, A, 0));

    BranchHistory after = before.rolledBack(0, 0, log(A, 0));

    assertThat(after.current()).isEqualTo(A);
    assertThat(after.contains(A, 500)).isTrue();
    assertThat(after.contains(B, 101)).isFalse();
  }

  @Test
  void aRollbackLowersAlsoWhatWasCutBefore() {
    BranchHistory before =
        BranchHistory.NONE.observe(log(A, 0)).rolledBack(100, 80, log(B, 100, A, 0));

    // A feed that saw A above 100, and was not here since, may have seen what is undone now.
    BranchHistory after = before.rolledBack(150, 30, log(C, 150, B, 100, A, 0));

    assertThat(after.resumePoint(A, 130)).isEqualTo(30);
    assertThat(after.resumePoint(A, 30)).isEqualTo(30);
    assertThat(after.resumePoint(B, 150)).isEqualTo(30);
    assertThat(after.resumePoint(C, 150)).isEqualTo(150);
  }

  @Test
  void theOldestBranchesAreForgottenFirst() {
    BranchHistory history = BranchHistory.NONE;
    int max = BranchHistory.MAX_BRANCHES;
    for (int branch = 1; branch <= max + 3; branch++) {
      history = history.observe(log(branch, branch * 10, branch - 1, branch * 10 - 10));
    }

    assertThat(history.branches()).hasSize(max);
    assertThat(history.contains(4, 50)).isTrue();
    assertThat(history.contains(4, 51)).isFalse();
    assertThat(history.contains(3, 1)).isFalse();
  }

  @Test
  void whatNothingIsLeftOfIsForgotten() {
    BranchHistory flushed = BranchHistory.NONE.observe(log(A, 0)).observe(log(B, 0));

    assertThat(flushed.branches()).containsExactly(new Branch(B, -1, -1));
  }

  @Test
  void anEmptyLogIsRefused() {
    assertThatThrownBy(() -> BranchHistory.NONE.observe(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BranchHistory.NONE.rolledBack(1, 1, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<FailoverEntry> log(int... vbuuidsAndSeqnos) {
    List<FailoverEntry> log = new ArrayList<>();
    for (int i = 0; i < vbuuidsAndSeqnos.length; i += 2) {
      log.add(new FailoverEntry(vbuuidsAndSeqnos[i], Math.max(0, vbuuidsAndSeqnos[i + 1])));
    }
    return log;
  }
}
