package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

class MergeTest {
  private static final List<EntryState> STATES = List.of(EntryState.values());
  private static final List<String> CHANNELS = List.of("a", "b", "c", "d");

  /** One merge for all tries: what one leaves behind shows in the next. */
  private static final Merge MERGE = new Merge();

  @Property(tries = 400, shrinking = ShrinkingMode.OFF)
  void rowsAreThoseOfANaiveMerge(@ForAll long seed) {
    Random random = new Random(seed);
    int documents = 1 + random.nextInt(random.nextInt(10) == 0 ? 3_000 : 40);
    IntFunction<String> ids =
        random.nextBoolean() ? number -> "document-" + number : MergeTest::colliding;
    // Few seqnos, so that many are shared; or so far apart that no number holds them.
    int seqnos = random.nextBoolean() ? 3 + documents : 3;
    long farthest = random.nextInt(3) == 0 ? -1L : seqnos;
    Map<String, List<Entry>> channels = new TreeMap<>();
    for (String channel : CHANNELS) {
      List<Entry> entries = new ArrayList<>();
      for (int i = random.nextInt(2 * documents); i > 0; i--) {
        int document = random.nextInt(documents);
        long seqno = random.nextInt(20) == 0 ? farthest : 1L + random.nextInt(seqnos);
        EntryState state = STATES.get(random.nextInt(STATES.size()));
        int vbucket = 16 + document % 5;
        entries.add(new Entry(ids.apply(document), seqno + "-" + i, vbucket, seqno, 1, state));
      }
      channels.put(channel, entries);
    }

    channels.forEach(MERGE::add);
    assertThat(MERGE.rows()).isEqualTo(naive(channels));
  }

  /** Different texts that all have the same hash code. */
  private static String colliding(int number) {
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < 16; bit++) {
      text.append((number >>> bit & 1) == 0 ? "Aa" : "BB");
    }
    return text.toString();
  }

  private static List<FeedRow> naive(Map<String, List<Entry>> channels) {
    Map<String, Map<String, Entry>> documents = new TreeMap<>();
    channels.forEach(
        (channel, entries) ->
            entries.forEach(
                entry ->
                    documents
                        .computeIfAbsent(entry.documentId(), id -> new TreeMap<>())
                        .merge(
                            channel,
                            entry,
                            (old, next) ->
                                Long.compareUnsigned(next.seqno(), old.seqno()) >= 0
                                    ? next
                                    : old)));
    List<FeedRow> rows = new ArrayList<>();
    documents.values().forEach(states -> rows.add(row(states)));
    Collections.sort(rows);
    return rows;
  }

  /** The newest state makes the row; of those of one seqno an active one, else a deletion. */
  private static FeedRow row(Map<String, Entry> states) {
    TreeSet<String> removed = new TreeSet<>();
    Entry deciding = null;
    boolean active = false;
    for (Map.Entry<String, Entry> one : states.entrySet()) {
      Entry entry = one.getValue();
      active |= entry.state() == EntryState.ACTIVE;
      if (entry.state() == EntryState.REMOVED) {
        removed.add(one.getKey());
      }
      int order = deciding == null ? 1 : Long.compareUnsigned(entry.seqno(), deciding.seqno());
      if (order > 0 || (order == 0 && weight(entry) > weight(deciding))) {
        deciding = entry;
      }
    }
    boolean deleted = !active && deciding.state() == EntryState.DELETED;
    return new FeedRow(
        deciding.vbucket(),
        deciding.seqno(),
        deciding.documentId(),
        deciding.revision(),
        deleted,
        active || deleted ? List.of() : List.copyOf(removed));
  }

  private static int weight(Entry entry) {
    return List.of(EntryState.REMOVED, EntryState.DELETED, EntryState.ACTIVE)
        .indexOf(entry.state());
  }

  @Test
  void idsThatWereChosenToCollideCostLittleMoreThanOthers() {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 1 << 16; i++) {
      entries.add(new Entry(colliding(i), "1-a", 0, i + 1L, 1, EntryState.ACTIVE));
    }
    // Each compared with each would be two thousand million comparisons.
    List<FeedRow> rows =
        assertTimeout(
            Duration.ofSeconds(20),
            () -> {
              Merge merge = new Merge();
              merge.add("a", entries);
              return merge.rows();
            });
    assertThat(rows).hasSize(1 << 16).isSorted();
  }

  @Test
  void nothingMakesNoRows() {
    Merge merge = new Merge();
    assertThat(merge.rows()).isEmpty();
    merge.add("a", List.of());
    assertThat(merge.rows()).isEmpty();
  }
}
