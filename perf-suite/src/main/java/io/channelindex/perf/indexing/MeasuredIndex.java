package io.channelindex.perf.indexing;

import io.channelindex.feed.FeedSettings;
import io.channelindex.feed.PartitionedFeed;
import io.channelindex.index.write.WriterStatus;
import io.channelindex.index.write.WriterStep;
import io.channelindex.perf.PerfException;
import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.perf.cluster.Positions;
import io.channelindex.perf.process.ProcessUsage;
import io.channelindex.perf.target.Endpoint;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.server.config.FeedConfig;
import io.channelindex.server.documents.DocumentSettings;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.PrincipalStore;
import io.channelindex.server.documents.StableSeqnos;
import io.channelindex.server.indexing.IndexingOwner;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One index of the data bucket, in one variant, under a database name of its own: written by the
 * parts of a changes server that index, put together as a server puts them together, and read by
 * the part that serves feeds, without the server around them. Its rows are where the variant has
 * them: in the index bucket, or in memory.
 *
 * <p>{@link #start} once, then {@link #write} any number of times, then {@link #stop}; {@link
 * #read} at any time between two writes. For one thread.
 */
public final class MeasuredIndex implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration BACKOFF = Duration.ofMillis(100);

  private final Endpoint endpoint;
  private final String database;
  private final PartitionMap map;
  private final IndexStore store;
  private final IndexingOwner owner;
  private final Goal goal;
  private final Gate gate;
  private final PartitionedFeed feed;
  private final Stopwatch stopwatch;
  private final Map<Integer, WriterStatus> counted = new ConcurrentHashMap<>();
  private final LongAdder takingBytes = new LongAdder();
  private long countedStored;

  /**
   * Agrees on an index that is not there yet.
   *
   * @param database its name, which begins the keys of all its documents
   * @param variant how it is arranged
   * @param dictionary what {@link #trained} said of an index before, for its blocks to be
   *     compressed with from the first one on
   * @param beginning where the documents begin that it is to have
   * @param node the process of the target if its processor time is to be measured
   * @param executor where everything is computed; not closed with the index
   */
  public MeasuredIndex(
      ClusterSession session,
      String database,
      IndexVariant variant,
      Optional<byte[]> dictionary,
      Positions beginning,
      Optional<ProcessUsage> node,
      ScheduledExecutorService executor)
      throws InterruptedException {
    this.endpoint = session.endpoint();
    this.database = database;
    this.map = PartitionMap.ofVbuckets(session.vbuckets());
    this.stopwatch = new Stopwatch(node);
    this.goal = new Goal(seqnos(beginning));
    ClusterSession server = session.asServer();
    this.store = IndexStore.of(variant, server, database, dictionary, map, executor);
    this.owner =
        store.owner(
            new DocumentStore(
                server.collection(),
                map.vbuckets(),
                DocumentSettings.DEFAULT,
                StableSeqnos.UNKNOWN),
            new PrincipalStore(
                server.collection(),
                map.vbuckets(),
                DocumentSettings.DEFAULT,
                StableSeqnos.UNKNOWN),
            goal);
    this.gate = new Gate(owner, positions(beginning), this::count);
    this.feed =
        new PartitionedFeed(
            feedSettings(),
            map,
            IntStream.range(0, map.partitions()).boxed().collect(Collectors.toSet()),
            gate);
  }

  /** As a server does that is not configured otherwise. */
  private FeedSettings feedSettings() {
    return new FeedSettings(
        endpoint.connectionString(),
        endpoint.credentials().username(),
        endpoint.credentials().password(),
        endpoint.buckets().data(),
        FeedConfig.DEFAULT.bufferBytes(),
        null,
        BACKOFF,
        BACKOFF);
  }

  private static Map<Integer, StreamPosition> positions(Positions beginning) {
    Map<Integer, StreamPosition> positions = new HashMap<>();
    beginning
        .offsets()
        .forEach(
            (vbucket, offset) ->
                positions.put(vbucket, StreamPosition.at(offset.getVbuuid(), offset.getSeqno())));
    return positions;
  }

  private static long[] seqnos(Positions beginning) {
    long[] seqnos = new long[beginning.offsets().size()];
    beginning.offsets().forEach((vbucket, offset) -> seqnos[vbucket] = offset.getSeqno());
    return seqnos;
  }

  /** Begins to stream changes, which wait until they are to be written. */
  public void start() {
    feed.start();
  }

  /**
   * Indexes everything up to a seqno per vbucket.
   *
   * @param arrival what of it has to have arrived before the clock starts
   * @throws io.channelindex.perf.PerfException if that does not succeed
   */
  public Written write(long[] to, Arrival arrival) throws InterruptedException {
    if (arrival == Arrival.COMPLETE) {
      awaitArrival(to);
    }
    CompletableFuture<Void> reached = goal.set(to).thenRun(stopwatch::stop).toCompletableFuture();
    long before = gate.passed();
    gate.open(stopwatch::start);
    Answers.of(reached, PATIENCE, () -> "indexing, vbuckets missing=" + goal.missing());
    gate.close();
    return figures(gate.passed() - before);
  }

  /** What of the changes waits at the gate when the clock starts. */
  public enum Arrival {
    /** All: what is measured does not depend on how fast they come. */
    COMPLETE,
    /** None, or what has come by chance: the streams are a part of what is measured. */
    STREAMED
  }

  private void awaitArrival(long[] to) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!gate.hasArrived(to)) {
      if (System.nanoTime() - until > 0) {
        throw new PerfException("changes do not arrive: index=" + database);
      }
      Thread.sleep(1);
    }
  }

  /** What a partition's writer has done from here on belongs to what is written next. */
  private void count(int partition) {
    owner.status().stream()
        .filter(status -> status.partition() == partition)
        .forEach(
            status -> {
              counted.put(partition, status);
              // A take appends nothing: what it sends is what is stored.
              takingBytes.add(status.bytesWritten());
            });
  }

  private Written figures(long changes) {
    Written all = Written.NOTHING;
    for (WriterStatus status : owner.status()) {
      WriterStatus before = counted.put(status.partition(), status);
      all = all.plus(difference(before, status));
    }
    long stored = store.storedBytes() - takingBytes.sum();
    long newlyStored = stored - countedStored;
    countedStored = stored;
    return all.plus(
        new Written(
            changes,
            stopwatch.elapsed(),
            stopwatch.cpu(),
            stopwatch.nodeCpu(),
            0,
            0,
            0,
            newlyStored,
            0));
  }

  private static Written difference(@Nullable WriterStatus before, WriterStatus after) {
    return new Written(
        0,
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        operations(after) - (before == null ? 0 : operations(before)),
        clockOperations(after) - (before == null ? 0 : clockOperations(before)),
        after.bytesWritten() - (before == null ? 0 : before.bytesWritten()),
        0,
        after.casRetries() - (before == null ? 0 : before.casRetries()));
  }

  private static long operations(WriterStatus status) {
    return status.operations().values().stream().mapToLong(Long::longValue).sum();
  }

  private static long clockOperations(WriterStatus status) {
    return status.operations().getOrDefault(WriterStep.CLOCKS, 0L)
        + status.operations().getOrDefault(WriterStep.STABLE, 0L);
  }

  /**
   * Compacts what was written, all of it, and removes what that replaced.
   *
   * @throws PerfException if that does not succeed
   */
  public void compact() throws InterruptedException {
    Answers.of(owner.compact(), PATIENCE, "compacting");
    // What was replaced stays for readers on their way, longer than this could wait, or until its
    // channel is compacted again; it would be weighed as a part of the index.
    Answers.of(owner.compact(), PATIENCE, "removing what was compacted");
  }

  /**
   * How many entries are in its blocks, superseded ones among them, and those of blocks that were
   * replaced and are not removed yet; empty if it has no blocks.
   *
   * @param stored what is in the index bucket
   */
  public OptionalLong storedEntries(StoredSizes stored) throws InterruptedException {
    return store.storedEntries(stored);
  }

  /** How many operations its writers have done so far; none more while it is at rest. */
  public long operations() {
    return owner.status().stream().mapToLong(MeasuredIndex::operations).sum();
  }

  /**
   * The dictionary that its blocks are compressed with; made now of what was written, if it is to
   * have one and has none.
   *
   * @return empty if it is to have none, or one saves too little
   */
  public Optional<byte[]> trained() throws InterruptedException {
    return store.trained();
  }

  /** Opens it for reading, with nothing of it read yet. */
  public IndexReader read() throws InterruptedException {
    return store.read();
  }

  /** What it takes in the memory of this process; empty if it is in a bucket. */
  public OptionalLong heapBytes() {
    return store.heapBytes();
  }

  /** Stops to write: what was committed stays. */
  public void stop() {
    feed.close();
  }

  @Override
  public void close() {
    stop();
    store.close();
  }
}
