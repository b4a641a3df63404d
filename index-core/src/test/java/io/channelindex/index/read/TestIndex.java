package io.channelindex.index.read;

import io.channelindex.index.CommitListener;
import io.channelindex.index.memory.MemoryContent;
import io.channelindex.index.memory.MemoryIndex;
import io.channelindex.sequence.BranchHistory;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.DenseBlock;
import io.channelindex.storage.format.DirectoryPage;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The content of an index bucket, written without any cleverness: a channel's blocks, pages and
 * head are written anew whenever one of its entries is. Small blocks and pages, so that few entries
 * make many. Not thread-safe.
 */
final class TestIndex {
  static final long DATABASE = 0x7e57;

  final PartitionMap map;
  final InMemoryIndexBucket bucket;
  final IndexKeys keys;
  final SettingsDocument settings;

  /** The same as in the bucket, as far as it is readable. */
  final MemoryIndex memory;

  int blockEntries = 3;
  int pageBlocks = 2;
  int ringCommits = 4;
  String owner = "test";

  private final long[] stable;
  private final BranchHistory[] histories;
  private final long[] commits;
  private final List<List<Touched>> recent = new ArrayList<>();
  private final List<Set<Long>> touched = new ArrayList<>();
  private final List<Map<String, List<Entry>>> added = new ArrayList<>();
  private final Map<String, Map<Integer, List<Entry>>> content = new TreeMap<>();
  private final Map<String, Set<Integer>> unwritten = new TreeMap<>();

  TestIndex(int vbuckets, int partitions) {
    this(vbuckets, partitions, new InMemoryIndexBucket());
  }

  TestIndex(int vbuckets, int partitions, Placement placement) {
    this(vbuckets, partitions, placement, new InMemoryIndexBucket());
  }

  TestIndex(int vbuckets, int partitions, InMemoryIndexBucket bucket) {
    this(vbuckets, partitions, Placement.SPREAD, bucket);
  }

  private TestIndex(int vbuckets, int partitions, Placement placement, InMemoryIndexBucket bucket) {
    this.bucket = bucket;
    keys = new IndexKeys("db", placement);
    map = new PartitionMap(vbuckets, partitions);
    settings = new SettingsDocument(DATABASE, vbuckets, partitions, "dense", placement, 1);
    memory = new MemoryIndex(map, Long.MAX_VALUE);
    stable = new long[vbuckets];
    histories = new BranchHistory[vbuckets];
    commits = new long[partitions];
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      histories[vbucket] =
          BranchHistory.NONE.observe(List.of(new FailoverEntry(1000 + vbucket, 0)));
    }
    for (int partition = 0; partition < partitions; partition++) {
      recent.add(new ArrayList<>());
      touched.add(new TreeSet<>());
      added.add(new TreeMap<>());
    }
  }

  BranchHistory history(int vbucket) {
    return histories[vbucket];
  }

  void history(int vbucket, BranchHistory history) {
    histories[vbucket] = history;
  }

  SequenceClock stable() {
    return SequenceClock.of(stable);
  }

  void stable(int vbucket, long seqno) {
    stable[vbucket] = seqno;
  }

  /** An entry of the vbucket's current branch, not written yet. */
  void add(String channel, int vbucket, long seqno, String id, EntryState state) {
    String revision = seqno + "-" + Integer.toHexString(id.hashCode());
    long vbuuid = histories[vbucket].current();
    add(channel, new Entry(id, revision, vbucket, seqno, vbuuid, state));
  }

  void add(String channel, Entry entry) {
    int partition = map.partitionOf(entry.vbucket());
    List<Entry> entries =
        content
            .computeIfAbsent(channel, name -> new TreeMap<>())
            .computeIfAbsent(partition, number -> new ArrayList<>());
    // No entry ever moves to another block: readers may be on their way.
    if (entries.stream().noneMatch(other -> sameIdentity(other, entry))) {
      entries.add(entry);
    }
    added.get(partition).computeIfAbsent(channel, name -> new ArrayList<>()).add(entry);
    unwritten.computeIfAbsent(channel, name -> new TreeSet<>()).add(partition);
    touched.get(partition).add(IndexKeys.channelHash(channel));
  }

  private static boolean sameIdentity(Entry one, Entry other) {
    return one.vbucket() == other.vbucket()
        && one.seqno() == other.seqno()
        && one.vbuuid() == other.vbuuid()
        && one.documentId().equals(other.documentId());
  }

  /** An entry that moves its vbucket's stable clock along and is committed. */
  void commit(String channel, int vbucket, long seqno, String id, EntryState state) {
    add(channel, vbucket, seqno, id, state);
    stable(vbucket, seqno);
    commit(map.partitionOf(vbucket));
  }

  /** Writes everything and one partition's stable document. */
  StableDocument commit(int partition) {
    write();
    List<Long> channels = List.copyOf(touched.get(partition));
    touched.get(partition).clear();
    return commit(partition, new Touched(channels, false));
  }

  /** What the next commit of a partition will make readable, if its clock passes all of it. */
  CommitListener.Announcement announcement(int partition) {
    return new CommitListener.Announcement(
        partition, owner, commits[partition] + 1, Map.copyOf(added.get(partition)));
  }

  StableDocument commit(int partition, Touched what) {
    write();
    added.get(partition).clear();
    commits[partition]++;
    List<Touched> ring = recent.get(partition);
    ring.add(0, what);
    if (ring.size() > ringCommits) {
      ring.remove(ring.size() - 1);
    }
    StableDocument document = document(partition);
    // Before anybody can be told that it is readable.
    MemoryContent.replace(memory, document, readable(document));
    bucket.poke(keys.stable(partition), document.encode());
    return document;
  }

  private Map<String, List<Entry>> readable(StableDocument document) {
    Map<String, List<Entry>> readable = new TreeMap<>();
    for (String channel : content.keySet()) {
      readable.put(
          channel,
          entries(channel, document.partition()).stream()
              .filter(
                  entry -> {
                    VbucketState state = document.vbucket(entry.vbucket());
                    return entry.seqno() <= state.stable()
                        && state.history().contains(entry.vbuuid(), entry.seqno());
                  })
              .toList());
    }
    return readable;
  }

  /** The bucket lost the last commits of a partition; a new owner took it. */
  void lose(int partition, int lost) {
    commits[partition] -= lost;
    owner = "after " + owner;
  }

  private StableDocument document(int partition) {
    List<VbucketState> states = new ArrayList<>();
    for (int v = map.first(partition); v <= map.last(partition); v++) {
      StreamPosition position = StreamPosition.at(histories[v].current(), stable[v]);
      states.add(new VbucketState(stable[v], position, histories[v], false));
    }
    return new StableDocument(
        partition,
        map.first(partition),
        1,
        owner,
        commits[partition],
        states,
        recent.get(partition));
  }

  /** Writes what was added: blocks, then pages, then heads. */
  void write() {
    unwritten.forEach(
        (channel, partitions) -> partitions.forEach(partition -> write(channel, partition)));
    unwritten.clear();
  }

  private void write(String channel, int partition) {
    List<Entry> entries = content.get(channel).get(partition);
    List<Summary> closed = new ArrayList<>();
    int active = (entries.size() - 1) / blockEntries;
    for (int block = 0; block <= active; block++) {
      int end = Math.min(entries.size(), (block + 1) * blockEntries);
      List<Entry> part = entries.subList(block * blockEntries, end);
      bucket.poke(keys.block(channel, partition, block), new DenseBlock(channel, 1, part).encode());
      if (block < active) {
        closed.add(new Summary(block, part.size(), highest(partition, part)));
      }
    }
    List<Summary> pages = new ArrayList<>();
    int paged = closed.size() / pageBlocks * pageBlocks;
    for (int begin = 0; begin < paged; begin += pageBlocks) {
      List<Summary> blocks = closed.subList(begin, begin + pageBlocks);
      int number = begin / pageBlocks;
      bucket.poke(
          keys.page(channel, partition, number), new DirectoryPage(channel, blocks).encode());
      List<Entry> onPage =
          entries.subList(begin * blockEntries, (begin + pageBlocks) * blockEntries);
      pages.add(new Summary(number, onPage.size(), highest(partition, onPage)));
    }
    ChannelHead head =
        new ChannelHead(
            channel,
            partition,
            map.first(partition),
            1,
            highest(partition, entries),
            pages,
            closed.subList(paged, closed.size()),
            active,
            ChannelHead.ActiveState.STORED,
            ChannelHead.Compacted.none(map.size(partition)));
    bucket.poke(keys.head(channel, partition), head.encode());
  }

  private List<Long> highest(int partition, List<Entry> entries) {
    List<Long> highest = new ArrayList<>(Collections.nCopies(map.size(partition), 0L));
    for (Entry entry : entries) {
      int i = entry.vbucket() - map.first(partition);
      highest.set(i, Math.max(highest.get(i), entry.seqno()));
    }
    return highest;
  }

  /** What a partition has of a channel, visible or not, as it was added. */
  List<Entry> entries(String channel, int partition) {
    return content.getOrDefault(channel, Map.of()).getOrDefault(partition, List.of());
  }

  /** The rows between two clocks under the histories as they are, found the slow way. */
  List<FeedRow> rows(Set<String> channels, SequenceClock since, SequenceClock upper) {
    Map<String, Map<String, Entry>> newest = new TreeMap<>();
    for (String channel : new TreeSet<>(channels)) {
      for (List<Entry> entries : content.getOrDefault(channel, Map.of()).values()) {
        for (Entry entry : entries) {
          if (entry.seqno() > since.seqno(entry.vbucket())
              && entry.seqno() <= upper.seqno(entry.vbucket())
              && histories[entry.vbucket()].contains(entry.vbuuid(), entry.seqno())) {
            newest
                .computeIfAbsent(entry.documentId(), id -> new TreeMap<>())
                .merge(channel, entry, (a, b) -> b.seqno() >= a.seqno() ? b : a);
          }
        }
      }
    }
    List<FeedRow> rows = new ArrayList<>();
    newest.values().forEach(states -> rows.add(row(states)));
    Collections.sort(rows);
    return rows;
  }

  private static FeedRow row(Map<String, Entry> states) {
    long seqno = states.values().stream().mapToLong(Entry::seqno).max().orElseThrow();
    List<Entry> last = states.values().stream().filter(entry -> entry.seqno() == seqno).toList();
    Entry deciding = last.get(0);
    for (EntryState state : List.of(EntryState.DELETED, EntryState.ACTIVE)) {
      for (Entry entry : last) {
        if (entry.state() == state) {
          deciding = entry;
        }
      }
    }
    boolean active = states.values().stream().anyMatch(e -> e.state() == EntryState.ACTIVE);
    boolean deleted = !active && deciding.state() == EntryState.DELETED;
    List<String> removed = new ArrayList<>();
    states.forEach(
        (channel, entry) -> {
          if (!active && !deleted && entry.state() == EntryState.REMOVED) {
            removed.add(channel);
          }
        });
    return new FeedRow(
        deciding.vbucket(), seqno, deciding.documentId(), deciding.revision(), deleted, removed);
  }
}
