package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.FailoverEntry;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What had raised a channel's clock highest is undone, and compaction takes it away: the clock must
 * not speak of a block any more that nobody has written, or neither readers nor owners get on.
 */
class CompactedAwayTest {
  private static final List<FailoverEntry> AFTER_LOSS =
      List.of(new FailoverEntry(78, 1), new FailoverEntry(77, 0));

  static Stream<Layout> layouts() {
    return Layouts.all().stream();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void theNextOwnerGoesOn(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    PartitionWriter writer = partition.takeAndOpen(1);
    partition.tell(writer, partition.document("kept", 1, "a"));
    writer.snapshot(0, 2, 5);
    partition.tell(writer, partition.document("undone", 5, "a"));
    partition.turns.untilQuiet();
    partition.documents.remove("undone");
    CompletableFuture<?> rolledBack = writer.rollback(0, 1, AFTER_LOSS).toCompletableFuture();
    partition.turns.untilQuiet();
    assertThat(rolledBack).isCompleted();
    CompletableFuture<Void> compacted = writer.compact().toCompletableFuture();
    partition.turns.untilQuiet();
    assertThat(compacted).isCompleted();
    assertThat(partition.rows("a")).containsExactly("kept@1 ACTIVE");

    PartitionWriter next = partition.take();
    next.opened(0, AFTER_LOSS);
    next.snapshot(0, 1, 2);
    partition.tell(next, partition.document("new", 2, "a"));
    partition.turns.untilQuiet();
    assertThat(next.status().state()).isEqualTo(WriterStatus.State.RUNNING);
    assertThat(partition.rows("a")).containsExactly("kept@1 ACTIVE", "new@2 ACTIVE");
  }
}
