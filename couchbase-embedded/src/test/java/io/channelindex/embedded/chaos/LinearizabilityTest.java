package io.channelindex.embedded.chaos;

import static com.couchbase.client.core.msg.kv.DurabilityLevel.MAJORITY;
import static com.couchbase.client.core.msg.kv.DurabilityLevel.PERSIST_TO_MAJORITY;
import static io.channelindex.embedded.chaos.Branches.Cause.CRASH;
import static io.channelindex.embedded.chaos.Branches.Cause.FAILOVER;
import static io.channelindex.embedded.chaos.Outcome.Refused.CHANGED;
import static io.channelindex.embedded.chaos.Outcome.Refused.EXISTS;
import static io.channelindex.embedded.chaos.Outcome.Refused.MISSING;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Histories that are made up: what may be seen, and what may not. */
class LinearizabilityTest {
  private static final long BEGINNING = Script.BEGINNING;
  private static final long NEXT = 200;
  private static final long THIRD = 300;

  private static void assertPossible(Script script) {
    assertThat(script.verdict()).isEqualTo(new Linearizability.Verdict.Linearizable());
  }

  private static void assertImpossible(Script script) {
    assertThat(script.verdict()).isInstanceOf(Linearizability.Verdict.Violation.class);
  }

  private static Script script() {
    return new Script();
  }

  /** "a" at seqno 1. */
  private static Script writtenOnce() {
    return script().upsert(0, 1, "a").at(1);
  }

  /** Then "b" at seqno 2. */
  private static Script writtenTwice() {
    return writtenOnce().upsert(2, 3, "b").at(2);
  }

  // One branch.

  @Test
  void oneAfterTheOther() {
    assertPossible(
        script()
            .get(0, 1)
            .answers(MISSING)
            .insert(2, 3, "a")
            .at(1)
            .insert(4, 5, "b")
            .answers(EXISTS)
            .get(6, 7)
            .reads("a", 1)
            .replace(8, 9, "c", new Version("a", 1))
            .at(2)
            .replace(10, 11, "d", new Version("a", 1))
            .answers(CHANGED)
            .append(12, 13, "+")
            .at(3)
            .get(14, 15)
            .reads("c+", 3)
            .remove(16, 17)
            .at(4)
            .append(18, 19, "-")
            .answers(MISSING)
            .increment(20, 21)
            .counted(5, "1")
            .increment(22, 23)
            .counted(6, "2"));
  }

  @Test
  void readersOfAWriteUnderWaySeeEither() {
    assertPossible(
        writtenOnce().upsert(2, 9, "b").at(2).get(3, 4).reads("a", 1).get(5, 6).reads("b", 2));
  }

  @Test
  void aReaderGoesBack() {
    assertImpossible(
        writtenOnce().upsert(2, 9, "b").at(2).get(3, 4).reads("b", 2).get(5, 6).reads("a", 1));
  }

  @Test
  void aReadIsStale() {
    assertImpossible(writtenTwice().get(4, 5).reads("a", 1));
  }

  @Test
  void aValueComesFromNowhere() {
    assertImpossible(writtenOnce().get(2, 3).reads("b", 2));
  }

  @Test
  void aCasIsNotTheVersions() {
    assertImpossible(writtenOnce().get(2, 3).reads("a", 2));
  }

  @Test
  void aWriteIsLost() {
    assertImpossible(writtenOnce().get(2, 3).answers(MISSING));
  }

  @Test
  void twoReplaceTheSameVersion() {
    assertImpossible(
        writtenOnce()
            .replace(2, 5, "b", new Version("a", 1))
            .at(2)
            .replace(3, 6, "c", new Version("a", 1))
            .at(3));
  }

  @Test
  void twoInsert() {
    assertImpossible(script().insert(0, 5, "a").at(1).insert(1, 6, "b").at(2));
  }

  @Test
  void aRefusalWithoutReason() {
    assertImpossible(script().insert(0, 1, "a").answers(EXISTS));
    assertImpossible(script().insert(0, 1, "a").at(1).remove(2, 3).answers(MISSING));
    assertImpossible(writtenOnce().replace(2, 3, "b", new Version("a", 1)).answers(CHANGED));
  }

  @Test
  void aDeletedDocumentComesBack() {
    assertImpossible(writtenOnce().remove(2, 3).at(2).get(4, 5).reads("a", 1));
  }

  @Test
  void aCounterSkips() {
    assertImpossible(script().increment(0, 1).counted(1, "1").increment(2, 3).counted(2, "3"));
  }

  @Test
  void twoCountToTheSame() {
    assertImpossible(script().increment(0, 9).counted(1, "1").increment(1, 8).counted(2, "1"));
  }

  @Test
  void answersAreInTheOrderOfTheHistory() {
    assertPossible(
        script().upsert(0, 9, "a").at(2).upsert(1, 8, "b").at(1).get(10, 11).reads("a", 2));
    assertImpossible(
        script().upsert(0, 9, "a").at(2).upsert(1, 8, "b").at(1).get(10, 11).reads("b", 1));
  }

  // Writes without an answer.

  @Test
  void anUnansweredWriteIsDoneLaterOrNever() {
    Script late = writtenOnce().upsert(2, 3, "b").unanswered();
    late.get(4, 5).reads("a", 1).get(20, 21).reads("b", 7);
    assertPossible(late);
    assertPossible(writtenOnce().upsert(2, 3, "b").unanswered().get(4, 5).reads("a", 1));
  }

  @Test
  void anUnansweredWriteIsDoneOnce() {
    assertImpossible(writtenOnce().append(2, 3, "+").unanswered().get(4, 5).reads("a++", 3));
    assertImpossible(
        script()
            .upsert(0, 1, "b")
            .unanswered()
            .get(2, 3)
            .reads("b", 1)
            .upsert(4, 5, "a")
            .at(2)
            .get(6, 7)
            .reads("b", 1));
  }

  @Test
  void anUnansweredWriteIsNotDoneBeforeItIsAskedFor() {
    assertImpossible(script().get(0, 1).reads("a", 1).upsert(2, 3, "a").unanswered());
  }

  @Test
  void unansweredWritesExplainOneAnother() {
    assertPossible(
        script()
            .remove(0, 1)
            .unanswered()
            .insert(0, 1, "b")
            .unanswered()
            .append(0, 1, "+")
            .unanswered()
            .upsert(2, 3, "a")
            .at(1)
            .get(4, 5)
            .reads("b+", 9));
  }

  @Test
  void aReadThatFailedSaysNothing() {
    assertPossible(script().get(0, 1).answers(new Outcome.NotDone("timeout")));
  }

  // Losses.

  @Test
  void whatIsAboveTheCutMayBeLost() {
    assertPossible(
        writtenTwice()
            .get(4, 5)
            .reads("b", 2)
            .branch(6, 7, NEXT, 1, FAILOVER)
            .get(8, 9)
            .reads("a", 1)
            .upsert(10, 11, "c")
            .at(NEXT, 2));
  }

  @Test
  void whatIsBelowTheCutMayNot() {
    assertImpossible(writtenTwice().branch(6, 7, NEXT, 2, FAILOVER).get(8, 9).reads("a", 1));
  }

  @Test
  void nothingIsLostBeforeTheLoss() {
    assertImpossible(writtenTwice().get(4, 5).reads("a", 1).branch(6, 7, NEXT, 1, FAILOVER));
  }

  @Test
  void whatIsLostDoesNotComeBack() {
    assertImpossible(
        writtenTwice()
            .branch(6, 7, NEXT, 1, FAILOVER)
            .get(8, 9)
            .reads("a", 1)
            .get(10, 11)
            .reads("b", 2));
  }

  @Test
  void aDeletionIsLost() {
    Script script =
        writtenOnce()
            .remove(2, 3)
            .at(2)
            .get(4, 5)
            .answers(MISSING)
            .branch(6, 7, NEXT, 1, FAILOVER)
            .get(8, 9)
            .reads("a", 1);
    assertPossible(script);
    assertImpossible(script.get(10, 11).answers(MISSING));
  }

  @Test
  void moreThanAskedForMayBeLeft() {
    assertPossible(
        writtenTwice()
            .branch(6, 7, NEXT, 1, FAILOVER)
            .get(8, 9)
            .reads("b", 2)
            .branch(10, 11, THIRD, 1, FAILOVER)
            .get(12, 13)
            .reads("a", 1));
  }

  @Test
  void unansweredWritesAreOnEitherSideOfTheCut() {
    for (String left : new String[] {"a", "b"}) {
      Script script =
          writtenOnce()
              .upsert(2, 3, "b")
              .unanswered()
              .get(4, 5)
              .reads("b", 3)
              .upsert(6, 7, "c")
              .at(5)
              .branch(8, 9, NEXT, 3, FAILOVER);
      assertPossible(script.get(10, 11).reads(left, left.equals("a") ? 1 : 3));
    }
  }

  @Test
  void durableWritesStayWhenACopyIsGone() {
    Script durable =
        writtenOnce().upsert(2, 3, "b").durably(MAJORITY).at(2).branch(4, 5, NEXT, 1, FAILOVER);
    assertImpossible(durable.get(6, 7).reads("a", 1));
  }

  @Test
  void durableWritesStayWhenADiskIsLeft() {
    assertImpossible(
        writtenOnce()
            .upsert(2, 3, "b")
            .durably(PERSIST_TO_MAJORITY)
            .at(2)
            .branch(4, 5, NEXT, 1, CRASH)
            .get(6, 7)
            .reads("a", 1));
    assertPossible(
        writtenOnce()
            .upsert(2, 3, "b")
            .durably(MAJORITY)
            .at(2)
            .branch(4, 5, NEXT, 1, CRASH)
            .get(6, 7)
            .reads("a", 1));
  }

  @Test
  void nobodyWritesOnABranchThatEnded() {
    assertImpossible(
        writtenOnce()
            .branch(4, 5, NEXT, 1, FAILOVER)
            .get(6, 7)
            .reads("a", 1)
            .upsert(8, 9, "b")
            .at(2));
  }

  @Test
  void nobodyWritesOnABranchThatHasNotBegun() {
    assertImpossible(script().upsert(0, 1, "a").at(NEXT, 2).branch(4, 5, NEXT, 1, FAILOVER));
  }

  @Test
  void seqnosOnABranchComeAfterItsCut() {
    assertImpossible(writtenOnce().branch(4, 5, NEXT, 7, FAILOVER).upsert(6, 7, "b").at(NEXT, 7));
  }

  // Bounds.

  /** Each round could be explained by the writes of all rounds before, which nobody saw. */
  @Test
  void longHistoriesWithManyWritesWithoutAnswerAreDecided() {
    Script script = script();
    long vbuuid = BEGINNING;
    long seqno = 0;
    long value = 0;
    long time = 0;
    for (int round = 1; round <= 40; round++) {
      script.increment(time, time + 1).unanswered().remove(time, time + 1).unanswered();
      for (int i = 0; i < 20; i++) {
        time += 2;
        Token token = new Token(0, vbuuid, ++seqno);
        String count = String.valueOf(++value);
        script.increment(time, time + 1).answers(new Outcome.Written(seqno, token, count));
      }
      time += 2;
      script.increment(time, time + 9).unanswered().increment(time, time + 9).unanswered();
      script.get(time + 10, time + 11).reads(String.valueOf(value + 2), seqno + 1_000);
      time += 20;
      vbuuid = NEXT + round;
      script.branch(time, time + 1, vbuuid, seqno, CRASH);
      time += 2;
    }

    assertPossible(script);
  }

  @Test
  void whatTakesTooLongIsUndecided() {
    Script script = script().upsert(0, 1, "").at(1);
    for (int i = 0; i < 24; i++) {
      script.append(2, 100, String.valueOf((char) ('a' + i))).unanswered();
    }
    script.get(200, 201).reads("zzz", 9);

    assertThat(script.verdict()).isInstanceOf(Linearizability.Verdict.Undecided.class);
  }
}
