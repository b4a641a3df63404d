package io.channelindex.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.channelindex.sequence.PartitionMap;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the configuration may say about a node's partitions (F1). */
class PartitionSetTest {
  private static final PartitionMap MAP = new PartitionMap(1024, 64);

  private static SortedSet<Integer> ids(String... values) {
    return PartitionSet.parse(List.of(values), MAP).ids();
  }

  @Test
  void readsIdsAndRangesInAnyOrder() {
    assertThat(ids("40", " 2 - 4 ", "0", "63-63")).containsExactly(0, 2, 3, 4, 40, 63);
    assertThat(ids()).isEmpty();
    assertThat(ids("all"))
        .containsExactlyElementsOf(IntStream.range(0, 64).boxed().toList())
        .isEqualTo(PartitionSet.all(MAP).ids())
        .isEqualTo(ids("0-63"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "64|no such partition: value=64, max=63",
        "60-64|no such partition: value=60-64, max=63",
        "5-4|range of partitions is backwards: value=5-4",
        "-1|value=-1, example=0-63",
        "1-|value=1-, example=0-63",
        "1-2-3|value=1-2-3",
        "1,2|value=1,2",
        "''|value=, example",
        "ALL|value=ALL",
        "99999999999|value=99999999999",
        "²|value=²"
      })
  void refusesWhatIsNoPartition(String value, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ids(value))
        .withMessageContaining(message);
  }

  @Test
  void refusesWhatIsNamedTwice() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ids("0-31", "40", "31-33"))
        .withMessage("partition is given twice: value=31-33, partition=31");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ids("7", "all"))
        .withMessage("partition is given twice: value=all, partition=7");
  }
}
