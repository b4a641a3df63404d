package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.read.BlockPlan.Active;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much an iteration reads at once. */
class ScanTest {
  private static final int PARTITIONS = 64;

  private final PartitionMap map = new PartitionMap(PARTITIONS, PARTITIONS);
  private int mostHeads;
  private int mostBlocks;
  private long mostEntries;

  /** Each channel has a closed block in each partition, of so many entries, and an active one. */
  private SliceReader reader(int closedEntries) {
    return new SliceReader() {
      @Override
      public CompletionStage<List<SlicePlan>> plan(List<Slice> slices) {
        mostHeads = Math.max(mostHeads, slices.size());
        BlockPlan.Listed closed = new BlockPlan.Listed(ChannelCache.Kind.BLOCK, 0, "");
        List<SlicePlan> plans = new ArrayList<>();
        for (Slice slice : slices) {
          plans.add(
              new BlockPlan(
                  slice, Directory.EMPTY, List.of(closed), closedEntries, Active.MUST_EXIST));
        }
        return CompletableFuture.completedFuture(plans);
      }

      @Override
      public CompletionStage<List<List<Entry>>> read(List<SlicePlan> plans) {
        mostBlocks = Math.max(mostBlocks, plans.stream().mapToInt(SlicePlan::blocks).sum());
        mostEntries =
            Math.max(mostEntries, plans.stream().mapToLong(SlicePlan::listedEntries).sum());
        List<List<Entry>> entries = new ArrayList<>();
        for (SlicePlan plan : plans) {
          int vbucket = plan.slice().partition();
          String id = plan.slice().channel().name() + vbucket;
          entries.add(List.of(new Entry(id, "1-a", vbucket, 1, 7, EntryState.ACTIVE)));
        }
        return CompletableFuture.completedFuture(entries);
      }
    };
  }

  private StableView view() {
    List<StableDocument> documents = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      VbucketState stable =
          new VbucketState(1, VbucketState.NEW.position(), VbucketState.NEW.history(), false);
      documents.add(new StableDocument(partition, partition, 1, "", 1, List.of(stable), List.of()));
    }
    return StableView.unread(map).with(documents);
  }

  private Scan scan(int channels, int closedEntries) {
    StableView view = view();
    IterationCache.Key iteration =
        new IterationCache.Key(
            IntStream.range(0, channels).mapToObj(i -> Channel.of("c" + i)).toList(),
            0,
            SequenceClock.zero(PARTITIONS),
            view.clock());
    IterationCache cache = new IterationCache(100_000);
    return new Scan(iteration, view, reader(closedEntries), cache, Runnable::run);
  }

  /** Of a client that follows many channels: what is left is counted in bounds, too. */
  @ParameterizedTest
  @ValueSource(ints = {0, 10})
  void whatIsCountedIsNotReadAllAtOnce(int closedEntries) {
    int channels = 200;

    CompletionStage<Long> counted =
        scan(channels, closedEntries).countFrom(0, FeedRequest.Rows.ALL);

    assertThat(counted.toCompletableFuture())
        .isCompletedWithValue((long) PARTITIONS * channels * (closedEntries + 1));
    assertThat(mostHeads).isLessThanOrEqualTo(4_096);
    assertThat(mostBlocks).isLessThanOrEqualTo(512);
  }

  /** A feed that wants none of the rows, those of deleted documents for instance. */
  @Test
  void whereNothingIsWantedNotEverythingIsReadAtOnce() {
    List<Integer> taken = new ArrayList<>();

    CompletionStage<Void> done =
        scan(1, 40_000)
            .run(
                0,
                1_000,
                (partition, rows) -> {
                  taken.add(partition);
                  return true;
                });

    assertThat(done.toCompletableFuture()).isCompleted();
    assertThat(taken).hasSize(PARTITIONS).isSorted();
    assertThat(mostEntries).isBetween(80_000L, 140_000L);
  }

  /**
   * Of an iteration that a node ahead of this one has begun, the first pages were told there: what
   * this node cannot read yet is missing in what it reads for the next one, which is not kept.
   */
  @Test
  void whatCouldNotBeReadYetIsNotTakenForNothing() {
    StableView all = view();
    StableView behind = StableView.unread(map).with(List.of(all.document(1)));
    IterationCache.Key iteration =
        new IterationCache.Key(
            List.of(Channel.of("c")), 0, SequenceClock.zero(PARTITIONS), all.clock());
    IterationCache cache = new IterationCache(100_000);
    SliceReader nothing =
        new SliceReader() {
          @Override
          public CompletionStage<List<SlicePlan>> plan(List<Slice> slices) {
            return reader(0).plan(slices);
          }

          @Override
          public CompletionStage<List<List<Entry>>> read(List<SlicePlan> plans) {
            return CompletableFuture.completedFuture(
                plans.stream().<List<Entry>>map(plan -> List.of()).toList());
          }
        };
    Scan early = new Scan(iteration, behind, nothing, cache, Runnable::run);
    assertThat(early.run(0, 1_000, (partition, rows) -> true).toCompletableFuture()).isCompleted();
    assertThat(early.countFrom(0, FeedRequest.Rows.ACTIVE).toCompletableFuture())
        .isCompletedWithValue(0L);

    Scan late = new Scan(iteration, all, reader(0), cache, Runnable::run);
    List<Integer> told = new ArrayList<>();
    CompletionStage<Void> done =
        late.run(
            0,
            1_000,
            (partition, rows) -> {
              rows.forEach(row -> told.add(row.vbucket()));
              return true;
            });

    assertThat(done.toCompletableFuture()).isCompleted();
    // Of partition 1 the node knew that there is nothing.
    assertThat(told).hasSize(PARTITIONS - 1).doesNotContain(1);
    assertThat(late.countFrom(0, FeedRequest.Rows.ACTIVE).toCompletableFuture())
        .isCompletedWithValue(PARTITIONS - 1L);
  }
}
