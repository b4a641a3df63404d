package io.channelindex.embedded.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The items of one vbucket in seqno order: what a DCP stream reads. Not thread-safe: its vbucket's
 * lock guards it.
 *
 * <p>A list of segments of {@value #SEGMENT_ITEMS} slots. Seqnos are given out without gaps, so in
 * a fresh segment the slot of a seqno is a subtraction; a removed item leaves a hole. When more
 * than half of all slots are holes, the survivors are packed into new segments, in which a slot is
 * found by binary search. Append and removal are O(1) amortized for a fresh segment and O(log n)
 * otherwise; slots cost 4 to 8 bytes an item.
 */
final class SeqnoLog {
  static final int SEGMENT_ITEMS = 256;

  /** Slots below this many are never worth packing. */
  private static final int PACK_THRESHOLD = 4 * SEGMENT_ITEMS;

  private static final class Segment {
    private final @Nullable Item[] slots;
    private final long firstSeqno;
    private int used;

    Segment(int capacity, long firstSeqno) {
      this.slots = new @Nullable Item[capacity];
      this.firstSeqno = firstSeqno;
    }

    void append(Item item) {
      slots[used++] = item;
    }

    /** The first slot whose item has a seqno of at least {@code seqno}, or {@code used}. */
    int slotAtOrAfter(long seqno) {
      if (seqno <= firstSeqno) {
        return 0;
      }
      long offset = seqno - firstSeqno;
      if (offset < used) {
        Item direct = slots[(int) offset];
        if (direct != null && direct.seqno() == seqno) {
          return (int) offset;
        }
      }
      int low = 0;
      int high = used;
      while (low < high) {
        int middle = (low + high) >>> 1;
        int probe = middle;
        while (probe < high && slots[probe] == null) {
          probe++;
        }
        Item item = probe < high ? slots[probe] : null;
        if (item == null || item.seqno() >= seqno) {
          high = middle;
        } else {
          low = probe + 1;
        }
      }
      return low;
    }
  }

  /** Memory of the items in the log, and of other logs. */
  private final LongAdder memory;

  private final List<Segment> segments = new ArrayList<>();
  private int slots;
  private int live;

  /** An empty log that keeps {@code memory}, in bytes, up to date. */
  SeqnoLog(LongAdder memory) {
    this.memory = memory;
  }

  /** Appends an item whose seqno is higher than all that were appended before. */
  void append(Item item) {
    memory.add(item.memoryBytes());
    place(item);
  }

  private void place(Item item) {
    Segment last = segments.isEmpty() ? null : segments.get(segments.size() - 1);
    if (last == null || last.used == last.slots.length) {
      last = new Segment(SEGMENT_ITEMS, item.seqno());
      segments.add(last);
    }
    last.append(item);
    slots++;
    live++;
  }

  /** Takes {@code item} out. It must be in the log. */
  void remove(Item item) {
    Segment segment = segments.get(segmentOf(item.seqno()));
    int slot = segment.slotAtOrAfter(item.seqno());
    while (slot < segment.used && segment.slots[slot] == null) {
      slot++;
    }
    if (slot == segment.used || segment.slots[slot] != item) {
      throw new IllegalStateException("not in the log: item=" + item);
    }
    segment.slots[slot] = null;
    live--;
    memory.add(-item.memoryBytes());
    if (slots > PACK_THRESHOLD && live < slots / 2) {
      pack();
    }
  }

  /** Takes out every item for which {@code condition} holds. O(n). */
  void removeIf(Predicate<Item> condition) {
    for (Segment segment : segments) {
      for (int slot = 0; slot < segment.used; slot++) {
        Item item = segment.slots[slot];
        if (item != null && condition.test(item)) {
          segment.slots[slot] = null;
          live--;
          memory.add(-item.memoryBytes());
        }
      }
    }
    pack();
  }

  /**
   * Hands items with {@code after < seqno <= until} to {@code consumer}, in order, until {@code
   * maxItems} were handed over or their payload reached {@code maxBytes}.
   *
   * @return the seqno of the last item handed over, or {@code until} when there is none left
   */
  long read(long after, long until, int maxItems, long maxBytes, Consumer<Item> consumer) {
    int items = 0;
    long bytes = 0;
    for (int s = segmentOf(after + 1); s < segments.size(); s++) {
      Segment segment = segments.get(s);
      if (segment.firstSeqno > until) {
        break;
      }
      for (int slot = segment.slotAtOrAfter(after + 1); slot < segment.used; slot++) {
        Item item = segment.slots[slot];
        if (item == null) {
          continue;
        }
        if (item.seqno() > until) {
          return until;
        }
        consumer.accept(item);
        items++;
        bytes += item.payloadBytes();
        if (items == maxItems || bytes >= maxBytes) {
          return item.seqno();
        }
      }
    }
    return until;
  }

  int size() {
    return live;
  }

  /** Slots in use, holes among them: what the log costs. */
  int slots() {
    return slots;
  }

  /** The index of the last segment that begins at or before {@code seqno}, or 0. */
  private int segmentOf(long seqno) {
    int low = 0;
    int high = segments.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments.get(middle).firstSeqno <= seqno) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private void pack() {
    List<Segment> old = new ArrayList<>(segments);
    segments.clear();
    slots = 0;
    live = 0;
    for (Segment segment : old) {
      for (int slot = 0; slot < segment.used; slot++) {
        Item item = segment.slots[slot];
        if (item != null) {
          place(item);
        }
      }
    }
  }
}
