package io.channelindex.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SeqnoLogTest {
  /** The log and what it must look like. */
  private static final class Compared {
    private final SeqnoLog log = new SeqnoLog(new LongAdder());
    private final NavigableMap<Long, Item> model = new TreeMap<>();
    private long seqno;

    void append(int gap, int valueLength) {
      seqno += gap;
      Item item = Items.document("k" + seqno, seqno, valueLength);
      log.append(item);
      model.put(seqno, item);
    }

    void remove(long near) {
      Long chosen = model.ceilingKey(near);
      if (chosen != null) {
        log.remove(model.remove(chosen));
      }
    }

    void removeIf(Predicate<Item> condition) {
      log.removeIf(condition);
      model.values().removeIf(condition);
    }

    void crash(long survivingSeqno) {
      removeIf(item -> item.seqno() > survivingSeqno);
      seqno = Math.min(seqno, survivingSeqno);
    }

    void checkWindow(long after, long until, int maxItems, long maxBytes) {
      List<Item> expected = new ArrayList<>();
      long bytes = 0;
      long expectedPosition = until;
      for (Item item : model.subMap(after, false, until, true).values()) {
        expected.add(item);
        bytes += item.payloadBytes();
        if (expected.size() == maxItems || bytes >= maxBytes) {
          expectedPosition = item.seqno();
          break;
        }
      }
      List<Item> read = new ArrayList<>();

      long position = log.read(after, until, maxItems, maxBytes, read::add);

      assertThat(read).containsExactlyElementsOf(expected);
      assertThat(position).isEqualTo(expectedPosition);
      assertThat(log.size()).isEqualTo(model.size());
    }
  }

  @Property(tries = 150)
  void equalsASortedMap(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int steps) {
    Random random = new Random(seed);
    // Logs that mostly grow, that mostly shrink, and that are in balance.
    int removalWeight = random.nextInt(12);
    int maxGap = 1 + random.nextInt(3);
    Compared compared = new Compared();
    for (int step = 0; step < steps; step++) {
      int choice = random.nextInt(20);
      if (choice < removalWeight) {
        compared.remove(random.nextLong(compared.seqno + 1));
      } else if (choice == 19 && random.nextInt(50) == 0) {
        compared.crash(random.nextLong(compared.seqno + 1));
      } else if (choice == 18 && random.nextInt(20) == 0) {
        int rest = random.nextInt(3);
        compared.removeIf(item -> item.seqno() % 3 == rest);
      } else {
        compared.append(1 + random.nextInt(maxGap), random.nextInt(30));
      }
      if (step % 64 == 0 || step == steps - 1) {
        long after = random.nextLong(compared.seqno + 2);
        long until = after + random.nextLong(compared.seqno + 2);
        compared.checkWindow(after, until, 1 + random.nextInt(300), 1 + random.nextInt(2000));
        compared.checkWindow(0, compared.seqno, Integer.MAX_VALUE, Long.MAX_VALUE);
      }
    }
  }

  @Test
  void isReadInWindowsThatMeetEachOther() {
    SeqnoLog log = new SeqnoLog(new LongAdder());
    for (long seqno = 1; seqno <= 1000; seqno++) {
      log.append(Items.document("k", seqno));
    }
    List<Long> read = new ArrayList<>();

    long position = 0;
    while (position < 1000) {
      position = log.read(position, 1000, 7, Long.MAX_VALUE, item -> read.add(item.seqno()));
    }

    assertThat(read).hasSize(1000).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void anItemLargerThanTheBudgetIsHandedOverAlone() {
    SeqnoLog log = new SeqnoLog(new LongAdder());
    log.append(Items.document("a", 1, 100));
    log.append(Items.document("b", 2, 100));
    List<Item> read = new ArrayList<>();

    long position = log.read(0, 2, 10, 50, read::add);

    assertThat(read).extracting(Item::seqno).containsExactly(1L);
    assertThat(position).isEqualTo(1);
  }

  @Test
  void packsWhenMostOfItIsHoles() {
    SeqnoLog log = new SeqnoLog(new LongAdder());
    Item kept = Items.document("kept", 1);
    log.append(kept);
    Item last = kept;
    for (long seqno = 2; seqno <= 100_000; seqno++) {
      Item next = Items.document("hot", seqno);
      log.append(next);
      if (last != kept) {
        log.remove(last);
      }
      last = next;
    }

    assertThat(log.size()).isEqualTo(2);
    assertThat(log.slots()).isLessThanOrEqualTo(4 * SeqnoLog.SEGMENT_ITEMS + 1);
    List<Item> read = new ArrayList<>();
    log.read(0, 100_000, 10, Long.MAX_VALUE, read::add);
    assertThat(read).containsExactly(kept, last);
  }

  @Test
  void refusesToRemoveWhatIsNotThere() {
    SeqnoLog log = new SeqnoLog(new LongAdder());
    Item item = Items.document("a", 1);
    log.append(item);
    log.append(Items.document("b", 2));
    log.remove(item);

    assertThatThrownBy(() -> log.remove(item)).hasMessageContaining("not in the log: item=");
    assertThatThrownBy(() -> log.remove(Items.document("b", 2)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEmptyLogHandsOverNothing() {
    SeqnoLog log = new SeqnoLog(new LongAdder());

    long position =
        log.read(
            0,
            99,
            1,
            1,
            item -> {
              throw new AssertionError(item);
            });

    assertThat(position).isEqualTo(99);
    log.removeIf(item -> true);
    assertThat(log.size()).isZero();
  }
}
