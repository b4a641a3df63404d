package io.channelindex.index.write;

import io.channelindex.index.CommitListener;
import io.channelindex.index.CommitListener.Announcement;
import io.channelindex.index.write.Batch.Rebuilt;
import io.channelindex.index.write.ChannelLoader.Loaded;
import io.channelindex.index.write.ChannelLoader.Look;
import io.channelindex.index.write.Compaction.Extent;
import io.channelindex.index.write.GoneDocuments.Outcome;
import io.channelindex.storage.Entry;
import io.channelindex.storage.format.ChannelHead.Retired;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of a commit, whose order is the guarantee (index-bucket.md, "Writing a batch"): blocks,
 * then the heads that name them, then the stable document that makes them visible, then hints.
 *
 * <p>Confined to the partition's serial executor; one commit at a time.
 */
final class Commit {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionWriter.class);

  /** How long readers may be on their way with a directory that is not the newest. */
  private static final Duration REMOVE_AFTER = Duration.ofSeconds(10);

  // Bounds the blocks that are held encoded at once; the bucket bounds operations besides.
  private static final int CHANNELS_AT_ONCE = 128;

  /** What a writer remembers of its channels; 64 partitions make 256 MiB. */
  private static final int MEMORY_BYTES = 4 * 1024 * 1024;

  private final Scope scope;
  private final StableRecord stable;
  private final List<VbucketProgress> vbuckets;
  private final DocumentSource documents;
  private final WakeUpCounter wakeUps;
  private final CommitListener listener;
  private final ChannelMemory memory = new ChannelMemory(MEMORY_BYTES);
  private final Owner owner;
  private final Map<String, CompactionCause> compactable = new LinkedHashMap<>();
  private final ChannelLoader loader;
  private final CompanionBucket companions;
  private final Registry registry;
  private final AtRest atRest;

  /**
   * The commits of a partition.
   *
   * @param rested run when nothing was written for some time and there is something to do then
   */
  Commit(
      Scope scope,
      StableRecord stable,
      List<VbucketProgress> vbuckets,
      DocumentSource documents,
      WakeUpCounter wakeUps,
      CommitListener listener,
      Runnable rested) {
    this.scope = scope;
    this.stable = stable;
    this.vbuckets = vbuckets;
    this.documents = documents;
    this.wakeUps = wakeUps;
    this.listener = listener;
    Owner owner = new Owner(scope, stable, vbuckets);
    this.owner = owner;
    this.loader = new ChannelLoader(scope, owner);
    this.companions = new CompanionBucket(scope, owner);
    this.registry = new Registry(scope);
    this.atRest = new AtRest(scope, this, rested);
  }

  /**
   * Commits what a batch holds, with the vbuckets as they are then.
   *
   * @param channelWritten run for each channel of which all is written
   */
  CompletableFuture<Void> run(Batch batch, Runnable channelWritten) {
    atRest.disturbed();
    return Window.each(batch.rebuilt(), 1, rebuilt -> complete(rebuilt, batch))
        .thenCompose(found -> write(batch, this::states, channelWritten));
  }

  /** Commits entries together with the states of the vbuckets that go with them. */
  CompletableFuture<Void> write(Batch batch, Supplier<List<VbucketState>> states) {
    return write(batch, states, () -> {});
  }

  private CompletableFuture<Void> write(
      Batch batch, Supplier<List<VbucketState>> states, Runnable channelWritten) {
    return begin(WriterStep.BLOCKS)
        .thenCompose(begun -> writeChannels(batch, channelWritten))
        .thenCompose(written -> begin(WriterStep.STABLE))
        .thenCompose(begun -> writeStable(batch, states.get()))
        .thenCompose(committed -> begin(WriterStep.WAKE_UPS))
        .thenAccept(
            begun -> {
              if (batch.visible().hasMoved()) {
                wakeUps.increment(scope.counters());
              }
              scope.settings().probe().before(scope.partition(), null);
            });
  }

  private CompletableFuture<Void> writeStable(Batch batch, List<VbucketState> states) {
    if (batch.revealsOnlyItsEntries()) {
      StableDocument before = stable.document();
      listener.committing(
          new Announcement(
              scope.partition(), before.owner(), before.commit() + 1, batch.entries()));
    }
    return stable
        .commit(states, batch.visible().touched())
        .thenAccept(committed -> listener.committed(stable.document()));
  }

  /** Forgets what blocks hold: entries in them are not true any more. */
  void forgetChannels() {
    memory.clear();
  }

  /** The compaction that is due next, of a channel that was written; none if none is. */
  @Nullable Supplier<CompletableFuture<Void>> compactable() {
    if (compactable.isEmpty()) {
      return null;
    }
    Map.Entry<String, CompactionCause> first = compactable.entrySet().iterator().next();
    String channel = first.getKey();
    CompactionCause cause = first.getValue();
    return () -> compact(channel, cause);
  }

  /** The channels of a page of the registry; none behind the last. */
  CompletableFuture<List<String>> channels(int page) {
    return registry.page(page);
  }

  /** All channels that have a head, and some that may not. */
  CompletableFuture<Set<String>> channels() {
    return registry.all();
  }

  /**
   * Compacts a channel, while nothing else is written: what is closed of it if that is the cause,
   * else everything; at rest, if much of it may still be superseded.
   */
  CompletableFuture<Void> compact(String channel, CompactionCause cause) {
    compactable.remove(channel);
    return scope
        .retries()
        .run(() -> tryToCompact(channel, cause))
        .thenAccept(retired -> removeLater(channel, retired));
  }

  private CompletableFuture<List<Retired>> tryToCompact(String channel, CompactionCause cause) {
    ChannelState known = memory.take(channel);
    CompletableFuture<ChannelState> state =
        known != null
            ? CompletableFuture.completedFuture(known)
            : loader.load(channel, Look.BEYOND).thenApply(Loaded::state);
    return state.thenCompose(
        loaded ->
            (isWorthIt(loaded, cause)
                    ? runCompaction(loaded, cause)
                    : CompletableFuture.completedFuture(List.<Retired>of()))
                .thenApply(
                    retired -> {
                      if (loaded.hasHead()) {
                        memory.put(loaded);
                      }
                      return retired;
                    }));
  }

  private static boolean isWorthIt(ChannelState state, CompactionCause cause) {
    boolean asked = cause != CompactionCause.AT_REST;
    return state.hasHead() && (asked || state.mayBeTooBig() || state.hasLeftoversOfOthers());
  }

  private CompletableFuture<List<Retired>> runCompaction(
      ChannelState state, CompactionCause cause) {
    return new Compaction(scope, state, owner, this::isReadable, companions)
        .run(cause == CompactionCause.CLOSED_BLOCKS ? Extent.CLOSED_BLOCKS : Extent.EVERYTHING)
        .thenApply(
            retired -> {
              scope.counters().compacted(cause);
              return retired;
            });
  }

  /** Readers that know the old directory may be on their way: what it lists goes later. */
  private void removeLater(String channel, List<Retired> retired) {
    if (!retired.isEmpty()) {
      scope
          .time()
          .after(REMOVE_AFTER, () -> scope.serial().execute(() -> remove(channel, retired)));
    }
  }

  private void remove(String channel, List<Retired> retired) {
    var unused =
        new Removal(scope, channel, retired)
            .run()
            .exceptionally(
                failure -> {
                  // The head says what is to be removed: the next compaction does it.
                  LOG.info(
                      "Compacted blocks stay for now: partition={}, channel={}, cause={}",
                      scope.partition(),
                      channel,
                      Retries.cause(failure).toString());
                  return null;
                });
  }

  /** What is compacted of channels that nothing is written to. */
  AtRest atRest() {
    return atRest;
  }

  private void written(ChannelState state) {
    atRest.written(state);
    int blocks = scope.settings().compacting().blocks();
    if (blocks == 0) {
      return;
    }
    if (state.mayBeMuchTooBig()) {
      compactable.put(state.channel(), CompactionCause.SUPERSEDED);
    } else if (state.closedBlocks() >= blocks
        && 4 * state.closedEntries() >= state.compactedEntries()) {
      compactable.put(state.channel(), CompactionCause.CLOSED_BLOCKS);
    }
  }

  private CompletableFuture<Void> writeChannels(Batch batch, Runnable channelWritten) {
    List<ChannelWrite> writes = new ArrayList<>();
    batch
        .channels()
        .forEach(
            entries ->
                writes.add(
                    new ChannelWrite(
                        scope, memory, loader, registry, entries, this::written, channelWritten)));
    // A block that is there can be read, whether anything makes it visible or not: whoever takes
    // the partition over looks into it.
    return writeCompanions(batch)
        .thenCompose(beside -> Window.each(writes, CHANNELS_AT_ONCE, ChannelWrite::blocks))
        .thenCompose(written -> begin(WriterStep.CLOCKS))
        .thenCompose(begun -> Window.each(writes, CHANNELS_AT_ONCE, ChannelWrite::head));
  }

  private CompletableFuture<Void> writeCompanions(Batch batch) {
    List<Entry> all = new ArrayList<>();
    batch.channels().forEach(entries -> all.addAll(entries.entries()));
    return scope
        .retries()
        .run(
            () ->
                scope
                    .settings()
                    .layout()
                    .writeCompanions(all, this::isReadable, scope.keys(), companions));
  }

  /** Whether readers see an entry, by what is committed. */
  private boolean isReadable(int vbucket, long seqno, long vbuuid) {
    VbucketState committed = stable.document().vbucket(vbucket);
    return Long.compareUnsigned(seqno, committed.stable()) <= 0
        && committed.history().contains(vbuuid, seqno);
  }

  private CompletableFuture<Void> complete(Rebuilt rebuilt, Batch batch) {
    return new GoneDocuments(scope, registry, documents, rebuilt)
        .addTo(batch)
        .thenAccept(
            outcome -> {
              if (outcome == Outcome.COMPLETE) {
                rebuilt.progress().rebuilt(rebuilt.arrival(), batch.visible());
              }
            });
  }

  private List<VbucketState> states() {
    return vbuckets.stream().map(VbucketProgress::state).toList();
  }

  /** Tells the probe, whose exceptions end the commit here. */
  private CompletableFuture<Void> begin(WriterStep step) {
    try {
      scope.settings().probe().before(scope.partition(), step);
      return CompletableFuture.completedFuture(null);
    } catch (RuntimeException thrown) {
      return CompletableFuture.failedFuture(thrown);
    }
  }
}
