package io.channelindex.perf.workload;

import io.channelindex.perf.measure.LatencyDistribution;
import io.channelindex.perf.measure.LatencyRecorder;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.clocks.ClockStrategy;
import io.channelindex.storage.clocks.SharedClock;
import io.channelindex.storage.clocks.Update;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * A clock kept in one of the ways, advanced by so many writers, and what was measured of it so far.
 * Each writer owns a partition and has an instance of its own, as if it were a process; where there
 * are more of them than partitions, some share one.
 *
 * <p>{@link #update} may be called by many threads, for a writer by one at a time; everything else
 * while no update is under way.
 */
final class ContentionCell {
  private static final long EPOCH_OF_FILLER = 1;
  private static final long EPOCH_OF_WRITERS = 2;
  private static final int MOST_PER_UPDATE = 4;

  private final ClockStrategy strategy;
  private final int writers;
  private final PartitionMap map;
  private final IndexKeys keys;
  private final IndexBucket bucket;
  private final TimeSource time;
  private final List<SharedClock> processes = new ArrayList<>();
  private final AtomicLongArray asked;
  private final AtomicLongArray reached;
  private final LatencyRecorder latencies = new LatencyRecorder();
  private final LongAdder updates = new LongAdder();
  private final LongAdder attempts = new LongAdder();
  private final LongAdder operations = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder fenced = new LongAdder();
  private final Map<ContentionFigure, List<Double>> samples = new EnumMap<>(ContentionFigure.class);
  private SequenceClock lastRead;
  private long lost;
  private long regressed;

  ContentionCell(
      ClockStrategy strategy,
      int writers,
      PartitionMap map,
      IndexKeys keys,
      IndexBucket bucket,
      TimeSource time,
      Executor executor) {
    this.strategy = strategy;
    this.writers = writers;
    this.map = map;
    this.keys = keys;
    this.bucket = bucket;
    this.time = time;
    this.asked = new AtomicLongArray(map.vbuckets());
    this.reached = new AtomicLongArray(map.vbuckets());
    this.lastRead = SequenceClock.zero(map.vbuckets());
    for (int writer = 0; writer < writers; writer++) {
      processes.add(strategy.open(bucket, keys, name(), map, executor));
    }
  }

  int writers() {
    return writers;
  }

  @Override
  public String toString() {
    return strategy.label() + ", " + writers + " writers";
  }

  private String name() {
    return strategy.label() + '-' + writers;
  }

  /** The keys of its documents. */
  List<String> documents() {
    return strategy == ClockStrategy.SHARDED
        ? IntStream.range(0, map.partitions())
            .mapToObj(partition -> keys.sharedClock(name(), partition))
            .toList()
        : List.of(keys.sharedClock(name()));
  }

  /** Gives a partition a beginning, so that a clock of one writer is as big as of many. */
  CompletableFuture<Update> fill(int partition) {
    SplittableRandom random = new SplittableRandom(partition);
    long[] seqnos = random.longs(map.size(partition), 97_000, 103_000).toArray();
    for (int i = 0; i < seqnos.length; i++) {
      asked.set(map.first(partition) + i, seqnos[i]);
    }
    return processes.get(0).advance(partition, EPOCH_OF_FILLER, seqnos).toCompletableFuture();
  }

  /** One update of a writer: a few mutations in each vbucket of its partition. */
  CompletableFuture<Void> update(int writer) {
    int partition = writer % map.partitions();
    int first = map.first(partition);
    long[] seqnos = new long[map.size(partition)];
    for (int i = 0; i < seqnos.length; i++) {
      seqnos[i] = asked.addAndGet(first + i, 1 + (writer + i) % MOST_PER_UPDATE);
    }
    long started = time.nanos();
    return processes
        .get(writer)
        .advance(partition, EPOCH_OF_WRITERS, seqnos)
        .thenAccept(
            update -> {
              latencies.record(started, time.nanos());
              count(update);
              for (int i = 0; i < seqnos.length; i++) {
                reached.accumulateAndGet(first + i, seqnos[i], Math::max);
              }
            })
        .toCompletableFuture();
  }

  private void count(Update update) {
    updates.increment();
    attempts.add(update.attempts());
    operations.add(update.operations());
    bytes.add(update.bytes());
    if (update.outcome() == Update.Outcome.FENCED) {
      fenced.increment();
    }
  }

  /** Takes what was counted since the last time as one measurement. */
  void measured(long nanos, double documentBytes) {
    double count = Math.max(1, updates.sumThenReset());
    LatencyDistribution latency = latencies.take();
    add(ContentionFigure.UPDATES_PER_SECOND, count * 1e9 / nanos);
    add(
        ContentionFigure.CAS_RETRIES_PER_UPDATE,
        Math.max(0, attempts.sumThenReset() - count) / count);
    add(ContentionFigure.OPERATIONS_PER_UPDATE, operations.sumThenReset() / count);
    add(ContentionFigure.BYTES_SENT_PER_UPDATE, bytes.sumThenReset() / count);
    add(ContentionFigure.BYTES_WRITTEN_PER_UPDATE, documentBytes);
    add(ContentionFigure.UPDATE_P50, latency.percentile(50) / 1e6);
    add(ContentionFigure.UPDATE_P99, latency.percentile(99) / 1e6);
  }

  private void add(ContentionFigure figure, double value) {
    samples.computeIfAbsent(figure, any -> new ArrayList<>()).add(value);
  }

  /** Forgets what was measured, not what was wrong. */
  void forget() {
    samples.clear();
  }

  /** The clock as it is now. */
  CompletionStage<SequenceClock> read() {
    return processes.get(0).read();
  }

  /** The bytes of a document that an update writes. */
  CompletionStage<Integer> documentBytes() {
    return bucket
        .get(documents().get(0))
        .thenApply(document -> document.map(found -> found.value().length).orElse(0));
  }

  /** Compares a read with what was answered, and with the read before. */
  void judge(SequenceClock read) {
    for (int vbucket = 0; vbucket < map.vbuckets(); vbucket++) {
      lost += read.seqno(vbucket) < reached.get(vbucket) ? 1 : 0;
      regressed += read.seqno(vbucket) < lastRead.seqno(vbucket) ? 1 : 0;
    }
    lastRead = read;
  }

  /** What was measured and judged. */
  Outcome outcome() {
    Outcome.Builder outcome =
        new Outcome.Builder()
            .parameter("clock-strategy", strategy.label())
            .parameter("writers", writers)
            .parameter("partitions", map.partitions());
    samples.forEach(
        (figure, measured) ->
            outcome.metric(figure.label(), Metric.median(measured, figure.unit())));
    return outcome
        .check("lost", lost)
        .check("regressed", regressed)
        .check("fenced", fenced.sum())
        .build();
  }
}
