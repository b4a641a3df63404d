package io.channelindex.index.read;

import static io.channelindex.index.read.TestReader.drain;
import static io.channelindex.index.read.TestReader.get;
import static io.channelindex.index.read.TestReader.ids;
import static io.channelindex.storage.EntryState.ACTIVE;
import static io.channelindex.storage.EntryState.REMOVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.FailoverEntry;
import io.channelindex.storage.format.StableDocument.Touched;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A document leaves its channel at 5, another one changes at 10. History above 9 is lost, and later
 * that above 4: who was told that the first one left has to be told that it is back.
 */
@ParameterizedClass
@EnumSource
class UndoneTwiceTest {
  private static final long FIRST = 1000;
  private static final long SECOND = 77;
  private static final long THIRD = 78;

  private final TestIndex content = new TestIndex(4, 2);
  private final TestReader.Rows kind;
  private TestReader reader;
  private Follower follower;

  UndoneTwiceTest(TestReader.Rows kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    reader = new TestReader(content, kind);
    content.commit("a", 0, 1, "moved", ACTIVE);
    content.commit("a", 0, 2, "busy", ACTIVE);
    reader.refresh();
    follower = reader.follow(new Since.Beginning(), "a");
    assertThat(ids(drain(follower, 5))).containsExactly("moved", "busy");
    content.commit("a", 0, 5, "moved", REMOVED);
    content.commit("a", 0, 10, "busy", ACTIVE);
    reader.refresh();
  }

  @AfterEach
  void close() {
    reader.close();
    content.bucket.close();
  }

  private void loseAboveNine() {
    rollBack(9, 1, new FailoverEntry(SECOND, 9), new FailoverEntry(FIRST, 0));
    content.add("a", 0, 2, "busy", ACTIVE);
    publish();
  }

  private void loseAboveFour() {
    rollBack(4, 0, new FailoverEntry(THIRD, 4), new FailoverEntry(FIRST, 0));
    content.add("a", 0, 1, "moved", ACTIVE);
    publish();
  }

  private void rollBack(long to, long resume, FailoverEntry... log) {
    content.history(0, content.history(0).rolledBack(to, resume, List.of(log)));
    content.stable(0, to);
  }

  private void publish() {
    content.commit(0, Touched.ALL);
    reader.refresh();
  }

  private void assertToldThatItIsBack(String seq) {
    assertThat(drain(reader.resume(seq, "a"), 5))
        .filteredOn(row -> row.documentId().equals("moved"))
        .singleElement()
        .satisfies(row -> assertThat(row.removed()).isEmpty());
  }

  @Test
  void aFeedThatWasSetBackRemembersWhatItHasSeen() {
    assertThat(drain(follower, 5)).hasSize(2);
    loseAboveNine();
    String seq = reader.resume(follower.lastSeq(), "a").lastSeq();
    loseAboveFour();

    assertToldThatItIsBack(seq);
  }

  @Test
  void aPageThatWasSetBackRemembersWhatItHasSeen() {
    Page page = get(follower.next(1));
    assertThat(page.rows())
        .singleElement()
        .satisfies(row -> assertThat(row.removed()).containsExactly("a"));
    loseAboveNine();
    String seq = get(reader.resume(page.lastSeq(), "a").next(1)).lastSeq();
    loseAboveFour();

    assertToldThatItIsBack(seq);
  }

  @Test
  void aFeedThatWasSetBackAndHasCaughtUpIsLikeAnyOther() {
    assertThat(drain(follower, 5)).hasSize(2);
    loseAboveNine();

    assertThat(ids(drain(follower, 1))).containsExactly("busy", "moved");
    loseAboveFour();
    assertThat(ids(drain(follower, 1))).containsExactly("moved", "busy");
    assertThat(get(follower.next(1)).rows()).isEmpty();
  }
}
