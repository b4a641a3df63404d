package io.channelindex.index.write;

import io.channelindex.index.write.Batch.ChannelEntries;
import io.channelindex.index.write.ChannelLoader.Loaded;
import io.channelindex.index.write.ChannelLoader.Look;
import io.channelindex.index.write.ChannelState.BlockUpdate;
import io.channelindex.index.write.Registry.Standing;
import io.channelindex.storage.Entry;
import io.channelindex.storage.WriteResult;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.DirectoryPage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one commit writes of one channel: first its blocks, then its head.
 *
 * <p>Both are loops over compare-and-swap. Whatever goes wrong with a write, be it a conflict, a
 * failure or a lost answer, the channel is forgotten and read again, and what the bucket has
 * already is not written twice: there is one way to recover, and it needs no knowledge of what
 * happened.
 *
 * <p>Confined to the partition's serial executor.
 */
final class ChannelWrite {
  private final Scope scope;
  private final ChannelMemory memory;
  private final ChannelLoader loader;
  private final Registry registry;
  private final ChannelEntries entries;
  private final Consumer<ChannelState> written;
  private final Runnable done;
  private Look look = Look.HEAD;
  private boolean blocksWritten;

  /** Null if the head that is there will do. */
  private @Nullable HeadWrite head;

  private @Nullable ChannelHead unanswered;

  /** The head that makes the blocks found, and the version that it replaces. */
  private record HeadWrite(ChannelHead head, long cas) {}

  /**
   * A write that has not begun.
   *
   * @param written told of the channel whenever its blocks are written
   * @param done run when everything is
   */
  ChannelWrite(
      Scope scope,
      ChannelMemory memory,
      ChannelLoader loader,
      Registry registry,
      ChannelEntries entries,
      Consumer<ChannelState> written,
      Runnable done) {
    this.scope = scope;
    this.memory = memory;
    this.loader = loader;
    this.registry = registry;
    this.entries = entries;
    this.written = written;
    this.done = done;
  }

  /** Writes blocks and directory pages, as often as it takes. */
  CompletableFuture<Void> blocks() {
    return scope.retries().run(this::tryBlocks);
  }

  /** Writes the head, as often as it takes; after {@link #blocks}. */
  CompletableFuture<Void> head() {
    return scope.retries().run(this::tryHead);
  }

  private CompletableFuture<Void> tryBlocks() {
    ChannelState state = memory.take(entries.channel());
    if (state != null) {
      return write(state, entries.entries());
    }
    return load().thenCompose(loaded -> write(loaded.state(), missing(loaded)));
  }

  private CompletableFuture<Loaded> load() {
    if (look == Look.BEYOND) {
      return loader.load(entries.channel(), look);
    }
    return registry
        .enter(entries.channel())
        .thenCompose(
            standing ->
                standing == Standing.NEW
                    ? CompletableFuture.completedFuture(loader.fresh(entries.channel()))
                    : loader.load(entries.channel(), look));
  }

  private List<Entry> missing(Loaded loaded) {
    List<Entry> missing = new ArrayList<>(entries.entries());
    missing.removeIf(entry -> !loaded.lacks(entry));
    loaded.state().cover(entries.entries());
    return missing;
  }

  private CompletableFuture<Void> write(ChannelState state, List<Entry> missing) {
    look = Look.BEYOND;
    List<BlockUpdate> updates = new ArrayList<>();
    state.append(missing, updates);
    List<DirectoryPage> pages = state.turnPages();
    CompletableFuture<Void> registered =
        state.hasHead()
            ? CompletableFuture.completedFuture(null)
            : registry.ensure(state.channel());
    return registered
        .thenCompose(ready -> write(updates, pages))
        .thenAccept(
            activeCas -> {
              if (activeCas != 0) {
                state.blockWritten(activeCas);
              }
              blocksWritten = true;
              head = state.isHeadChanged() ? new HeadWrite(state.head(), state.headCas()) : null;
              memory.put(state);
              written.accept(state);
              if (head == null) {
                done.run();
              }
            });
  }

  /**
   * Writes pages at once and blocks one after the other: behind one that is missing nobody looks
   * for what an owner left without committing it.
   *
   * @return the version of the last block, 0 if there was none to write
   */
  private CompletableFuture<Long> write(List<BlockUpdate> updates, List<DirectoryPage> pages) {
    List<CompletableFuture<?>> writes = new ArrayList<>();
    for (DirectoryPage page : pages) {
      writes.add(new PageWrite(scope, page).run());
    }
    CompletableFuture<Long> active = CompletableFuture.completedFuture(0L);
    for (BlockUpdate update : updates) {
      active = active.thenCompose(before -> write(update));
    }
    writes.add(active);
    CompletableFuture<Long> last = active;
    return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new))
        .thenCompose(done -> last);
  }

  private CompletableFuture<Long> write(BlockUpdate update) {
    return update.write(scope.bucket()).thenApply(result -> requireWritten(update.key(), result));
  }

  private CompletableFuture<Void> tryHead() {
    if (unanswered != null) {
      return lookForHead(unanswered);
    }
    if (!blocksWritten) {
      return tryBlocks().thenCompose(written -> tryHead());
    }
    HeadWrite write = head;
    if (write == null) {
      return CompletableFuture.completedFuture(null);
    }
    ChannelState state = memory.take(entries.channel());
    blocksWritten = false;
    head = null;
    unanswered = write.head();
    return scope
        .bucket()
        .write(WriterStep.CLOCKS, headKey(), write.head().encode(), write.cas())
        .thenAccept(result -> headAnswered(result, state));
  }

  private void headAnswered(WriteResult result, @Nullable ChannelState state) {
    // A conflict may be with an earlier write of this very head, so it stays unanswered.
    long cas = requireWritten(headKey(), result);
    unanswered = null;
    if (state != null) {
      state.headWritten(cas);
      memory.put(state);
    }
    done.run();
  }

  /** The last write of the head had no answer: it is there, or everything begins again. */
  private CompletableFuture<Void> lookForHead(ChannelHead written) {
    return scope
        .bucket()
        .get(WriterStep.CLOCKS, headKey())
        .thenCompose(
            answer -> {
              unanswered = null;
              boolean there =
                  answer.isPresent()
                      && written.equals(
                          ChannelHead.decode(headKey(), entries.channel(), answer.get().value()));
              if (!there) {
                return tryHead();
              }
              done.run();
              return CompletableFuture.completedFuture(null);
            });
  }

  private String headKey() {
    return scope.keys().head(entries.channel(), scope.partition());
  }

  static long requireWritten(String key, WriteResult result) {
    if (!result.isWritten()) {
      throw new WriteConflictException(key);
    }
    return result.cas();
  }
}
