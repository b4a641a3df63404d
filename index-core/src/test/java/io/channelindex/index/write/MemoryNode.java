package io.channelindex.index.write;

import io.channelindex.index.CommitListener;
import io.channelindex.index.memory.MemoryIndex;
import io.channelindex.index.memory.MemoryWriters;
import io.channelindex.index.read.ChannelIndex;
import io.channelindex.index.write.DataVbucket.Row;
import io.channelindex.index.write.IndexReading.Place;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.storage.Entry;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A node of a history that has all channels in its memory, and the streams that feed it. */
final class MemoryNode implements HistoryClients.Node, DocumentSource {
  private static final long UNBOUNDED = 1L << 40;

  private final Turns turns;
  private final PartitionMap map;
  private final Map<Integer, DataVbucket> data;
  private final InMemoryIndexBucket bucket;
  private final List<String> channels;
  final DataStreams streams;
  private final Map<Integer, CompletableFuture<? extends PartitionIndexer>> taken = new TreeMap<>();
  private final List<IndexCheck> checks = new ArrayList<>();
  private MemoryIndex memory;
  private MemoryWriters writers;
  private CompletableFuture<ChannelIndex> index;

  MemoryNode(
      Turns turns,
      Random random,
      PartitionMap map,
      Map<Integer, DataVbucket> data,
      InMemoryIndexBucket bucket,
      List<String> channels) {
    this.turns = turns;
    streams = new DataStreams(random, turns, this::begins);
    this.map = map;
    this.data = data;
    this.bucket = bucket;
    this.channels = channels;
    restart();
  }

  /** The process ends, whatever it was at, and another one begins. */
  void restart() {
    taken.values().forEach(MemoryNode::close);
    streams.forgetAll();
    taken.clear();
    checks.clear();
    memory = new MemoryIndex(map, UNBOUNDED);
    index =
        ChannelIndex.open(
                memory,
                bucket,
                new IndexKeys("db"),
                new SettingsDocument(
                    0x7e57, map.vbuckets(), map.partitions(), "in-memory", Placement.SPREAD, 1),
                HistoryClients.SETTINGS,
                TokenSettings.DEFAULT,
                new TurnsExecutor(turns))
            .toCompletableFuture();
    CompletableFuture<ChannelIndex> reader = index;
    writers = new MemoryWriters(memory, this, turns, new Commits(reader));
    for (int partition = 0; partition < map.partitions(); partition++) {
      checks.add(new IndexCheck(channels, own(partition), stable(partition)));
      take(partition);
    }
  }

  /** Tells the readers of a process what is committed in it. */
  private record Commits(CompletableFuture<ChannelIndex> index) implements CommitListener {
    @Override
    public void committing(Announcement announcement) {
      if (index.isDone()) {
        index.join().commits().committing(announcement);
      }
    }

    @Override
    public void committed(StableDocument document) {
      if (index.isDone()) {
        index.join().commits().committed(document);
      }
    }
  }

  private Map<Integer, DataVbucket> own(int partition) {
    Map<Integer, DataVbucket> own = new TreeMap<>(data);
    own.keySet().retainAll(List.copyOf(range(partition)));
    return own;
  }

  private List<Integer> range(int partition) {
    List<Integer> vbuckets = new ArrayList<>();
    for (int v = map.first(partition); v <= map.last(partition); v++) {
      vbuckets.add(v);
    }
    return vbuckets;
  }

  /** Takes a partition, again perhaps: who had it before does not know that. */
  void take(int partition) {
    range(partition).forEach(streams::forget);
    taken.put(partition, writers.take(partition).toCompletableFuture());
  }

  private static void close(CompletableFuture<? extends PartitionIndexer> indexer) {
    var unused = indexer.thenAccept(PartitionIndexer::close);
  }

  /** Stops, when everything is readable. */
  void close() {
    taken.values().forEach(MemoryNode::close);
  }

  void compact(int partition) {
    var unused = taken.get(partition).thenAccept(PartitionIndexer::compact);
  }

  /** Lets a stream go one step. */
  void feed(int vbucket) {
    CompletableFuture<? extends PartitionIndexer> taking = taken.get(map.partitionOf(vbucket));
    if (taking.isDone() && taking.join().status().state() != WriterStatus.State.RUNNING) {
      take(map.partitionOf(vbucket));
    } else if (taking.isDone()) {
      streams.step(data.get(vbucket), taking.join());
    }
  }

  private StableDocument stable(int partition) {
    return memory.documents().get(partition);
  }

  boolean isFinished(int vbucket) {
    return data.get(vbucket).isIndexed(stable(map.partitionOf(vbucket)).vbucket(vbucket));
  }

  /** How a vbucket is, for a message. */
  String describe(int vbucket) {
    int partition = map.partitionOf(vbucket);
    return data.get(vbucket)
        + ", state="
        + stable(partition).vbucket(vbucket)
        + ", stream="
        + streams.get(vbucket)
        + ", writer="
        + (taken.get(partition).isDone() ? taken.get(partition).join().status() : null)
        + '\n';
  }

  /**
   * What readers see now is what the data service had at the stable clock.
   *
   * @return how many rows were looked for
   */
  long check() {
    long lookedFor = 0;
    for (int partition = 0; partition < map.partitions(); partition++) {
      StableDocument stable = stable(partition);
      checks.get(partition).progress(stable);
      lookedFor += checks.get(partition).compare(stable, channel -> rows(channel, stable));
    }
    return lookedFor;
  }

  /** What a channel shows, read without any cleverness. */
  Map<Place, Row> rows(String channel, int partition) {
    return rows(channel, stable(partition));
  }

  private Map<Place, Row> rows(String channel, StableDocument stable) {
    Map<Place, Row> rows = new TreeMap<>();
    for (int vbucket : range(stable.partition())) {
      VbucketState state = stable.vbucket(vbucket);
      List<Entry> entries = new ArrayList<>();
      memory.collect(
          channel,
          vbucket,
          0,
          state.stable(),
          entry -> state.history().contains(entry.vbuuid(), entry.seqno()),
          entries);
      for (Entry entry : entries) {
        rows.put(
            new Place(vbucket, entry.documentId()),
            new Row(entry.seqno(), entry.revision(), entry.state()));
      }
    }
    return rows;
  }

  @Override
  public CompletableFuture<ChannelIndex> index() {
    return index;
  }

  @Override
  public boolean isOpen() {
    return index.isDone();
  }

  @Override
  public void look() {}

  @Override
  public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
    throw new AssertionError("nothing is asked for in the data bucket");
  }

  @Override
  public String goneRevision(String documentId, String lastRevision) {
    return DataVbucket.goneRevision(lastRevision);
  }

  private void begins(DataVbucket source) {
    StableDocument known = stable(map.partitionOf(source.number()));
    source.lostTraces |= !known.vbucket(source.number()).history().branches().isEmpty();
  }
}
