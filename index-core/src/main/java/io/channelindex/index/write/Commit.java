package io.channelindex.index.write;

import io.channelindex.index.CommitListener;
import io.channelindex.index.CommitListener.Announcement;
import io.channelindex.index.write.Batch.Rebuilt;
import io.channelindex.index.write.GoneDocuments.Outcome;
import io.channelindex.storage.Entry;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The steps of a commit, whose order is the guarantee (index-bucket.md, "Writing a batch"): blocks,
 * then the heads that name them, then the stable document that makes them visible, then hints.
 *
 * <p>Confined to the partition's serial executor; one commit at a time.
 */
final class Commit {
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
  private final ChannelLoader loader;
  private final CompanionBucket companions;
  private final Registry registry;

  Commit(
      Scope scope,
      StableRecord stable,
      List<VbucketProgress> vbuckets,
      DocumentSource documents,
      WakeUpCounter wakeUps,
      CommitListener listener) {
    this.scope = scope;
    this.stable = stable;
    this.vbuckets = vbuckets;
    this.documents = documents;
    this.wakeUps = wakeUps;
    this.listener = listener;
    Owner owner = new Owner(scope, stable, vbuckets);
    this.loader = new ChannelLoader(scope, owner);
    this.companions = new CompanionBucket(scope, owner);
    this.registry = new Registry(scope);
  }

  /** Commits what a batch holds, with the vbuckets as they are then. */
  CompletableFuture<Void> run(Batch batch) {
    return Window.each(batch.rebuilt(), 1, rebuilt -> complete(rebuilt, batch))
        .thenCompose(found -> write(batch, this::states));
  }

  /** Commits entries together with the states of the vbuckets that go with them. */
  CompletableFuture<Void> write(Batch batch, Supplier<List<VbucketState>> states) {
    return begin(WriterStep.BLOCKS)
        .thenCompose(begun -> writeChannels(batch))
        .thenCompose(written -> begin(WriterStep.STABLE))
        .thenCompose(begun -> writeStable(batch, states.get()))
        .thenCompose(committed -> begin(WriterStep.WAKE_UPS))
        .thenAccept(
            begun -> {
              if (batch.visible().hasMoved()) {
                scope.counters().operation(WriterStep.WAKE_UPS);
                wakeUps.increment();
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

  private CompletableFuture<Void> writeChannels(Batch batch) {
    List<ChannelWrite> writes = new ArrayList<>();
    batch
        .channels()
        .forEach(entries -> writes.add(new ChannelWrite(scope, memory, loader, registry, entries)));
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
