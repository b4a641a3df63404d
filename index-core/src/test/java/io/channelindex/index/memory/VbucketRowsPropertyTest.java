package io.channelindex.index.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.index.write.IndexedChange;
import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** The rows of a vbucket against a list of all that was ever added. */
class VbucketRowsPropertyTest {
  private static final List<String> CHANNELS = List.of("a", "b", "c");

  private final VbucketRows rows = new VbucketRows();
  private final Map<String, List<Entry>> added = new TreeMap<>();
  private long seqno;

  private void change(Random random, RowBuffer buffer) {
    seqno += 1 + random.nextInt(3);
    List<Membership> memberships = new ArrayList<>();
    String revision = seqno + "-abc";
    memberships.add(new Membership("*", seqno, revision, EntryState.ACTIVE));
    for (String channel : CHANNELS) {
      EntryState state = random.nextBoolean() ? EntryState.REMOVED : EntryState.ACTIVE;
      memberships.add(new Membership(channel, seqno, revision, state));
    }
    buffer.add(new IndexedChange("doc" + random.nextInt(20), 3, seqno, memberships), 0, any -> 77);
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void theNewestRowsAreThereInOrderAndNotManyOthers(@ForAll long seed) {
    Random random = new Random(seed);
    for (int commit = 0; commit < 40; commit++) {
      RowBuffer buffer = new RowBuffer(name -> name);
      for (int i = random.nextInt(8); i >= 0; i--) {
        change(random, buffer);
      }
      buffer.sort();
      buffer
          .channels()
          .forEach(
              (name, more) -> added.computeIfAbsent(name, n -> new ArrayList<>()).addAll(more));
      if (random.nextInt(10) == 0) {
        rows.compact();
      }
      rows.append(buffer);
      added.keySet().forEach(channel -> compare(channel, random));
      assertThat(rows.rows()).isLessThanOrEqualTo(Math.max(64, newest().size() * 3L / 2) + 32);
    }
    rows.compact();
    assertThat(rows.rows()).isEqualTo(newest().size());
    assertThat(rows.bytes()).isEqualTo(footprint());
  }

  private void compare(String channel, Random random) {
    long since = random.nextLong(seqno + 1);
    long upper = since + random.nextLong(seqno + 1);
    List<Entry> found = new ArrayList<>();
    rows.collect(channel, since, upper, entry -> true, found);
    assertThat(found).hasSize(rows.count(channel, since, upper));
    assertThat(found).map(Entry::seqno).isSorted().allMatch(s -> s > since && s <= upper);
    assertThat(new HashSet<>(added.get(channel)).containsAll(found)).as("known rows").isTrue();
    List<Entry> wanted =
        newest(channel).stream()
            .filter(entry -> entry.seqno() > since && entry.seqno() <= upper)
            .toList();
    assertThat(new HashSet<>(found).containsAll(wanted)).as("newest rows").isTrue();
  }

  private List<Entry> newest(String channel) {
    Map<String, Entry> newest = new TreeMap<>();
    added.get(channel).forEach(entry -> newest.put(entry.documentId(), entry));
    return List.copyOf(newest.values());
  }

  private List<Entry> newest() {
    List<Entry> all = new ArrayList<>();
    added.keySet().forEach(channel -> all.addAll(newest(channel)));
    return all;
  }

  /** Every entry once, every row's reference, every channel. */
  private long footprint() {
    Set<Entry> entries = Collections.newSetFromMap(new IdentityHashMap<>());
    long references = 0;
    for (String channel : added.keySet()) {
      List<Entry> found = new ArrayList<>();
      rows.collect(channel, 0, seqno, entry -> true, found);
      entries.addAll(found);
      references += Footprint.CHANNEL + (long) Footprint.REFERENCE * found.size();
    }
    return references + entries.stream().mapToLong(Footprint::of).sum();
  }

  @Test
  void whatIsNotAboveWhatIsThereIsRefused() {
    RowBuffer buffer = new RowBuffer(name -> name);
    buffer.add("a", new Entry("one", "1-a", 3, 5, 7, EntryState.ACTIVE));
    rows.append(buffer);
    RowBuffer late = new RowBuffer(name -> name);
    late.add("a", new Entry("two", "1-a", 3, 4, 7, EntryState.ACTIVE));

    assertThatThrownBy(() -> rows.append(late))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("after=5");
  }

  @Test
  void seqnosAreUnsigned() {
    RowBuffer buffer = new RowBuffer(name -> name);
    buffer.add("a", new Entry("low", "1-a", 3, Long.MAX_VALUE, 7, EntryState.ACTIVE));
    buffer.add("a", new Entry("high", "1-a", 3, -2, 7, EntryState.ACTIVE));
    rows.append(buffer);
    List<Entry> found = new ArrayList<>();

    rows.collect("a", Long.MAX_VALUE, -1, entry -> true, found);

    assertThat(found).map(Entry::documentId).containsExactly("high");
  }
}
