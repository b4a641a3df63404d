package io.channelindex.index.read;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.Entry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of an iteration from the index bucket, partition by partition. The heads of a
 * window of partitions are read at once, then the blocks of as many partitions as have few.
 *
 * <p>Immutable; what a scan reads ahead is left in the cache.
 */
final class Scan {
  /** How many partitions' heads are read at once. */
  private static final int WINDOW = 16;

  /** How many blocks are read at once, unless one partition has more. */
  private static final int RUN_BLOCKS = 64;

  /** Up to how many entries rows are counted by reading them. */
  private static final int COUNTED_ENTRIES = 2_000;

  private final IterationCache.Key iteration;
  private final StableView view;
  private final ChannelReader reader;
  private final IterationCache cache;
  private final Executor executor;

  Scan(
      IterationCache.Key iteration,
      StableView view,
      ChannelReader reader,
      IterationCache cache,
      Executor executor) {
    this.iteration = iteration;
    this.view = view;
    this.reader = reader;
    this.cache = cache;
    this.executor = executor;
  }

  /** Takes the rows of one partition after another. */
  @FunctionalInterface
  interface Sink {
    /** All rows of a partition; whether to go on. */
    boolean take(int partition, List<FeedRow> rows);
  }

  /** Hands over the rows of all partitions from one on, until the sink has enough. */
  CompletionStage<Void> run(int firstPartition, Sink sink) {
    return windows(concerned(firstPartition), 0, sink);
  }

  /** How many rows there are from a partition on. */
  CompletionStage<Long> countFrom(int firstPartition, FeedRequest.Rows which) {
    Outlook known = cache.outlook(iteration, which);
    if (known != null && known.reaches(firstPartition)) {
      return CompletableFuture.completedFuture(known.from(firstPartition));
    }
    return plan(concerned(firstPartition))
        .thenCompose(plans -> counts(plans, which))
        .thenApply(
            counts -> {
              Outlook outlook = new Outlook(firstPartition, counts);
              cache.keepOutlook(iteration, which, outlook);
              return outlook.from(firstPartition);
            });
  }

  private List<Integer> concerned(int firstPartition) {
    List<Integer> partitions = new ArrayList<>();
    for (int partition = firstPartition; partition < view.map().partitions(); partition++) {
      if (isConcerned(partition)) {
        partitions.add(partition);
      }
    }
    return partitions;
  }

  private boolean isConcerned(int partition) {
    SequenceClock since = iteration.since();
    SequenceClock upper = iteration.upper();
    int last = view.map().last(partition);
    for (int vbucket = view.map().first(partition); vbucket <= last; vbucket++) {
      if (Long.compareUnsigned(upper.seqno(vbucket), since.seqno(vbucket)) > 0) {
        return true;
      }
    }
    return false;
  }

  private CompletionStage<Void> windows(List<Integer> partitions, int begin, Sink sink) {
    if (begin >= partitions.size()) {
      return CompletableFuture.completedFuture(null);
    }
    int end = Math.min(partitions.size(), begin + WINDOW);
    return plan(partitions.subList(begin, end))
        .thenCompose(plans -> runs(plans, 0, sink))
        .thenComposeAsync(
            goOn ->
                goOn
                    ? windows(partitions, end, sink)
                    : CompletableFuture.<Void>completedFuture(null),
            executor);
  }

  private CompletionStage<Boolean> runs(List<PartitionPlan> plans, int begin, Sink sink) {
    if (begin >= plans.size()) {
      return CompletableFuture.completedFuture(true);
    }
    int end = begin;
    int blocks = 0;
    do {
      blocks += plans.get(end).blocks();
      end++;
    } while (end < plans.size() && blocks + plans.get(end).blocks() <= RUN_BLOCKS);
    int next = end;
    return rows(plans.subList(begin, end))
        .thenComposeAsync(
            run -> handOver(run, sink) ? runs(plans, next, sink) : stopped(), executor);
  }

  private static CompletionStage<Boolean> stopped() {
    return CompletableFuture.completedFuture(false);
  }

  /** Hands over what was read; keeps what the sink did not want any more for the next page. */
  private boolean handOver(List<PartitionRows> run, Sink sink) {
    boolean goOn = true;
    for (PartitionRows read : run) {
      if (goOn) {
        goOn = sink.take(read.partition(), read.rows());
      }
      if (!goOn) {
        cache.keepRows(iteration, read.partition(), read.rows());
      }
    }
    return goOn;
  }

  private CompletionStage<long[]> counts(List<PartitionPlan> plans, FeedRequest.Rows which) {
    long listed = 0;
    for (PartitionPlan plan : plans) {
      listed += plan.listedEntries();
    }
    return listed <= COUNTED_ENTRIES ? counted(plans, which) : listed(plans);
  }

  private CompletionStage<long[]> counted(List<PartitionPlan> plans, FeedRequest.Rows which) {
    return rows(plans)
        .thenApply(
            read -> {
              long[] counts = new long[view.map().partitions()];
              for (PartitionRows partition : read) {
                counts[partition.partition()] = count(partition.rows(), which);
                cache.keepRows(iteration, partition.partition(), partition.rows());
              }
              return counts;
            });
  }

  /** Active blocks are not in any directory: they are read to be counted. */
  private CompletionStage<long[]> listed(List<PartitionPlan> plans) {
    List<PartitionPlan> actives = plans.stream().map(PartitionPlan::activesOnly).toList();
    return entries(actives)
        .thenApply(
            read -> {
              long[] counts = new long[view.map().partitions()];
              for (int i = 0; i < plans.size(); i++) {
                long active = read.get(i).stream().mapToLong(List::size).sum();
                counts[plans.get(i).partition()] = plans.get(i).listedEntries() + active;
              }
              return counts;
            });
  }

  private static long count(List<FeedRow> rows, FeedRequest.Rows which) {
    return which == FeedRequest.Rows.ALL
        ? rows.size()
        : rows.stream().filter(FeedRow::isActive).count();
  }

  private CompletionStage<List<PartitionPlan>> plan(List<Integer> partitions) {
    List<CompletionStage<PartitionPlan>> plans = new ArrayList<>(partitions.size());
    for (int partition : partitions) {
      List<FeedRow> known = cache.rows(iteration, partition);
      if (known != null) {
        plans.add(
            CompletableFuture.completedFuture(new PartitionPlan(partition, known, List.of())));
      } else {
        plans.add(
            reader
                .plan(slices(partition))
                .thenApply(blocks -> new PartitionPlan(partition, null, blocks)));
      }
    }
    return Stages.all(plans);
  }

  private List<Slice> slices(int partition) {
    List<Slice> slices = new ArrayList<>(iteration.channels().size());
    for (String channel : iteration.channels()) {
      slices.add(
          Slice.between(channel, view.document(partition), iteration.since(), iteration.upper()));
    }
    return slices;
  }

  private CompletionStage<List<PartitionRows>> rows(List<PartitionPlan> plans) {
    return entries(plans)
        .thenApply(
            read -> {
              List<PartitionRows> partitions = new ArrayList<>(plans.size());
              for (int i = 0; i < plans.size(); i++) {
                List<FeedRow> known = plans.get(i).known();
                List<FeedRow> rows = known != null ? known : merge(read.get(i));
                partitions.add(new PartitionRows(plans.get(i).partition(), rows));
              }
              return partitions;
            });
  }

  private CompletionStage<List<List<List<Entry>>>> entries(List<PartitionPlan> plans) {
    List<CompletionStage<List<List<Entry>>>> reads = new ArrayList<>(plans.size());
    for (PartitionPlan plan : plans) {
      reads.add(reader.read(plan.channels()));
    }
    return Stages.all(reads);
  }

  private List<FeedRow> merge(List<List<Entry>> byChannel) {
    Merge merge = new Merge();
    for (int i = 0; i < byChannel.size(); i++) {
      merge.add(iteration.channels().get(i), byChannel.get(i));
    }
    return merge.rows();
  }

  private record PartitionRows(int partition, List<FeedRow> rows) {}

  /**
   * What has to be read in a partition.
   *
   * @param known its rows, if they need not be read
   * @param channels what to read of each channel otherwise
   */
  private record PartitionPlan(
      int partition, @Nullable List<FeedRow> known, List<BlockPlan> channels) {
    int blocks() {
      return channels.stream().mapToInt(BlockPlan::blocks).sum();
    }

    long listedEntries() {
      return known != null
          ? known.size()
          : channels.stream().mapToLong(BlockPlan::closedEntries).sum();
    }

    PartitionPlan activesOnly() {
      return new PartitionPlan(
          partition,
          known,
          known != null
              ? Collections.emptyList()
              : channels.stream().map(BlockPlan::activeOnly).toList());
    }
  }
}
