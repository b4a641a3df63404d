package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Something goes wrong with each of the writes of a compaction, once or until its owner gives up:
 * nothing is lost, and nothing is left that nobody knows of (W9).
 */
@ExtendWith(Silence.class)
class CompactionFaultsTest {
  private static final int DOCUMENTS = 12;
  private static final int UPDATES = 180;
  private static final long LASTING = 1_000;

  static Stream<Arguments> faults() {
    List<Arguments> faults = new ArrayList<>();
    for (Layout layout : Layouts.all()) {
      for (Action action : List.of(Action.FAIL, Action.LOSE_ANSWER)) {
        faults.add(Arguments.of(layout, action, 1));
        faults.add(Arguments.of(layout, action, LASTING));
      }
    }
    return faults.stream();
  }

  @ParameterizedTest
  @MethodSource("faults")
  void nothingIsLostAndNothingIsLeft(Layout layout, Action action, long times) {
    int nth = 0;
    while (compactsWithFault(layout, action, nth, times)) {
      nth++;
    }
    assertThat(nth).as("writes that went wrong").isGreaterThan(5);
  }

  /** Whether there was such a write to go wrong. */
  private static boolean compactsWithFault(Layout layout, Action action, int nth, long times) {
    OnePartition partition = new OnePartition(layout);
    partition.compactEntries = 60;
    PartitionWriter writer = partition.takeAndOpen(UPDATES);
    for (int seqno = 1; seqno <= UPDATES; seqno++) {
      partition.tell(writer, partition.document("doc" + seqno % DOCUMENTS, seqno, "a"));
    }
    partition.turns.untilQuiet();
    List<String> before = partition.rows("a");

    BucketFault fault =
        partition.bucket.inject(
            BucketFault.of(action).on(Operation::isWrite).after(nth).times(times));
    writer.compact();
    partition.turns.untilQuiet();
    partition.bucket.clearFaults();
    String what = action + " of write " + nth + ", times=" + times;
    assertThat(partition.rows("a")).as(what).isEqualTo(before);

    PartitionWriter next = partition.take();
    for (int i = 0; i < 2; i++) {
      next.compact();
      partition.turns.untilQuiet();
    }
    assertThat(next.status().state()).as(what).isEqualTo(WriterStatus.State.RUNNING);
    assertThat(partition.rows("a")).as(what).isEqualTo(before);
    assertThat(Litter.in(partition)).as(what).isEmpty();
    byte[] head = partition.bucket.peek(partition.keys.head("a", 0));
    assertThat(ChannelHead.decode("head", "a", head).compacted().retired()).as(what).isEmpty();
    return fault.hits() > 0;
  }
}
