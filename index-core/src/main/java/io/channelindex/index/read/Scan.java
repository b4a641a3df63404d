package io.channelindex.index.read;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.Entry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of an iteration. The heads of all its partitions are read at once, then the blocks
 * of as many partitions as the page may take, from the first on: mostly two round trips. What is
 * read at once is bounded.
 *
 * <p>Used by one page, one step after the other; what it reads ahead is left in the caches.
 */
final class Scan {
  /** How many heads are read at once, unless one partition has more. */
  private static final int WINDOW_HEADS = 4_096;

  /** How many blocks are read at once in any case, and then at most, but of one partition. */
  private static final int FEW_BLOCKS = 64;

  private static final int MOST_BLOCKS = 512;

  /** About how many entries are read at once where none seem to be wanted, but of one partition. */
  private static final int MOST_ENTRIES = 100_000;

  /** What is expected of an active block, whose entries nobody has counted. */
  private static final int ACTIVE_ENTRIES = 32;

  /** Up to how many entries rows are counted by reading them. */
  private static final int COUNTED_ENTRIES = 2_000;

  private final IterationCache.Key iteration;
  private final StableView view;
  private final SliceReader reader;
  private final IterationCache cache;
  private final Executor executor;

  /** What is known of partitions so far; null if nothing. */
  private final @Nullable PartitionPlan[] plans;

  Scan(
      IterationCache.Key iteration,
      StableView view,
      SliceReader reader,
      IterationCache cache,
      Executor executor) {
    this.iteration = iteration;
    this.view = view;
    this.reader = reader;
    this.cache = cache;
    this.executor = executor;
    this.plans = new PartitionPlan[view.map().partitions()];
  }

  /** Takes the rows of one partition after another. */
  @FunctionalInterface
  interface Sink {
    /** All rows of a partition; whether to go on. */
    boolean take(int partition, List<FeedRow> rows);
  }

  /**
   * Hands over the rows of all partitions from one on, until the sink has enough.
   *
   * @param rows how many the sink is going to take, at most
   */
  CompletionStage<Void> run(int firstPartition, long rows, Sink sink) {
    return windows(concerned(firstPartition), 0, rows, sink);
  }

  /** How many rows there are from a partition on. */
  CompletionStage<Long> countFrom(int firstPartition, FeedRequest.Rows which) {
    Outlook known = cache.outlook(iteration, which);
    if (known != null && known.reaches(firstPartition)) {
      return CompletableFuture.completedFuture(known.from(firstPartition));
    }
    return countWindows(concerned(firstPartition), which, new long[plans.length], COUNTED_ENTRIES)
        .thenApply(
            counts -> {
              Outlook outlook = new Outlook(firstPartition, counts);
              if (concerned(firstPartition).stream().allMatch(this::isWithinReach)) {
                cache.keepOutlook(iteration, which, outlook);
              }
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

  private CompletionStage<Void> windows(
      List<Integer> partitions, int begin, long budget, Sink sink) {
    if (begin >= partitions.size()) {
      return CompletableFuture.completedFuture(null);
    }
    int end = Math.min(partitions.size(), begin + window());
    return plan(partitions.subList(begin, end))
        .thenCompose(
            plans ->
                runs(plans, 0, budget, sink)
                    .thenComposeAsync(
                        goOn -> {
                          if (!goOn) {
                            return CompletableFuture.<Void>completedFuture(null);
                          }
                          plans.forEach(this::forget);
                          return windows(partitions, end, budget, sink);
                        },
                        executor));
  }

  /** Of how many partitions heads are read at once. */
  private int window() {
    return Math.max(1, WINDOW_HEADS / iteration.channels().size());
  }

  /**
   * Reads as many partitions as a number of entries is to be expected in; what follows has twice
   * the budget, because most of those seem to be superseded.
   */
  private CompletionStage<Boolean> runs(
      List<PartitionPlan> plans, int begin, long budget, Sink sink) {
    if (begin >= plans.size()) {
      return CompletableFuture.completedFuture(true);
    }
    int end = endOfRun(plans, begin, budget);
    return rows(plans.subList(begin, end))
        .thenComposeAsync(
            run -> handOver(run, sink) ? runs(plans, end, doubled(budget), sink) : stopped(),
            executor);
  }

  private static long doubled(long budget) {
    return Math.max(budget, Math.min(2 * budget, MOST_ENTRIES));
  }

  private int endOfRun(List<PartitionPlan> plans, int begin, long budget) {
    int end = begin;
    long blocks = 0;
    long entries = 0;
    boolean more;
    do {
      blocks += plans.get(end).blocks();
      entries += plans.get(end).expectedEntries();
      end++;
      more =
          end < plans.size()
              && (entries < budget
                  ? blocks + plans.get(end).blocks() <= MOST_BLOCKS
                  : mayBeReadAhead(plans.get(end), blocks, entries));
    } while (more);
    return end;
  }

  /** What a page does not need is read with it if it costs little and there is room to keep it. */
  private boolean mayBeReadAhead(PartitionPlan plan, long blocks, long entries) {
    return blocks + plan.blocks() <= FEW_BLOCKS
        && entries + plan.expectedEntries() <= cache.capacity() / 2;
  }

  private static CompletionStage<Boolean> stopped() {
    return CompletableFuture.completedFuture(false);
  }

  /** Hands over what was read; keeps what the sink did not want any more for the next page. */
  private boolean handOver(List<PartitionRows> run, Sink sink) {
    int next = 0;
    while (next < run.size() && sink.take(run.get(next).partition(), run.get(next).rows())) {
      next++;
    }
    keep(run.subList(next, run.size()));
    return next == run.size();
  }

  /** Keeps rows for the next pages: what is wanted first comes last, so that it goes last. */
  private void keep(List<PartitionRows> read) {
    for (int i = read.size() - 1; i >= 0; i--) {
      if (isWithinReach(read.get(i).partition())) {
        cache.keepRows(iteration, read.get(i).partition(), read.get(i).rows());
      }
    }
  }

  /**
   * Whether this node can read all of a partition that the iteration has. Who is farther on in the
   * same iteration, told by a node that was ahead, does not need what comes before in that
   * partition; others will, when it is there.
   */
  private boolean isWithinReach(int partition) {
    SequenceClock readable = view.clock();
    int last = view.map().last(partition);
    for (int vbucket = view.map().first(partition); vbucket <= last; vbucket++) {
      if (Long.compareUnsigned(readable.seqno(vbucket), iteration.upper().seqno(vbucket)) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Counts the rows of partitions, some after the other.
   *
   * @param counts gets the number of each partition
   * @param exact how many entries may still be read for it
   */
  private CompletionStage<long[]> countWindows(
      List<Integer> partitions, FeedRequest.Rows which, long[] counts, long exact) {
    if (partitions.isEmpty()) {
      return CompletableFuture.completedFuture(counts);
    }
    int end = Math.min(partitions.size(), window());
    List<Integer> later = partitions.subList(end, partitions.size());
    return plan(partitions.subList(0, end))
        .thenCompose(
            plans -> {
              long listed = plans.stream().mapToLong(PartitionPlan::listedEntries).sum();
              CompletionStage<Void> counted =
                  listed <= exact
                      ? inRuns(plans, plans.size(), run -> counted(run, which, counts))
                      : listed(plans, counts);
              return counted.thenComposeAsync(
                  done -> {
                    plans.forEach(this::forget);
                    return countWindows(later, which, counts, Math.max(0, exact - listed));
                  },
                  executor);
            });
  }

  /** Counts as many partitions at once as may be, the last first: what is wanted first is kept. */
  private CompletionStage<Void> inRuns(
      List<PartitionPlan> plans,
      int end,
      Function<List<PartitionPlan>, CompletionStage<Void>> count) {
    if (end == 0) {
      return CompletableFuture.completedFuture(null);
    }
    int begin = end - 1;
    long blocks = plans.get(begin).blocks();
    while (begin > 0 && blocks + plans.get(begin - 1).blocks() <= MOST_BLOCKS) {
      begin--;
      blocks += plans.get(begin).blocks();
    }
    int next = begin;
    return count
        .apply(plans.subList(begin, end))
        .thenComposeAsync(done -> inRuns(plans, next, count), executor);
  }

  private CompletionStage<Void> counted(
      List<PartitionPlan> plans, FeedRequest.Rows which, long[] counts) {
    return rows(plans)
        .thenAccept(
            read -> {
              for (PartitionRows partition : read) {
                counts[partition.partition()] = count(partition.rows(), which);
              }
              keep(read);
            });
  }

  /** Active blocks are not in any directory: they are read to be counted. */
  private CompletionStage<Void> listed(List<PartitionPlan> plans, long[] counts) {
    for (PartitionPlan plan : plans) {
      counts[plan.partition()] = plan.listedEntries();
    }
    List<PartitionPlan> actives = plans.stream().map(PartitionPlan::activesOnly).toList();
    return inRuns(actives, actives.size(), run -> addActives(run, counts));
  }

  private CompletionStage<Void> addActives(List<PartitionPlan> actives, long[] counts) {
    return entries(actives)
        .thenAccept(
            read -> {
              for (int i = 0; i < actives.size(); i++) {
                long active = read.get(i).stream().mapToLong(this::wanted).sum();
                counts[actives.get(i).partition()] += active;
              }
            });
  }

  private static long count(List<FeedRow> rows, FeedRequest.Rows which) {
    return which == FeedRequest.Rows.ALL
        ? rows.size()
        : rows.stream().filter(FeedRow::isActive).count();
  }

  private CompletionStage<List<PartitionPlan>> plan(List<Integer> partitions) {
    List<Slice> slices = new ArrayList<>();
    List<Integer> unknown = new ArrayList<>();
    for (int partition : partitions) {
      if (plans[partition] == null) {
        List<FeedRow> known = cache.rows(iteration, partition);
        if (known == null) {
          unknown.add(partition);
          addSlices(partition, slices);
        } else {
          plans[partition] = new PartitionPlan(partition, known, List.of());
        }
      }
    }
    if (unknown.isEmpty()) {
      return CompletableFuture.completedFuture(known(partitions));
    }
    return reader
        .plan(slices)
        .thenApply(
            read -> {
              int width = iteration.channels().size();
              for (int i = 0; i < unknown.size(); i++) {
                int partition = unknown.get(i);
                List<SlicePlan> channels = read.subList(i * width, (i + 1) * width);
                plans[partition] = new PartitionPlan(partition, null, channels);
              }
              return known(partitions);
            });
  }

  private void forget(PartitionPlan plan) {
    plans[plan.partition()] = null;
  }

  private List<PartitionPlan> known(List<Integer> partitions) {
    List<PartitionPlan> known = new ArrayList<>(partitions.size());
    for (int partition : partitions) {
      known.add(Objects.requireNonNull(plans[partition]));
    }
    return known;
  }

  private void addSlices(int partition, List<Slice> slices) {
    for (Channel channel : iteration.channels()) {
      slices.add(
          Slice.between(channel, view.document(partition), iteration.since(), iteration.upper()));
    }
  }

  private CompletionStage<List<PartitionRows>> rows(List<PartitionPlan> plans) {
    return entries(plans)
        .thenApply(
            read -> {
              Merge merge = new Merge();
              List<PartitionRows> partitions = new ArrayList<>(plans.size());
              for (int i = 0; i < plans.size(); i++) {
                List<FeedRow> known = plans.get(i).known();
                List<FeedRow> rows = known != null ? known : merge(merge, read.get(i));
                partitions.add(new PartitionRows(plans.get(i).partition(), rows));
              }
              return partitions;
            });
  }

  /** The entries of each plan's channels. */
  private CompletionStage<List<List<List<Entry>>>> entries(List<PartitionPlan> plans) {
    List<SlicePlan> channels = new ArrayList<>();
    plans.forEach(plan -> channels.addAll(plan.channels()));
    return reader
        .read(channels)
        .thenApply(
            read -> {
              List<List<List<Entry>>> byPlan = new ArrayList<>(plans.size());
              int next = 0;
              for (PartitionPlan plan : plans) {
                int begin = next;
                next += plan.channels().size();
                byPlan.add(read.subList(begin, next));
              }
              return byPlan;
            });
  }

  private List<FeedRow> merge(Merge merge, List<List<Entry>> byChannel) {
    Set<String> above = new HashSet<>();
    for (int i = 0; i < byChannel.size(); i++) {
      merge.add(iteration.channels().get(i).name(), within(byChannel.get(i), above));
    }
    List<FeedRow> rows = merge.rows();
    if (above.isEmpty()) {
      return rows;
    }
    // A channel that has a newer entry may have had one that said more. The next round tells it.
    return rows.stream()
        .filter(row -> row.removed().isEmpty() || !above.contains(row.documentId()))
        .toList();
  }

  /** The entries of an iteration, which are mostly all. */
  private List<Entry> within(List<Entry> entries, Set<String> above) {
    if (wanted(entries) == entries.size()) {
      return entries;
    }
    List<Entry> within = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      if (isWithin(entry)) {
        within.add(entry);
      } else {
        above.add(entry.documentId());
      }
    }
    return within;
  }

  private int wanted(List<Entry> entries) {
    int wanted = 0;
    for (Entry entry : entries) {
      wanted += isWithin(entry) ? 1 : 0;
    }
    return wanted;
  }

  private boolean isWithin(Entry entry) {
    return Long.compareUnsigned(entry.seqno(), iteration.upper().seqno(entry.vbucket())) <= 0;
  }

  private record PartitionRows(int partition, List<FeedRow> rows) {}

  /**
   * What has to be read in a partition.
   *
   * @param known its rows, if they need not be read
   * @param channels what to read of each channel otherwise
   */
  private record PartitionPlan(
      int partition, @Nullable List<FeedRow> known, List<SlicePlan> channels) {
    int blocks() {
      return channels.stream().mapToInt(SlicePlan::blocks).sum();
    }

    long listedEntries() {
      return known != null
          ? known.size()
          : channels.stream().mapToLong(SlicePlan::listedEntries).sum();
    }

    long expectedEntries() {
      long actives = channels.stream().filter(SlicePlan::hasUnlisted).count();
      return listedEntries() + ACTIVE_ENTRIES * actives;
    }

    PartitionPlan activesOnly() {
      return new PartitionPlan(
          partition,
          known,
          known != null
              ? Collections.emptyList()
              : channels.stream().map(SlicePlan::unlistedOnly).toList());
    }
  }
}
