package io.channelindex.index.read;

import io.channelindex.index.read.BlockPlan.Active;
import io.channelindex.index.read.BlockPlan.Listed;
import io.channelindex.index.read.ChannelCache.Kind;
import io.channelindex.index.read.ChannelCache.Place;
import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.DirectoryPage;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layout.Companions;
import io.channelindex.storage.layout.Layout.HeadClock;
import io.channelindex.storage.layout.StoredBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Reads channels from the index bucket: head, directory pages, blocks (index-bucket.md, "Reading"),
 * each only if the cache does not have it. A listed document that is missing means that the
 * directory has changed: the head is read again, a few times, before that is an error. A channel
 * without a head is empty.
 *
 * <p>Thread-safe. Everything that is asked for at once is under way at once (R1); documents are
 * decoded on the executor.
 */
final class ChannelReader implements SliceReader {
  private static final int ATTEMPTS = 4;

  private final IndexBucket bucket;
  private final IndexKeys keys;
  private final Layout layout;
  private final BlockCoding coding;
  private final int vbuckets;
  private final ChannelCache cache;
  private final Executor executor;
  private final ReadCounters counters;

  /**
   * A reader of all channels.
   *
   * @param vbuckets how many the index bucket has
   */
  ChannelReader(
      IndexBucket bucket,
      IndexKeys keys,
      Layout layout,
      BlockCoding coding,
      int vbuckets,
      ChannelCache cache,
      Executor executor,
      ReadCounters counters) {
    this.bucket = bucket;
    this.keys = keys;
    this.layout = layout;
    this.coding = coding;
    this.vbuckets = vbuckets;
    this.cache = cache;
    this.executor = executor;
    this.counters = counters;
  }

  @Override
  public CompletionStage<List<SlicePlan>> plan(List<Slice> slices) {
    return together(
        slices, (slice, documents) -> plan(slice, ATTEMPTS, documents).thenApply(plan -> plan));
  }

  @Override
  public CompletionStage<List<List<Entry>>> read(List<SlicePlan> plans) {
    return together(plans, (plan, documents) -> read((BlockPlan) plan, ATTEMPTS, documents));
  }

  /** Something that asks for documents. */
  @FunctionalInterface
  private interface Step<T, R> {
    CompletionStage<R> begin(T item, BulkRead documents);
  }

  private <T, R> CompletionStage<List<R>> together(List<T> items, Step<T, R> step) {
    BulkRead documents = new BulkRead(bucket, vbuckets, executor, counters);
    List<CompletionStage<R>> results = new ArrayList<>(items.size());
    try {
      for (T item : items) {
        results.add(step.begin(item, documents));
      }
    } finally {
      // Others may wait for what was asked for, whatever became of the rest.
      documents.start();
    }
    return Stages.all(results);
  }

  private <T, R> CompletionStage<R> alone(T item, Step<T, R> step) {
    return together(List.of(item), step).thenApply(results -> results.get(0));
  }

  private CompletionStage<BlockPlan> plan(Slice slice, int attempts, BulkRead documents) {
    return head(slice, documents).thenCompose(directory -> plan(slice, directory, attempts));
  }

  private CompletionStage<BlockPlan> plan(Slice slice, Directory directory, int attempts) {
    if (directory.isEmpty()
        || (layout.headClock() == HeadClock.COVERS_ACTIVE && !directory.mayHold(slice))) {
      return CompletableFuture.completedFuture(BlockPlan.nothing(slice, directory));
    }
    List<Integer> wanted = new ArrayList<>();
    for (int i = 0; i < directory.pages().size(); i++) {
      if (directory.pages().mayHold(i, slice)) {
        wanted.add(directory.pages().number(i));
      }
    }
    if (wanted.isEmpty()) {
      return CompletableFuture.completedFuture(plan(slice, directory, List.of()));
    }
    return together(wanted, (page, documents) -> page(slice, page, documents))
        .thenCompose(
            pages -> {
              int missing = firstMissing(pages);
              return missing < 0
                  ? CompletableFuture.completedFuture(plan(slice, directory, present(pages)))
                  : planAgain(slice, directory, pageKey(slice, wanted.get(missing)), attempts);
            });
  }

  private static BlockPlan plan(Slice slice, Directory directory, List<Summaries> pages) {
    List<Listed> wanted = new ArrayList<>();
    long entries = addWanted(slice, directory, Kind.PACKED, directory.packed(), wanted);
    for (Summaries page : pages) {
      entries += addWanted(slice, directory, Kind.BLOCK, page, wanted);
    }
    entries += addWanted(slice, directory, Kind.BLOCK, directory.closed(), wanted);
    Active active = directory.activeMustExist() ? Active.MUST_EXIST : Active.MAY_BE_MISSING;
    return new BlockPlan(slice, directory, wanted, entries, active);
  }

  /** Adds blocks that can hold what a slice wants; how many entries they have. */
  private static long addWanted(
      Slice slice, Directory directory, Kind kind, Summaries blocks, List<Listed> wanted) {
    long entries = 0;
    for (int i = 0; i < blocks.size(); i++) {
      if (blocks.mayHold(i, slice)) {
        // What is not stable yet becomes visible with a commit that makes the directory old.
        Object owner = blocks.isStable(i, slice) ? slice.channel().name() : directory;
        wanted.add(new Listed(kind, blocks.number(i), owner));
        entries += blocks.entries(i);
      }
    }
    return entries;
  }

  private CompletionStage<List<Entry>> read(BlockPlan plan, int attempts, BulkRead documents) {
    if (plan.blocks() == 0) {
      return CompletableFuture.completedFuture(List.of());
    }
    List<CompletionStage<Optional<BlockEntries>>> reads = new ArrayList<>(plan.blocks());
    for (Listed block : plan.closed()) {
      reads.add(closed(plan.slice(), block, documents));
    }
    if (plan.active() != Active.UNREAD) {
      reads.add(active(plan, documents));
    }
    return Stages.all(reads)
        .thenCompose(
            blocks -> {
              int missing = firstMissing(blocks);
              return missing < 0
                  ? CompletableFuture.completedFuture(wanted(plan.slice(), blocks))
                  : readAgain(plan, missing, attempts);
            });
  }

  private static List<Entry> wanted(Slice slice, List<Optional<BlockEntries>> blocks) {
    List<Entry> wanted = new ArrayList<>();
    for (Optional<BlockEntries> block : blocks) {
      for (Entry entry : block.orElseThrow().entries()) {
        if (slice.wants(entry) || slice.isAbove(entry)) {
          wanted.add(entry);
        }
      }
    }
    return wanted;
  }

  private CompletionStage<Directory> head(Slice slice, BulkRead documents) {
    String channel = slice.channel().name();
    String key = keys.head(channel, slice.partition());
    CompletionStage<Optional<Directory>> head =
        cache.get(
            slice.place(Kind.HEAD, 0),
            channel,
            () ->
                documents.add(
                    key,
                    found -> now(Optional.of(directory(slice, key, found.map(Versioned::value))))));
    return head.thenApply(Optional::orElseThrow);
  }

  private static Directory directory(Slice slice, String key, Optional<byte[]> found) {
    return found.isEmpty()
        ? Directory.EMPTY
        : Directory.of(key, ChannelHead.decode(key, slice.channel().name(), found.get()), slice);
  }

  private CompletionStage<Optional<Summaries>> page(Slice slice, int number, BulkRead documents) {
    String channel = slice.channel().name();
    String key = pageKey(slice, number);
    return cache.get(
        slice.place(Kind.PAGE, number),
        channel,
        () ->
            documents.add(
                key,
                found ->
                    now(
                        found.map(
                            page ->
                                Summaries.of(
                                    DirectoryPage.decode(key, channel, page.value()).blocks(),
                                    slice.vbuckets(),
                                    key)))));
  }

  private CompletionStage<Optional<BlockEntries>> closed(
      Slice slice, Listed block, BulkRead documents) {
    String key = key(slice, block);
    Place place = slice.place(block.kind(), block.number());
    return entries(slice, place, block.owner(), filter -> block(key, filter, documents));
  }

  private CompletionStage<Optional<BlockEntries>> active(BlockPlan plan, BulkRead documents) {
    Slice slice = plan.slice();
    String key = blockKey(slice, plan.directory().activeNumber());
    return entries(
        slice,
        slice.place(Kind.ACTIVE, 0),
        plan.directory(),
        filter -> {
          CompletionStage<Optional<BlockEntries>> read = block(key, filter, documents);
          return plan.active() == Active.MUST_EXIST
              ? read
              : read.thenApply(found -> found.or(() -> Optional.of(BlockEntries.NONE)));
        });
  }

  /**
   * Entries of a block, out of the cache or into it. Where each entry costs a read of its own, who
   * wants a few does not read all.
   */
  private CompletionStage<Optional<BlockEntries>> entries(
      Slice slice,
      Place place,
      Object owner,
      Function<Slice, CompletionStage<Optional<BlockEntries>>> read) {
    if (layout.companions() == Companions.READ && !slice.isFromBeginning()) {
      CompletionStage<Optional<BlockEntries>> known = cache.find(place, owner, slice.state());
      return known == null ? read.apply(slice) : known;
    }
    return cache.get(
        place, owner, slice.state(), state -> read.apply(Slice.all(slice.channel(), state)));
  }

  private CompletionStage<Optional<BlockEntries>> block(
      String key, Slice filter, BulkRead documents) {
    return documents.add(
        key,
        found ->
            found.isEmpty()
                ? now(Optional.empty())
                : decode(key, found.get().value(), filter)
                    .thenApply(entries -> Optional.of(BlockEntries.of(entries))));
  }

  /** The entries of a block that a slice wants. */
  private CompletionStage<List<Entry>> decode(String key, byte[] document, Slice filter) {
    CompletableFuture<Layout.Contents> contents =
        layout
            .read(
                filter.place(keys, coding),
                List.of(new StoredBlock(key, document)),
                filter,
                this::companions)
            .toCompletableFuture();
    // What had to read something beside the block comes back on a thread of the bucket.
    return contents.isDone()
        ? contents.thenApply(Layout.Contents::entries)
        : contents.thenApplyAsync(Layout.Contents::entries, executor);
  }

  private CompletionStage<List<Optional<Versioned<byte[]>>>> companions(List<String> beside) {
    counters.reads.add(beside.size());
    return bucket.getAll(beside);
  }

  private String pageKey(Slice slice, int number) {
    return keys.page(slice.channel().name(), slice.partition(), number);
  }

  private String key(Slice slice, Listed block) {
    return block.kind() == Kind.PACKED
        ? keys.packed(slice.channel().name(), slice.partition(), block.number())
        : blockKey(slice, block.number());
  }

  private String blockKey(Slice slice, int number) {
    return keys.block(slice.channel().name(), slice.partition(), number);
  }

  private CompletionStage<BlockPlan> planAgain(
      Slice slice, Directory directory, String missing, int attempts) {
    cache.forget(slice.place(Kind.HEAD, 0), directory);
    return attempts > 1
        ? alone(slice, (same, documents) -> plan(same, attempts - 1, documents))
        : listedAndMissing(missing);
  }

  private CompletionStage<List<Entry>> readAgain(BlockPlan plan, int missing, int attempts) {
    Slice slice = plan.slice();
    cache.forget(slice.place(Kind.HEAD, 0), plan.directory());
    if (attempts > 1) {
      return alone(slice, (same, documents) -> plan(same, attempts, documents))
          .thenCompose(
              again -> alone(again, (same, documents) -> read(same, attempts - 1, documents)));
    }
    return listedAndMissing(
        missing < plan.closed().size()
            ? key(slice, plan.closed().get(missing))
            : blockKey(slice, plan.directory().activeNumber()));
  }

  private static <T> CompletionStage<T> listedAndMissing(String key) {
    return CompletableFuture.failedFuture(
        new IndexStorageException(
            "listed in its directory, but missing: key=" + key + ", attempts=" + ATTEMPTS));
  }

  private static <T> int firstMissing(List<Optional<T>> found) {
    for (int i = 0; i < found.size(); i++) {
      if (found.get(i).isEmpty()) {
        return i;
      }
    }
    return -1;
  }

  private static <T> List<T> present(List<Optional<T>> found) {
    return found.stream().map(Optional::orElseThrow).toList();
  }

  private static <T> CompletionStage<T> now(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
