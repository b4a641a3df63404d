package io.channelindex.index.write;

import io.channelindex.index.CommitListener;
import io.channelindex.index.write.Batching.Linger;
import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A partition of two vbuckets, its index bucket, and owners of it, all in one thread. */
final class OnePartition {
  static final List<FailoverEntry> LOG = List.of(new FailoverEntry(77, 0));

  final Turns turns = new Turns(new Random(1));
  final InMemoryIndexBucket bucket = new InMemoryIndexBucket(turns);
  final IndexKeys keys = new IndexKeys("db");
  final PartitionMap map = new PartitionMap(2, 1);
  final IndexReading reading;
  final Map<String, IndexedChange> documents = new HashMap<>();
  final List<Long> done = new ArrayList<>();
  WriterProbe probe = WriterProbe.NONE;
  CommitListener listener = CommitListener.NONE;
  final Layout layout;
  int blockBytes = 1024;
  int compactBlocks;
  Duration compactAtRest = Duration.ZERO;
  int compactEntries = 250_000;
  Batching batching = Batching.DEFAULT.withChanges(1_000).withLinger(Linger.FIXED, Duration.ZERO);

  private final DocumentSource source =
      new DocumentSource() {
        @Override
        public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
          return CompletableFuture.completedFuture(Optional.ofNullable(documents.get(documentId)));
        }

        @Override
        public String goneRevision(String documentId, String lastRevision) {
          return "9-90e" + lastRevision.charAt(0);
        }
      };

  OnePartition() {
    this(Layouts.DENSE);
  }

  OnePartition(Layout layout) {
    this.layout = layout;
    this.reading = new IndexReading(bucket::peek, keys, map, 0, layout);
  }

  /** Commits wait so long for more. */
  void linger(Duration linger) {
    batching = batching.withLinger(Linger.FIXED, linger);
  }

  CompletableFuture<PartitionWriter> taking() {
    return taking(bucket);
  }

  /** With somebody before the bucket. */
  CompletableFuture<PartitionWriter> taking(IndexBucket between) {
    WriterSettings settings =
        new WriterSettings(
            layout,
            BlockCoding.plain(),
            blockBytes,
            new Compacting(compactBlocks, compactAtRest, compactEntries),
            batching,
            Duration.ofMillis(100),
            probe);
    return new PartitionWriters(
            between, keys, map, source, settings, turns, listener, serial -> turns)
        .take(0)
        .toCompletableFuture();
  }

  PartitionWriter take() {
    CompletableFuture<PartitionWriter> taking = taking();
    turns.until(taking::isDone);
    return taking.join();
  }

  /** An owner with vbucket 0 open, and a snapshot up to {@code end} announced. */
  PartitionWriter takeAndOpen(long end) {
    PartitionWriter writer = take();
    writer.opened(0, LOG);
    writer.snapshot(0, writer.positions().get(0).seqno(), end);
    return writer;
  }

  /** A document in channels, as of now. */
  IndexedChange document(String id, long seqno, String... channels) {
    return documentOf(0, id, seqno, channels);
  }

  /** The same of a document of any vbucket. */
  IndexedChange documentOf(int vbucket, String id, long seqno, String... channels) {
    return change(vbucket, id, seqno, EntryState.ACTIVE, channels);
  }

  /** The deletion of a document that was in channels. */
  IndexedChange deletion(String id, long seqno, String... channels) {
    return change(0, id, seqno, EntryState.DELETED, channels);
  }

  private IndexedChange change(
      int vbucket, String id, long seqno, EntryState state, String... channels) {
    List<Membership> memberships = new ArrayList<>();
    Set<String> all = new TreeSet<>(List.of(channels));
    all.add(Batch.EVERYTHING);
    all.forEach(channel -> memberships.add(new Membership(channel, seqno, seqno + "-abcd", state)));
    IndexedChange change = new IndexedChange(id, vbucket, seqno, memberships);
    documents.put(id, change);
    return change;
  }

  void tell(PartitionWriter writer, IndexedChange change) {
    writer.change(
        change.vbucket(),
        change.seqno(),
        CompletableFuture.completedFuture(Optional.of(change)),
        () -> done.add(change.seqno()));
  }

  /** Lets time pass, and what is due happen. */
  void pass(Duration time) {
    long until = turns.nanos() + time.toNanos();
    turns.after(time, () -> {});
    turns.until(() -> turns.nanos() >= until);
  }

  StableDocument stable() {
    return reading.stable();
  }

  /** The ids that a channel shows in vbucket 0, with the seqnos of their rows and their states. */
  List<String> rows(String channel) {
    return reading.channel(channel, stable()).entrySet().stream()
        .map(row -> row.getKey().id() + "@" + row.getValue().seqno() + " " + row.getValue().state())
        .toList();
  }
}
