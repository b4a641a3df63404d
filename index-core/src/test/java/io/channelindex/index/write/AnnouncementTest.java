package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.CommitListener;
import io.channelindex.storage.Entry;
import io.channelindex.storage.format.StableDocument;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a writer tells of its commits: everything that becomes readable with one, or nothing. */
class AnnouncementTest {
  private final OnePartition partition = new OnePartition();
  private final List<CommitListener.Announcement> announced = new ArrayList<>();
  private final List<StableDocument> committed = new ArrayList<>();

  AnnouncementTest() {
    partition.listener =
        new CommitListener() {
          @Override
          public void committing(Announcement announcement) {
            announced.add(announcement);
          }

          @Override
          public void committed(StableDocument document) {
            committed.add(document);
          }
        };
  }

  @Test
  void entriesAreAnnouncedWithTheCommitThatRevealsThem() {
    PartitionWriter writer = partition.takeAndOpen(1);
    partition.tell(writer, partition.document("x", 1, "a", "b"));
    partition.turns.untilQuiet();
    assertThat(announced).hasSize(1);
    CommitListener.Announcement first = announced.get(0);
    assertThat(first.entries()).containsOnlyKeys("a", "b", "*");
    assertThat(first.entries().get("a")).extracting(Entry::documentId).containsExactly("x");
    assertThat(committed).containsExactly(partition.reading.stable());
    assertThat(first.commit()).isEqualTo(committed.get(0).commit());
    assertThat(first.owner()).isEqualTo(committed.get(0).owner());
    assertThat(first.partition()).isZero();
  }

  @Test
  void aCommitThatRevealsWhatEarlierOnesWroteIsNotAnnounced() {
    PartitionWriter writer = partition.takeAndOpen(2);
    partition.tell(writer, partition.document("x", 1, "a"));
    partition.turns.untilQuiet();
    assertThat(committed).hasSize(1);
    assertThat(committed.get(0).vbucket(0).stable()).as("in the middle of a snapshot").isZero();
    partition.tell(writer, partition.document("y", 2, "b"));
    partition.turns.untilQuiet();
    assertThat(committed).hasSize(2);
    assertThat(committed.get(1).vbucket(0).stable()).isEqualTo(2);
    assertThat(announced).as("the first, which reveals nothing").hasSize(1);

    writer.snapshot(0, 3, 3);
    partition.tell(writer, partition.document("z", 3, "a"));
    partition.turns.untilQuiet();
    assertThat(announced).hasSize(2);
    assertThat(announced.get(1).entries().get("a"))
        .extracting(Entry::documentId)
        .containsExactly("z");
  }
}
