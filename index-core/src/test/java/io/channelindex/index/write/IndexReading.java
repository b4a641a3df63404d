package io.channelindex.index.write;

import io.channelindex.index.write.DataVbucket.Row;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.ChannelRegistryPage;
import io.channelindex.storage.format.DirectoryPage;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.VbucketState;
import io.channelindex.storage.layout.BlockPlace;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layout.HeadClock;
import io.channelindex.storage.layout.Layouts;
import io.channelindex.storage.layout.StoredBlock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The naive reader: decodes everything, shows the newest visible state per document. */
final class IndexReading {
  private final Function<String, byte[]> bucket;
  private final IndexKeys keys;
  private final PartitionMap map;
  private final int partition;
  private final Layout layout;

  /** Of layout dense. */
  IndexReading(InMemoryIndexBucket bucket, IndexKeys keys, PartitionMap map, int partition) {
    this(bucket::peek, keys, map, partition);
  }

  /** Of layout dense, over any bucket. */
  IndexReading(Function<String, byte[]> bucket, IndexKeys keys, PartitionMap map, int partition) {
    this(bucket, keys, map, partition, Layouts.DENSE);
  }

  /**
   * Over any bucket.
   *
   * @param bucket the document of a key, or null
   */
  IndexReading(
      Function<String, byte[]> bucket,
      IndexKeys keys,
      PartitionMap map,
      int partition,
      Layout layout) {
    this.bucket = bucket;
    this.keys = keys;
    this.map = map;
    this.partition = partition;
    this.layout = layout;
  }

  /** A document in a vbucket. */
  record Place(int vbucket, String id) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int order = Integer.compare(vbucket, other.vbucket);
      return order != 0 ? order : id.compareTo(other.id);
    }
  }

  StableDocument stable() {
    byte[] document = bucket.apply(keys.stable(partition));
    return document == null
        ? StableDocument.unowned(map, partition)
        : StableDocument.decode("stable", document);
  }

  /** What a channel shows at a stable document. */
  Map<Place, Row> channel(String channel, StableDocument stable) {
    Map<Place, Row> rows = new TreeMap<>();
    byte[] document = bucket.apply(keys.head(channel, partition));
    if (document == null) {
      return rows;
    }
    ChannelHead head = ChannelHead.decode("head", channel, document);
    Map<Integer, List<Long>> summaries = new TreeMap<>();
    head.pages()
        .forEach(
            page -> {
              byte[] bytes = bucket.apply(keys.page(channel, partition, page.number()));
              DirectoryPage.decode("page", channel, bytes)
                  .blocks()
                  .forEach(block -> summaries.put(block.number(), block.highest()));
            });
    head.closed().forEach(block -> summaries.put(block.number(), block.highest()));
    // Where heads do not speak of active blocks, readers read all of them.
    boolean covered = layout.headClock() == HeadClock.COVERS_ACTIVE;
    summaries.put(
        head.active(), covered ? head.clock() : Collections.nCopies(head.clock().size(), -1L));
    TreeMap<Integer, List<Long>> listed = new TreeMap<>(summaries);
    if (listed.lastKey() - listed.firstKey() != listed.size() - 1) {
      throw new AssertionError("blocks are not numbered without a gap: " + summaries.keySet());
    }
    summaries.forEach(
        (number, highest) -> {
          String key = keys.block(channel, partition, number);
          if (number != head.active() || head.activeMustExist() || bucket.apply(key) != null) {
            read(channel, key, highest, stable, rows);
          }
        });
    for (Summary compacted : head.compacted().blocks()) {
      String key = keys.packed(channel, partition, compacted.number());
      read(channel, key, compacted.highest(), stable, rows);
    }
    return rows;
  }

  private void read(
      String channel, String key, List<Long> highest, StableDocument stable, Map<Place, Row> rows) {
    for (Entry entry : entries(channel, new StoredBlock(key, bucket.apply(key)))) {
      VbucketState state = stable.vbucket(entry.vbucket());
      int index = entry.vbucket() - map.first(partition);
      // What a summary or the clock does not cover, a reader with a newer clock passes over.
      if (Long.compareUnsigned(entry.seqno(), highest.get(index)) <= 0
          && entry.seqno() <= state.stable()
          && state.history().contains(entry.vbuuid(), entry.seqno())) {
        rows.merge(
            new Place(entry.vbucket(), entry.documentId()),
            new Row(entry.seqno(), entry.revision(), entry.state()),
            IndexReading::newer);
      }
    }
  }

  /** All that the blocks of a channel hold which its head names, whether readers see it or not. */
  List<Entry> entries(String channel) {
    List<Entry> entries = new ArrayList<>();
    ChannelHead head =
        ChannelHead.decode("head", channel, bucket.apply(keys.head(channel, partition)));
    List<String> blocks = new ArrayList<>();
    for (Summary page : head.pages()) {
      byte[] bytes = bucket.apply(keys.page(channel, partition, page.number()));
      for (Summary block : DirectoryPage.decode("page", channel, bytes).blocks()) {
        blocks.add(keys.block(channel, partition, block.number()));
      }
    }
    head.closed().forEach(block -> blocks.add(keys.block(channel, partition, block.number())));
    blocks.add(keys.block(channel, partition, head.active()));
    head.compacted()
        .blocks()
        .forEach(block -> blocks.add(keys.packed(channel, partition, block.number())));
    for (String key : blocks) {
      byte[] document = bucket.apply(key);
      if (document != null) {
        entries.addAll(entries(channel, new StoredBlock(key, document)));
      }
    }
    return entries;
  }

  private List<Entry> entries(String channel, StoredBlock block) {
    BlockPlace place =
        new BlockPlace(
            channel,
            keys,
            partition,
            map.first(partition),
            map.size(partition),
            Codings.reading(),
            0);
    return layout
        .read(place, List.of(block), EntryFilter.ALL, this::getAll)
        .toCompletableFuture()
        .join()
        .entries();
  }

  private CompletionStage<List<Optional<Versioned<byte[]>>>> getAll(List<String> beside) {
    return CompletableFuture.completedFuture(
        beside.stream()
            .map(key -> Optional.ofNullable(bucket.apply(key)).map(v -> new Versioned<>(v, 1)))
            .toList());
  }

  private static Row newer(Row one, Row other) {
    if (one.seqno() != other.seqno()) {
      return one.seqno() > other.seqno() ? one : other;
    }
    return one.state() == EntryState.ACTIVE ? one : other;
  }

  /** The names on the registry's pages. */
  Set<String> registered() {
    Set<String> channels = new TreeSet<>();
    List<Integer> pages = new ArrayList<>();
    byte[] page;
    while ((page = bucket.apply(keys.registry(partition, pages.size()))) != null) {
      channels.addAll(ChannelRegistryPage.decode("registry", page).channels());
      pages.add(pages.size());
    }
    return channels;
  }
}
