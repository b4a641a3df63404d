package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockEntriesTest {
  private static Entry entry(String document, long seqno, EntryState state) {
    return new Entry(document, seqno + "-x", 1, seqno, 4711, state);
  }

  @Test
  void keepsTheNewestEntryOfEachDocumentInTheOrderOfIndexing() {
    Entry former = entry("a", 3, EntryState.ACTIVE);
    Entry other = entry("b", 4, EntryState.ACTIVE);
    Entry left = entry("a", 5, EntryState.REMOVED);
    Entry restored = entry("b", 2, EntryState.ACTIVE);
    Entry beyondSigned = entry("c", -1, EntryState.ACTIVE);
    Entry before = entry("c", 1, EntryState.ACTIVE);

    BlockEntries block =
        BlockEntries.of(List.of(former, other, left, restored, beyondSigned, before));

    assertThat(block.entries()).containsExactly(other, left, beyondSigned);
    assertThat(block.bytes()).isEqualTo(BlockEntries.of(block.entries()).bytes());
  }

  @Test
  void keepsTheLaterOfTwoWithTheSameSeqno() {
    Entry madeUp = new Entry("a", "1-x", 1, 3, 4711, EntryState.REMOVED);
    Entry again = new Entry("a", "2-y", 1, 3, 4711, EntryState.DELETED);
    Entry repeated = new Entry("a", "2-y", 1, 3, 4711, EntryState.DELETED);

    assertThat(BlockEntries.of(List.of(madeUp, again, repeated)).entries())
        .containsExactly(repeated);
  }
}
