package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.CommitListener;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.format.StableDocument;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A database that lives at random: documents that move between channels, are deleted and come back,
 * changes that are deduplicated away, commits, lost history, and the leavings of fenced owners.
 */
final class World {
  /** The document that {@link #end} adds. */
  static final String LAST = "last";

  private static final List<String> CHANNELS = List.of("a", "b", "c");
  private static final int VBUCKETS = 6;
  private static final int DOCUMENTS = 18;

  final TestIndex index;
  private final Random random;
  private final long[] high = new long[VBUCKETS];
  private final List<List<FailoverEntry>> logs = new ArrayList<>();
  private final Map<String, List<Change>> changes = new TreeMap<>();
  private final Set<Integer> hiding = new HashSet<>();
  private long lastVbuuid = 5000;

  /** Told of every vbucket that was rolled back, and to where, before the index is. */
  RolledBack rolledBack = (vbucket, to) -> {};

  /** Told of most commits, now and then too late or not at all. */
  CommitListener listener = CommitListener.NONE;

  /** Hears of lost history. */
  @FunctionalInterface
  interface RolledBack {
    void to(int vbucket, long seqno);
  }

  /** A state of a document, and the entries that it leads to. */
  private record Change(long seqno, Set<String> channels, List<Told> entries) {}

  private record Told(String channel, Entry entry) {}

  World(Random random) {
    this(random, new InMemoryIndexBucket());
  }

  World(Random random, InMemoryIndexBucket bucket) {
    this.random = random;
    this.index = new TestIndex(VBUCKETS, 3, bucket);
    for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
      logs.add(new ArrayList<>(List.of(new FailoverEntry(1000 + vbucket, 0))));
    }
  }

  /** Changes and commits. */
  void live(int steps) {
    for (int step = 0; step < steps; step++) {
      switch (random.nextInt(10)) {
        case 0, 1 -> commit(random.nextInt(index.map.partitions()));
        case 2 -> leaveDeadEntry();
        default -> change("doc" + random.nextInt(DOCUMENTS));
      }
    }
  }

  /** Everything becomes readable. */
  void settle() {
    for (int partition = 0; partition < index.map.partitions(); partition++) {
      commit(partition);
    }
  }

  /** The last document enters all channels, after everything else: everybody has news. */
  void end() {
    String id = LAST;
    List<Told> entries = new ArrayList<>();
    long seqno = ++high[vbucket(id)];
    CHANNELS.forEach(channel -> entries.add(told(channel, id, seqno, EntryState.ACTIVE)));
    changes
        .computeIfAbsent(id, name -> new ArrayList<>())
        .add(new Change(seqno, Set.copyOf(CHANNELS), entries));
    entries.forEach(told -> index.add(told.channel(), told.entry()));
    commit(index.map.partitionOf(vbucket(id)));
  }

  private void commit(int partition) {
    for (int v = index.map.first(partition); v <= index.map.last(partition); v++) {
      index.stable(v, high[v]);
    }
    boolean announced = !hiding.remove(partition) && random.nextInt(4) > 0;
    if (announced) {
      listener.committing(index.announcement(partition));
    }
    StableDocument document = index.commit(partition);
    if (announced && random.nextBoolean()) {
      listener.committed(document);
    }
  }

  /**
   * Writes a document that stays in one channel.
   *
   * @return its seqno
   */
  long put(String id, String channel) {
    long seqno = putUnseen(id, channel);
    List<Change> history = changes.get(id);
    history
        .get(history.size() - 1)
        .entries()
        .forEach(told -> index.add(told.channel(), told.entry()));
    return seqno;
  }

  /**
   * The same, deduplicated away: another {@link #put} has to follow before the next commit.
   *
   * @return its seqno
   */
  long putUnseen(String id, String channel) {
    long seqno = ++high[vbucket(id)];
    List<Told> entries = List.of(told(channel, id, seqno, EntryState.ACTIVE));
    changes
        .computeIfAbsent(id, name -> new ArrayList<>())
        .add(new Change(seqno, Set.of(channel), entries));
    return seqno;
  }

  static int vbucket(String id) {
    return Math.floorMod(id.hashCode(), VBUCKETS);
  }

  private void change(String id) {
    List<Change> history = changes.computeIfAbsent(id, name -> new ArrayList<>());
    Change first = next(id, history);
    history.add(first);
    if (random.nextInt(4) > 0) {
      first.entries().forEach(told -> index.add(told.channel(), told.entry()));
      return;
    }
    // Deduplicated: only the leavings of the first change are known, through the second.
    Change second = next(id, history);
    history.add(second);
    for (Told told : first.entries()) {
      if (told.entry().state() != EntryState.ACTIVE) {
        index.add(told.channel(), told.entry());
      }
    }
    second.entries().forEach(told -> index.add(told.channel(), told.entry()));
  }

  private Change next(String id, List<Change> history) {
    int vbucket = vbucket(id);
    long seqno = ++high[vbucket];
    Set<String> before = history.isEmpty() ? Set.of() : history.get(history.size() - 1).channels();
    boolean deleted = random.nextInt(6) == 0;
    Set<String> after = new TreeSet<>();
    for (String channel : CHANNELS) {
      if (!deleted && random.nextBoolean()) {
        after.add(channel);
      }
    }
    List<Told> entries = new ArrayList<>();
    for (String channel : CHANNELS) {
      if (after.contains(channel)) {
        entries.add(told(channel, id, seqno, EntryState.ACTIVE));
      } else if (before.contains(channel)) {
        entries.add(told(channel, id, seqno, deleted ? EntryState.DELETED : EntryState.REMOVED));
      }
    }
    return new Change(seqno, after, entries);
  }

  private Told told(String channel, String id, long seqno, EntryState state) {
    int vbucket = vbucket(id);
    long vbuuid = index.history(vbucket).current();
    // Revisions tell branches apart: the same seqno can be two different changes.
    return new Told(channel, new Entry(id, seqno + "-" + vbuuid, vbucket, seqno, vbuuid, state));
  }

  /** A late write of somebody who is not the owner any more: of no branch that counts. */
  private void leaveDeadEntry() {
    String id = "doc" + random.nextInt(DOCUMENTS);
    long seqno = 1L + random.nextInt(20);
    index.add("a", new Entry(id, "dead", vbucket(id), seqno, 666, EntryState.ACTIVE));
  }

  /** The data service loses what is above some seqno of a vbucket. */
  void rollBack() {
    int vbucket = random.nextInt(VBUCKETS);
    if (high[vbucket] == 0) {
      return;
    }
    long to = 1 + random.nextLong(high[vbucket]);
    rolledBack.to(vbucket, to);
    Set<String> undone = new HashSet<>();
    changes.forEach(
        (id, history) -> {
          if (vbucket(id) == vbucket && history.removeIf(change -> change.seqno() > to)) {
            undone.add(id);
          }
        });
    long lowest = to + 1;
    for (String id : undone) {
      for (Change change : changes.get(id)) {
        for (Told told : change.entries()) {
          lowest = Math.min(lowest, told.entry().seqno());
        }
      }
    }
    List<FailoverEntry> log = logs.get(vbucket);
    // As the data service does: branches that began above are gone from its log.
    log.removeIf(entry -> entry.seqno() > to);
    log.add(0, new FailoverEntry(++lastVbuuid, to));
    index.history(
        vbucket, index.history(vbucket).rolledBack(to, Math.min(to, lowest - 1), List.copyOf(log)));
    undone.forEach(this::restore);
    high[vbucket] = to;
    index.stable(vbucket, Math.min(index.stable().seqno(vbucket), to));
    index.commit(index.map.partitionOf(vbucket), StableDocument.Touched.ALL);
    hiding.add(index.map.partitionOf(vbucket));
  }

  private void restore(String id) {
    long vbuuid = index.history(vbucket(id)).current();
    for (Change change : changes.get(id)) {
      for (Told told : change.entries()) {
        Entry old = told.entry();
        index.add(
            told.channel(),
            new Entry(id, old.revision(), old.vbucket(), old.seqno(), vbuuid, old.state()));
      }
    }
  }

  /** What a client of some channels has been told in the end is how the documents are. */
  void assertKnows(Set<String> channels, Map<String, Row> told) {
    changes.forEach(
        (id, history) -> {
          boolean concerned =
              history.stream()
                  .flatMap(change -> change.entries().stream())
                  .anyMatch(entry -> channels.contains(entry.channel()));
          if (!concerned) {
            return;
          }
          Change last = history.get(history.size() - 1);
          boolean inside = last.channels().stream().anyMatch(channels::contains);
          Row row = told.get(id);
          if (inside) {
            assertThat(row).as(id).isNotNull();
            assertThat(row.deleted() || !row.removed().isEmpty()).as("%s", row).isFalse();
            assertThat(row.revision()).as(id).isEqualTo(revision(last, channels));
          } else if (row != null) {
            assertThat(row.deleted() || !row.removed().isEmpty()).as("%s", row).isTrue();
          }
        });
  }

  /** Whether a document was ever in one of the channels, as far as history was not lost. */
  boolean wasIn(String id, Set<String> channels) {
    return changes.get(id).stream()
        .flatMap(change -> change.entries().stream())
        .anyMatch(told -> channels.contains(told.channel()));
  }

  /**
   * What a client of some channels has been told in the end has all documents that are in them.
   *
   * @param lost channels that the client could see for some time only: it was not told that their
   *     documents left it
   */
  void assertKnows(Set<String> channels, Map<String, Row> told, Set<String> lost) {
    Map<String, Row> certain = new TreeMap<>(told);
    changes.forEach(
        (id, history) -> {
          boolean inside =
              !history.isEmpty()
                  && history.get(history.size() - 1).channels().stream()
                      .anyMatch(channels::contains);
          if (!inside && wasIn(id, lost)) {
            certain.remove(id);
          }
        });
    assertKnows(channels, certain);
  }

  private static String revision(Change change, Set<String> channels) {
    return change.entries().stream()
        .filter(told -> channels.contains(told.channel()))
        .map(told -> told.entry().revision())
        .findFirst()
        .orElseThrow();
  }
}
