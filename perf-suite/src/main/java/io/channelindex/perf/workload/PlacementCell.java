package io.channelindex.perf.workload;

import io.channelindex.perf.measure.LatencyDistribution;
import io.channelindex.perf.measure.LatencyRecorder;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.storage.Colocation;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/**
 * Channels whose documents lie in one of the ways, of the number and about the sizes that they
 * have, and what was measured of reading them so far: the heads of all partitions, then the blocks,
 * each time all at once, as a reader with nothing in memory does.
 *
 * <p>Writes and reads of different channels may be under way at once.
 */
final class PlacementCell {
  private static final int HEAD_BYTES = 300;
  private static final int BLOCK_BYTES = 2_000;

  private final Placement placement;
  private final int channels;
  private final int partitions;
  private final Colocation bucketOfVbuckets;
  private final int vbuckets;
  private final IndexKeys keys;
  private final IndexBucket bucket;
  private final TimeSource time;
  private final LatencyRecorder latencies = new LatencyRecorder();
  private final LongAdder wrong = new LongAdder();
  private final Map<PlacementFigure, List<Double>> samples = new EnumMap<>(PlacementFigure.class);

  PlacementCell(
      Placement placement,
      int channels,
      int partitions,
      int vbuckets,
      String database,
      IndexBucket bucket,
      TimeSource time) {
    this.placement = placement;
    this.channels = channels;
    this.partitions = partitions;
    this.vbuckets = vbuckets;
    this.bucketOfVbuckets = new Colocation(vbuckets);
    this.keys = new IndexKeys(database, placement);
    this.bucket = bucket;
    this.time = time;
  }

  @Override
  public String toString() {
    return placement.name();
  }

  int channels() {
    return channels;
  }

  /** How many documents all channels have together. */
  int documents() {
    return channels * partitions * 2;
  }

  /** The key of one of them: a channel's are in a row, its heads first. */
  String key(int document) {
    int channel = document / (2 * partitions);
    int place = document % (2 * partitions);
    return place < partitions
        ? keys.head("channel-" + channel, place)
        : keys.block("channel-" + channel, place - partitions, channel);
  }

  private List<String> keys(int channel, int from) {
    List<String> some = new ArrayList<>(partitions);
    for (int i = 0; i < partitions; i++) {
      some.add(key(channel * 2 * partitions + from + i));
    }
    return some;
  }

  private byte[] value(int document) {
    byte[] value = new byte[document % (2 * partitions) < partitions ? HEAD_BYTES : BLOCK_BYTES];
    new Random(document).nextBytes(value);
    return value;
  }

  CompletableFuture<WriteResult> write(int document) {
    return bucket.insert(key(document), value(document)).toCompletableFuture();
  }

  /** Reads a channel; answers the values, heads first. */
  CompletableFuture<List<Optional<Versioned<byte[]>>>> read(int channel) {
    long started = time.nanos();
    return bucket
        .getAll(keys(channel, 0))
        .thenCompose(
            heads ->
                bucket
                    .getAll(keys(channel, partitions))
                    .thenApply(
                        blocks -> {
                          latencies.record(started, time.nanos());
                          List<Optional<Versioned<byte[]>>> all = new ArrayList<>(heads);
                          all.addAll(blocks);
                          return all;
                        }))
        .toCompletableFuture();
  }

  /** Compares a channel's values with what was written. */
  void judge(int channel, List<Optional<Versioned<byte[]>>> read) {
    for (int i = 0; i < read.size(); i++) {
      byte[] expected = value(channel * 2 * partitions + i);
      if (read.get(i).filter(found -> Arrays.equals(found.value(), expected)).isEmpty()) {
        wrong.increment();
      }
    }
  }

  /** Takes what was read since the last time as one measurement. */
  void measured() {
    LatencyDistribution latency = latencies.take();
    add(PlacementFigure.READ_P50, latency.percentile(50) / 1e6);
    add(PlacementFigure.READ_P99, latency.percentile(99) / 1e6);
  }

  /** Forgets what was measured. */
  void forget() {
    samples.clear();
  }

  private void add(PlacementFigure figure, double value) {
    samples.computeIfAbsent(figure, any -> new ArrayList<>()).add(value);
  }

  /** What was measured, and what is known from the keys. */
  Outcome outcome() {
    int[] documentsOf = new int[vbuckets];
    long touched = 0;
    for (int channel = 0; channel < channels; channel++) {
      Set<Integer> ofChannel = new HashSet<>();
      for (int i = 0; i < 2 * partitions; i++) {
        int vbucket = bucketOfVbuckets.vbucketOf(key(channel * 2 * partitions + i));
        ofChannel.add(vbucket);
        documentsOf[vbucket]++;
      }
      touched += ofChannel.size();
    }
    add(PlacementFigure.VBUCKETS_PER_READ, (double) touched / channels);
    double fullest = Arrays.stream(documentsOf).max().orElseThrow();
    add(PlacementFigure.FULLEST_VBUCKET, 100 * fullest * vbuckets / documents());
    Outcome.Builder outcome =
        new Outcome.Builder()
            .parameter("placement", placement.name())
            .parameter("channels", channels)
            .parameter("documents-per-channel", 2 * partitions);
    samples.forEach(
        (figure, measured) ->
            outcome.metric(figure.label(), Metric.median(measured, figure.unit())));
    return outcome.check("wrong", wrong.sum()).build();
  }
}
