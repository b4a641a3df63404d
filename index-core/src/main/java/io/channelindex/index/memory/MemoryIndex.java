package io.channelindex.index.memory;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.Entry;
import io.channelindex.storage.format.StableDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * All channels of a database in the memory of this node.
 *
 * <p>Bounded: an index that would take more is {@linkplain #full() full}, takes in nothing more and
 * stays so, because what it leaves out nobody could be told. The bytes are computed from what the
 * objects take on the heap; what readers and streams hold besides is not among them.
 *
 * <p>Guarantees what {@code io.channelindex.index.read} assumes of an index: what a stable document
 * calls stable can be read; a row is dropped only once a newer one of its document in its channel
 * is stable.
 *
 * <p>Thread-safe. Readers take no lock.
 */
public final class MemoryIndex {
  private final PartitionMap map;
  private final long limit;
  private final List<MemoryPartition> partitions = new ArrayList<>();
  private final AtomicLong bytes = new AtomicLong();
  private final CompletableFuture<String> full = new CompletableFuture<>();
  private final ConcurrentHashMap<String, String> names = new ConcurrentHashMap<>();

  /**
   * An empty index.
   *
   * @param limit the most bytes that it may take, at least 1
   */
  public MemoryIndex(PartitionMap map, long limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("no memory: limit=" + limit);
    }
    this.map = map;
    this.limit = limit;
    for (int partition = 0; partition < map.partitions(); partition++) {
      partitions.add(new MemoryPartition(this, partition));
    }
  }

  /** How its vbuckets are divided. */
  public PartitionMap map() {
    return map;
  }

  /** How far each partition is, by its number. */
  public List<StableDocument> documents() {
    return partitions.stream().map(MemoryPartition::document).toList();
  }

  /** How many rows a channel has in a vbucket after a seqno, up to another; unsigned. */
  public int count(String channel, int vbucket, long since, long upper) {
    return rows(vbucket).count(channel, since, upper);
  }

  /**
   * Adds the rows of a channel in a vbucket after a seqno, up to another, ascending.
   *
   * @param wanted which of them
   */
  public void collect(
      String channel,
      int vbucket,
      long since,
      long upper,
      Predicate<Entry> wanted,
      List<Entry> into) {
    rows(vbucket).collect(channel, since, upper, wanted, into);
  }

  private VbucketRows rows(int vbucket) {
    return partitions.get(map.partitionOf(vbucket)).rows(vbucket);
  }

  MemoryPartition partition(int partition) {
    return partitions.get(partition);
  }

  /** What it takes now, in bytes. */
  public long bytes() {
    return bytes.get();
  }

  /** The most bytes that it may take. */
  public long limit() {
    return limit;
  }

  /** How many rows there are now, replaced ones among them. */
  public long rows() {
    return partitions.stream().mapToLong(MemoryPartition::rowCount).sum();
  }

  /** Completes, with what there is to be said about it, when the index is full. */
  public CompletionStage<String> full() {
    return full.minimalCompletionStage();
  }

  boolean isOverLimit() {
    return bytes.get() > limit;
  }

  void grow(long by) {
    bytes.addAndGet(by);
  }

  /** Says that there is no room any more; what is to be thrown then. */
  MemoryFullException declareFull() {
    full.complete(
        "the index does not fit into memory: bytes="
            + bytes.get()
            + ", limit="
            + limit
            + ", rows="
            + rows());
    return new MemoryFullException(full.join());
  }

  boolean isFull() {
    return full.isDone();
  }

  /** One and the same object for a channel's name, wherever it comes from. */
  String name(String channel) {
    String known = names.get(channel);
    if (known != null) {
      return known;
    }
    String first = names.putIfAbsent(channel, channel);
    if (first == null) {
      grow(Footprint.of(channel) + Footprint.CHANNEL);
    }
    return first == null ? channel : first;
  }
}
