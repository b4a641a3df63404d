package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.DataVbucket.Row;
import io.channelindex.index.write.IndexReading.Place;
import io.channelindex.index.write.MemoryHistory.Trouble;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.InMemoryIndexBucket;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Random histories of an index in memory, against the same model and the same clients as those of
 * an index in a bucket (invariants 1, 3 to 9, 12 and 14).
 */
@ExtendWith(Silence.class)
class MemoryHistoriesTest {
  @Test
  void withoutTroubleReadersSeeTheDataAtTheStableClock() {
    assertHistories(EnumSet.noneOf(Trouble.class), 1_000);
  }

  @Test
  void whatIsBroughtAgainIsNoNews() {
    assertHistories(EnumSet.of(Trouble.REPLAY, Trouble.DISCONNECT, Trouble.TAKE_AGAIN), 2_000);
  }

  @Test
  void tokensGoOnOverRestartsAndOnOtherNodes() {
    assertHistories(EnumSet.of(Trouble.RESTART, Trouble.COMPACT), 3_000);
  }

  @Test
  void lostHistoryIsUndone() {
    assertHistories(EnumSet.of(Trouble.FAIL_OVER, Trouble.DISCONNECT), 4_000);
  }

  @Test
  void lostHistoryIsUndoneByNodesThatNeverSawIt() {
    assertHistories(EnumSet.of(Trouble.FAIL_OVER, Trouble.RESTART, Trouble.TAKE_AGAIN), 5_000);
  }

  @Test
  void purgedAndFlushedDocumentsDoNotStay() {
    assertHistories(EnumSet.of(Trouble.PURGE, Trouble.FLUSH, Trouble.TAKE_AGAIN), 6_000);
  }

  @Test
  void everythingGoesWrongAtOnce() {
    assertHistories(Histories.troubles(Trouble.class, EnumSet.allOf(Trouble.class)), 7_000);
  }

  @Test
  void rowsStayWhenTheLogForgetsTheirBranch() {
    PartitionMap map = new PartitionMap(1, 1);
    DataVbucket source = new DataVbucket(0, 3);
    Turns turns = new Turns(new Random(1));
    InMemoryIndexBucket bucket = new InMemoryIndexBucket(turns);
    MemoryNode node =
        new MemoryNode(turns, new Random(2), map, Map.of(0, source), bucket, List.of("a"));
    source.write("left", Optional.of(Set.of("a")));
    source.write("left", Optional.of(Set.of()));
    source.write("stays", Optional.of(Set.of("a")));
    catchUp(turns, node);
    Map<Place, Row> before = node.rows("a", 0);
    assertThat(before).hasSize(2);

    for (int i = 1; i <= 4; i++) {
      source.failOver(source.high());
      node.streams.disconnectAll();
      catchUp(turns, node);
      assertThat(node.rows("a", 0)).as("after failover %d", i).isEqualTo(before);
    }
    source.write("stays", Optional.empty());
    catchUp(turns, node);
    assertThat(node.check()).isPositive();
  }

  private static void catchUp(Turns turns, MemoryNode node) {
    for (int round = 0; !node.isFinished(0); round++) {
      assertThat(round).as("rounds: %s", node.describe(0)).isLessThan(1_000);
      node.feed(0);
      turns.steps(20);
    }
  }

  /** Nothing is wrong, though all of this went wrong and clients read all the time. */
  private static void assertHistories(Set<Trouble> troubles, long base) {
    Histories.ofSeedsFrom(base * 1_000, seed -> MemoryHistory.run(seed, troubles))
        .assertSufficient(troubles);
  }
}
