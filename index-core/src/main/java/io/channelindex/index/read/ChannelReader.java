package io.channelindex.index.read;

import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.DirectoryPage;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layout.HeadClock;
import io.channelindex.storage.layout.StoredBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Reads channels from the index bucket: head, directory pages, blocks (index-bucket.md, "Reading").
 * A listed document that is missing means that the directory has changed: the head is read again, a
 * few times, before that is an error. A channel without a head is empty.
 *
 * <p>Thread-safe. Everything that is asked for at once is under way at once (R1); documents are
 * decoded on the executor.
 */
final class ChannelReader {
  private static final int ATTEMPTS = 4;

  private final IndexBucket bucket;
  private final IndexKeys keys;
  private final Layout layout;
  private final Executor executor;
  private final ReadCounters counters;

  ChannelReader(
      IndexBucket bucket, IndexKeys keys, Layout layout, Executor executor, ReadCounters counters) {
    this.bucket = bucket;
    this.keys = keys;
    this.layout = layout;
    this.executor = executor;
    this.counters = counters;
  }

  /** What has to be read for each of the slices. */
  CompletionStage<List<BlockPlan>> plan(List<Slice> slices) {
    List<CompletionStage<BlockPlan>> plans = new ArrayList<>(slices.size());
    for (Slice slice : slices) {
      plans.add(plan(slice, ATTEMPTS));
    }
    return Stages.all(plans);
  }

  /** The entries that each of the plans' slices wants, in the order in which they were indexed. */
  CompletionStage<List<List<Entry>>> read(List<BlockPlan> plans) {
    List<CompletionStage<List<Entry>>> entries = new ArrayList<>(plans.size());
    for (BlockPlan plan : plans) {
      entries.add(read(plan, ATTEMPTS));
    }
    return Stages.all(entries);
  }

  private CompletionStage<BlockPlan> plan(Slice slice, int attempts) {
    String key = keys.head(slice.channel(), slice.partition());
    counters.reads.increment();
    return bucket
        .get(key)
        .thenComposeAsync(
            found ->
                found.isEmpty()
                    ? CompletableFuture.completedFuture(BlockPlan.nothing(slice))
                    : plan(
                        slice,
                        ChannelHead.decode(key, slice.channel(), found.get().value()),
                        attempts),
            executor);
  }

  private CompletionStage<BlockPlan> plan(Slice slice, ChannelHead head, int attempts) {
    slice.requireSameVbuckets(head);
    if (layout.headClock() == HeadClock.COVERS_ACTIVE && !slice.mayHold(head.clock())) {
      return CompletableFuture.completedFuture(BlockPlan.nothing(slice));
    }
    List<String> pages = new ArrayList<>();
    for (Summary page : head.pages()) {
      if (slice.mayHold(page.highest())) {
        pages.add(keys.page(slice.channel(), slice.partition(), page.number()));
      }
    }
    if (pages.isEmpty()) {
      return CompletableFuture.completedFuture(plan(slice, head, List.of()));
    }
    counters.reads.add(pages.size());
    return bucket
        .getAll(pages)
        .thenComposeAsync(
            found -> {
              int missing = firstMissing(found, found.size());
              return missing < 0
                  ? CompletableFuture.completedFuture(
                      plan(slice, head, decodePages(slice, pages, found)))
                  : planAgain(slice, pages.get(missing), attempts);
            },
            executor);
  }

  private static List<Summary> decodePages(
      Slice slice, List<String> keys, List<Optional<Versioned<byte[]>>> found) {
    List<Summary> blocks = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      byte[] page = found.get(i).orElseThrow().value();
      blocks.addAll(DirectoryPage.decode(keys.get(i), slice.channel(), page).blocks());
    }
    return blocks;
  }

  private static BlockPlan plan(Slice slice, ChannelHead head, List<Summary> paged) {
    List<Integer> closed = new ArrayList<>();
    long entries = 0;
    for (List<Summary> summaries : List.of(paged, head.closed())) {
      for (Summary block : summaries) {
        if (slice.mayHold(block.highest())) {
          closed.add(block.number());
          entries += block.entries();
        }
      }
    }
    return new BlockPlan(slice, closed, entries, head.active(), !closedCover(head));
  }

  /**
   * Whether the full blocks alone account for the head's clock: the active one may be unwritten.
   */
  private static boolean closedCover(ChannelHead head) {
    for (int i = 0; i < head.clock().size(); i++) {
      long highest = 0;
      for (List<Summary> summaries : List.of(head.pages(), head.closed())) {
        for (Summary block : summaries) {
          if (Long.compareUnsigned(block.highest().get(i), highest) > 0) {
            highest = block.highest().get(i);
          }
        }
      }
      if (Long.compareUnsigned(head.clock().get(i), highest) > 0) {
        return false;
      }
    }
    return true;
  }

  private CompletionStage<List<Entry>> read(BlockPlan plan, int attempts) {
    List<String> blocks = blockKeys(plan);
    if (blocks.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    counters.reads.add(blocks.size());
    return bucket
        .getAll(blocks)
        .thenComposeAsync(
            found -> {
              int required = plan.closed().size() + (plan.activeMustExist() ? 1 : 0);
              int missing = firstMissing(found, Math.min(required, found.size()));
              return missing < 0
                  ? wanted(plan.slice(), blocks, found)
                  : readAgain(plan, blocks.get(missing), attempts);
            },
            executor);
  }

  private List<String> blockKeys(BlockPlan plan) {
    Slice slice = plan.slice();
    List<String> blocks = new ArrayList<>(plan.blocks());
    for (int block : plan.closed()) {
      blocks.add(keys.block(slice.channel(), slice.partition(), block));
    }
    if (plan.active() >= 0) {
      blocks.add(keys.block(slice.channel(), slice.partition(), plan.active()));
    }
    return blocks;
  }

  private CompletionStage<List<Entry>> wanted(
      Slice slice, List<String> keys, List<Optional<Versioned<byte[]>>> found) {
    List<StoredBlock> blocks = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      if (found.get(i).isPresent()) {
        blocks.add(new StoredBlock(keys.get(i), found.get(i).get().value()));
      }
    }
    return layout
        .read(slice.place(this.keys), blocks, slice, this::companions)
        .thenApplyAsync(Layout.Contents::entries, executor);
  }

  private CompletionStage<List<Optional<Versioned<byte[]>>>> companions(List<String> beside) {
    counters.reads.add(beside.size());
    return bucket.getAll(beside);
  }

  private CompletionStage<BlockPlan> planAgain(Slice slice, String missing, int attempts) {
    return attempts > 1 ? plan(slice, attempts - 1) : listedAndMissing(missing);
  }

  private CompletionStage<List<Entry>> readAgain(BlockPlan plan, String missing, int attempts) {
    return attempts > 1
        ? plan(plan.slice(), attempts).thenCompose(again -> read(again, attempts - 1))
        : listedAndMissing(missing);
  }

  private static <T> CompletionStage<T> listedAndMissing(String key) {
    return CompletableFuture.failedFuture(
        new IndexStorageException(
            "listed in its directory, but missing: key=" + key + ", attempts=" + ATTEMPTS));
  }

  private static int firstMissing(List<Optional<Versioned<byte[]>>> found, int required) {
    for (int i = 0; i < required; i++) {
      if (found.get(i).isEmpty()) {
        return i;
      }
    }
    return -1;
  }
}
