package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Random histories against a model (invariants 1 to 6, 12 and 14). A history that fails names its
 * seed; {@code -Dhistory.seed=…} runs only that one.
 */
class WriterHistoriesTest {
  private static final int HISTORIES = Integer.getInteger("history.count", 80);

  private static Level level;

  /** Histories provoke what a writer complains about, many thousand times. */
  @BeforeAll
  static void silence() {
    Logger logger = (Logger) LoggerFactory.getLogger(PartitionWriter.class.getPackageName());
    level = logger.getLevel();
    logger.setLevel(Level.OFF);
  }

  @AfterAll
  static void speak() {
    ((Logger) LoggerFactory.getLogger(PartitionWriter.class.getPackageName())).setLevel(level);
  }

  @Test
  void withoutTroubleReadersSeeTheDataAtTheStableClock() {
    long handedOver = run(EnumSet.noneOf(Trouble.class), 1_000);
    assertThat(handedOver).as("entries that clients were shown unread").isPositive();
  }

  @Test
  void faultsCrashesAndLateOwnersBreakNothing() {
    run(
        EnumSet.of(
            Trouble.FAULT, Trouble.RELEASE, Trouble.CRASH, Trouble.TAKE_OVER, Trouble.DISCONNECT),
        2_000);
  }

  @Test
  void lostHistoryOfTheDataIsUndoneInTheIndex() {
    run(EnumSet.of(Trouble.FAIL_OVER, Trouble.CRASH, Trouble.DISCONNECT), 3_000);
  }

  @Test
  void historyThatIsLostAgainBeforeItIsIndexed() {
    run(EnumSet.of(Trouble.FAIL_OVER_TWICE, Trouble.CRASH, Trouble.TAKE_OVER), 6_000);
  }

  @Test
  void purgedAndFlushedDocumentsDoNotStay() {
    run(EnumSet.of(Trouble.PURGE, Trouble.FLUSH, Trouble.CRASH), 4_000);
  }

  @Test
  void everythingGoesWrongAtOnce() {
    run(EnumSet.allOf(Trouble.class), 5_000);
  }

  /** Runs histories; how many entries their owners handed over to clients. */
  private static long run(Set<Trouble> troubles, long base) {
    Long only = Long.getLong("history.seed");
    if (only != null) {
      return run(only, troubles);
    }
    long handedOver = 0;
    for (long seed = base * 1_000; seed < base * 1_000 + HISTORIES; seed++) {
      handedOver += run(seed, troubles);
    }
    return handedOver;
  }

  private static long run(long seed, Set<Trouble> troubles) {
    WriterHistory history = new WriterHistory(seed);
    try {
      history.take();
      for (int i = 0; i < 200; i++) {
        history.act(troubles);
      }
      history.finish();
    } catch (RuntimeException | AssertionError failure) {
      throw new AssertionError("history fails: seed=" + seed + ", troubles=" + troubles, failure);
    }
    assertThat(history.taken).isPositive();
    return history.clients.handedOver();
  }
}
