package io.channelindex.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private final AtomicLong vbuuids = new AtomicLong(100);
  private final History history = new History(vbuuids::incrementAndGet, new LongAdder());

  private Item append(String key) {
    Item item = Items.document(key, history.nextSeqno(Durability.NONE));
    history.append(item);
    return item;
  }

  private Item replace(Item old, String key) {
    Item item = Items.document(key, history.nextSeqno(Durability.NONE));
    history.supersede(old);
    history.append(item);
    return item;
  }

  private List<Long> readAll(History.Cursor cursor) {
    List<Long> seqnos = new ArrayList<>();
    while (!cursor.isExhausted()) {
      history.read(cursor, 2, Long.MAX_VALUE, item -> seqnos.add(item.seqno()));
    }
    return seqnos;
  }

  @Test
  void aSupersededVersionLeavesAtOnce() {
    Item first = append("a");
    replace(first, "a");

    assertThat(readAll(history.open(0, 2))).containsExactly(2L);
    assertThat(history.retained()).isZero();
  }

  @Test
  void anOpenCursorSeesTheVersionOfItsTime() {
    Item first = append("a");
    History.Cursor cursor = history.open(0, 1);

    replace(first, "a");

    assertThat(readAll(cursor)).containsExactly(1L);
  }

  @Test
  void aLaterCursorPassesOverWhatIsKeptForAnEarlierOne() {
    Item first = append("a");
    History.Cursor early = history.open(0, 1);
    replace(first, "a");
    History.Cursor late = history.open(0, 2);

    assertThat(readAll(late)).containsExactly(2L);
    assertThat(readAll(early)).containsExactly(1L);
  }

  @Test
  void aLaterCursorDoesNotKeepWhatItDoesNotSee() {
    Item first = append("a");
    History.Cursor early = history.open(0, 1);
    replace(first, "a");
    history.open(0, 2);
    assertThat(history.retained()).isEqualTo(1);

    history.close(early);

    assertThat(history.retained()).isZero();
  }

  @Test
  void overlappingCursorsKeepOneVersionEach() {
    Item current = append("a");
    History.Cursor last = history.open(0, 1);
    for (int i = 0; i < 1000; i++) {
      current = replace(current, "a");
      History.Cursor next = history.open(0, history.highSeqno());
      history.close(last);
      last = next;
      assertThat(history.retained()).isLessThanOrEqualTo(1);
    }
    assertThat(readAll(last)).containsExactly(history.highSeqno());
  }

  @Test
  void whatACursorHasPassedIsNotKept() {
    Item first = append("a");
    append("b");
    append("c");
    History.Cursor cursor = history.open(0, 3);
    history.read(cursor, 1, Long.MAX_VALUE, item -> assertThat(item).isSameAs(first));

    replace(first, "a");

    assertThat(history.retained()).isZero();
    assertThat(readAll(cursor)).containsExactly(2L, 3L);
  }

  @Test
  void aCursorDoesNotSeeWhatComesAfterItsEnd() {
    append("a");
    History.Cursor cursor = history.open(0, 1);
    append("b");

    assertThat(readAll(cursor)).containsExactly(1L);
  }

  @Test
  void aCrashGoesBackToWhatIsPersisted() {
    Item a = append("a");
    append("b");
    history.pausePersistence();
    Item newA = replace(a, "a");
    replace(newA, "a");
    append("c");
    assertThat(history.persistedSeqno()).isEqualTo(2);
    List<Long> survivors = new ArrayList<>();

    history.goBack(
        history.survivingSeqno(OptionalLong.empty()), item -> survivors.add(item.seqno()));
    history.branch();

    assertThat(survivors).containsExactly(1L, 2L);
    assertThat(history.highSeqno()).isEqualTo(2);
    assertThat(history.persistedSeqno()).isEqualTo(2);
    assertThat(history.memoryFloor()).isEqualTo(2);
    assertThat(history.retained()).isZero();
    assertThat(history.failoverLog().branches())
        .containsExactly(new FailoverLog.Branch(102, 2), new FailoverLog.Branch(101, 0));
  }

  @Test
  void aCrashForgetsWhatOnlyCursorsKept() {
    Item a = append("a");
    History.Cursor cursor = history.open(0, 1);
    replace(a, "a");
    List<Long> survivors = new ArrayList<>();

    history.goBack(
        history.survivingSeqno(OptionalLong.empty()), item -> survivors.add(item.seqno()));

    assertThat(survivors).containsExactly(2L);
    assertThat(cursor.isExhausted()).isTrue();
    assertThat(readAll(history.open(0, 2))).containsExactly(2L);
  }

  @Test
  void readersPassOverWhatIsKeptForACrash() {
    Item a = append("a");
    history.pausePersistence();
    replace(a, "a");

    assertThat(readAll(history.open(0, 2))).containsExactly(2L);
  }

  @Test
  void resumedPersistenceReleasesWhatWasKeptForACrash() {
    Item a = append("a");
    history.pausePersistence();
    replace(a, "a");
    assertThat(history.retained()).isEqualTo(1);

    history.resumePersistence();

    assertThat(history.retained()).isZero();
    assertThat(history.persistedSeqno()).isEqualTo(2);
  }

  @Test
  void pausingTwiceKeepsTheFirstPoint() {
    append("a");
    history.pausePersistence();
    append("b");
    history.pausePersistence();

    assertThat(history.persistedSeqno()).isEqualTo(1);
  }

  @Test
  void streamsNearTheEndAreServedFromMemory() {
    for (int i = 0; i < 10_005; i++) {
      append("k" + i);
    }

    assertThat(history.memoryFloor()).isEqualTo(5);
  }
}
