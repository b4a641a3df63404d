package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.CommitListener.Announcement;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.format.StableDocument;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the writers of this process commit reaches its followers without being read back. */
class HandedOverTest {
  private static final Executor THREADS = ForkJoinPool.commonPool();

  private final TestIndex content = new TestIndex(4, 2);
  private TestReader reader;
  private Follower follower;

  @BeforeEach
  void follow() {
    // The first commit: a reader has to have seen it to know what the next one adds.
    write(1);
    content.commit(0);
    reader = new TestReader(content);
    follower = reader.follow(new Since.Now(), "a");
  }

  @AfterEach
  void close() {
    reader.close();
  }

  private void write(long seqno) {
    content.add("a", 0, seqno, "doc" + seqno, EntryState.ACTIVE);
    content.stable(0, seqno);
  }

  private List<String> told() {
    return TestReader.ids(TestReader.drain(follower, 100));
  }

  private long reads() {
    return reader.index.statistics().reads();
  }

  @Test
  void nobodyReadsBackWhatWasCommittedHere() {
    write(2);
    reader.index.commits().committing(content.announcement(0));
    assertThat(told()).as("announced, not committed").isEmpty();
    reader.index.commits().committed(content.commit(0));
    assertThat(told()).containsExactly("doc2");
    assertThat(reads()).isZero();
    assertThat(reader.index.statistics().handedOver()).isEqualTo(1);
  }

  @Test
  void aWaitingFollowerIsTold() {
    told();
    var news = follower.news();
    write(2);
    reader.index.commits().committing(content.announcement(0));
    reader.index.commits().committed(content.commit(0));
    TestReader.get(news);
    assertThat(told()).containsExactly("doc2");
    assertThat(reads()).isZero();
  }

  @Test
  void nobodySleepsThroughACommit() {
    for (int seqno = 2; seqno < 1_000; seqno++) {
      told();
      CompletionStage<Page> woken =
          follower.news().thenComposeAsync(news -> follower.next(100), THREADS);
      write(seqno);
      reader.index.commits().committing(content.announcement(0));
      reader.index.commits().committed(content.commit(0));
      // Whoever is woken finds what woke it.
      assertThat(TestReader.ids(TestReader.get(woken).rows())).containsExactly("doc" + seqno);
    }
    assertThat(reads()).isZero();
  }

  @Test
  void theIndexBucketMayTellBeforeItAnswers() {
    write(2);
    reader.index.commits().committing(content.announcement(0));
    StableDocument document = content.commit(0);
    reader.push(document);
    reader.index.commits().committed(document);
    assertThat(told()).containsExactly("doc2");
    assertThat(reads()).isZero();
  }

  @Test
  void whatTheClockHasNotPassedIsNotShownYet() {
    write(2);
    content.add("a", 0, 3, "doc3", EntryState.ACTIVE);
    reader.index.commits().committing(content.announcement(0));
    reader.index.commits().committed(content.commit(0));
    assertThat(told()).containsExactly("doc2");
    content.stable(0, 3);
    reader.index.commits().committed(content.commit(0, touched()));
    assertThat(told()).as("not announced: it has to be read").containsExactly("doc3");
    assertThat(reads()).isPositive();
  }

  @Test
  void entriesOfLostHistoryAreNotShown() {
    write(2);
    Announcement announcement = content.announcement(0);
    content.history(
        0,
        content
            .history(0)
            .rolledBack(1, 1, List.of(new io.channelindex.sequence.FailoverEntry(77, 1))));
    content.stable(0, 1);
    reader.index.commits().committing(announcement);
    reader.index.commits().committed(content.commit(0));
    assertThat(told()).isEmpty();
  }

  @Test
  void anAnnouncementCountsForItsOwnCommitOnly() {
    write(2);
    Announcement first = content.announcement(0);
    reader.index.commits().committing(first);
    content.commit(0);
    write(3);
    reader.index.commits().committed(content.commit(0));
    assertThat(told()).as("one commit was missed").containsExactly("doc2", "doc3");
    assertThat(reads()).isPositive();

    write(4);
    Announcement next = content.announcement(0);
    reader
        .index
        .commits()
        .committing(
            new Announcement(next.partition(), "somebody else", next.commit(), next.entries()));
    reader.index.commits().committed(content.commit(0));
    assertThat(told()).containsExactly("doc4");
    assertThat(reader.index.statistics().handedOver()).isZero();
  }

  @Test
  void aTailThatIsBehindReadsEverythingThatItLacks() {
    told();
    write(2);
    reader.push(content.commit(0));
    write(3);
    reader.index.commits().committing(content.announcement(0));
    reader.index.commits().committed(content.commit(0));
    assertThat(told()).containsExactly("doc2", "doc3");
    assertThat(reader.index.statistics().handedOver()).isZero();
  }

  @Test
  void aChannelOfAnotherNameWithTheSameHashGetsNothing() {
    content.add("b", 0, 2, "other", EntryState.ACTIVE);
    content.stable(0, 2);
    reader.index.commits().committing(content.announcement(0));
    reader.index.commits().committed(content.commit(0, touched()));
    assertThat(told()).isEmpty();
    assertThat(reads()).isZero();
  }

  /** The channel that is followed, whether it has anything new or not. */
  private static StableDocument.Touched touched() {
    return new StableDocument.Touched(
        List.of(io.channelindex.storage.IndexKeys.channelHash("a")), false);
  }
}
