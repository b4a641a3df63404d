package io.channelindex.index.write;

import io.channelindex.index.write.CompactionParts.Part;
import io.channelindex.index.write.CompactionStep.Source;
import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelHead.Retired;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.DirectoryPage;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.layout.StoredBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * The blocks of a part of a channel, in the order in which they were written, for one {@linkplain
 * CompactionStep step} of its compaction after the other. What is taken for a step is taken from
 * the compacted blocks that the channel keeps.
 *
 * <p>Confined to the partition's serial executor.
 */
final class PartBlocks {
  private static final int BLOCKS_AT_ONCE = 64;
  private static final int DECODED_AT_ONCE = 4;

  private final Scope scope;
  private final ChannelState state;
  private final Owner owner;
  private final EntryFilter readable;
  private final CompactionParts parts;
  private final Part part;
  private final List<Summary> compacted;
  private final boolean fits;
  private final boolean anySuperseded;
  private final int maxEntries;
  private final Iterator<Summary> pages;
  private final Deque<Source> listed = new ArrayDeque<>();
  private boolean closedListed;
  private boolean leftOut;

  /**
   * A part of which nothing is compacted yet.
   *
   * @param readable which entries readers see
   * @param anySuperseded whether there is, or may be, something in the compacted blocks that nobody
   *     needs any more
   * @param compacted the compacted blocks of the channel that are in one part only; what is taken
   *     is removed from it
   * @param divided those that are in several: they go, whatever is in them
   */
  PartBlocks(
      Scope scope,
      ChannelState state,
      Owner owner,
      EntryFilter readable,
      CompactionParts parts,
      Part part,
      boolean anySuperseded,
      List<Summary> compacted,
      List<Summary> divided) {
    this.scope = scope;
    this.state = state;
    this.owner = owner;
    this.readable = readable;
    this.parts = parts;
    this.part = part;
    this.compacted = compacted;
    this.anySuperseded = anySuperseded;
    this.fits = parts.fits(part);
    this.maxEntries = scope.settings().compacting().entries();
    this.pages = state.pages().iterator();
    if (!fits) {
      List<Summary> all = compacted.stream().filter(part::has).toList();
      compacted.removeAll(all);
      all.forEach(block -> listed.add(new Source(Retired.Kind.COMPACTED, block, false)));
    }
    divided.stream()
        .filter(part::has)
        .forEach(block -> listed.add(new Source(Retired.Kind.COMPACTED, block, true)));
  }

  /** All of them: what was undone of a closed block its summary does not tell. */
  private void listClosed(List<Summary> blocks) {
    blocks.forEach(block -> listed.add(new Source(Retired.Kind.BLOCK, block, false)));
  }

  /** Whether some compacted blocks of the part are in no step. */
  boolean hasLeftOut() {
    return leftOut;
  }

  /** The next step, with its blocks read; empty if all that is closed was in one. */
  CompletableFuture<Optional<CompactionStep>> next() {
    return listAll()
        .thenCompose(
            ready -> {
              List<Source> closed = take();
              return closed.isEmpty()
                  ? CompletableFuture.completedFuture(Optional.empty())
                  : read(step(fits ? withCompacted(closed) : closed)).thenApply(Optional::of);
            });
  }

  private CompletableFuture<Void> listAll() {
    if (pages.hasNext()) {
      return listPage(pages.next()).thenCompose(read -> listAll());
    }
    if (!closedListed) {
      closedListed = true;
      listClosed(state.closed());
    }
    return CompletableFuture.completedFuture(null);
  }

  /**
   * The blocks that come next: all, if the part fits into memory as a whole, else up to half of
   * what a step may take; at least one.
   */
  private List<Source> take() {
    long most = fits ? Long.MAX_VALUE : maxEntries / 2;
    List<Source> taken = new ArrayList<>();
    long entries = 0;
    while (!listed.isEmpty()) {
      entries += parts.share(part, listed.getFirst().summary);
      if (!taken.isEmpty() && entries > most) {
        break;
      }
      taken.add(listed.removeFirst());
    }
    return taken;
  }

  private CompactionStep step(List<Source> sources) {
    return new CompactionStep(
        state.channel(), scope.settings().layout(), owner, readable, sources, parts.blockEntries());
  }

  private CompletableFuture<CompactionStep> read(CompactionStep step) {
    return readBlocks(step.sources(), 0, (source, entries) -> source.entries.addAll(entries))
        .thenCompose(read -> seeLater(step))
        .thenApply(read -> step);
  }

  private CompletableFuture<Void> listPage(Summary page) {
    String key = scope.keys().page(state.channel(), scope.partition(), page.number());
    return scope
        .bucket()
        .get(WriterStep.COMPACTION, key)
        .thenAccept(
            answer ->
                listClosed(
                    DirectoryPage.decode(key, state.channel(), require(key, answer)).blocks()));
  }

  /**
   * Closed blocks, after the newest compacted ones of the part that may be taken with them: of what
   * nothing in the closed ones supersedes only small ones, which become part of larger ones. A
   * channel that only grows is read once then, and not once more whenever it has grown by a part.
   */
  private List<Source> withCompacted(List<Source> closed) {
    long entries = closed.stream().mapToLong(source -> parts.share(part, source.summary)).sum();
    Deque<Source> sources = new ArrayDeque<>(closed);
    for (int i = compacted.size() - 1; i >= 0; i--) {
      Summary block = compacted.get(i);
      if (!part.has(block)) {
        continue;
      }
      entries += block.entries();
      if (entries > maxEntries || (!anySuperseded && block.entries() >= parts.blockEntries() / 2)) {
        leftOut = true;
        break;
      }
      sources.addFirst(new Source(Retired.Kind.COMPACTED, block, false));
      compacted.remove(i);
    }
    return List.copyOf(sources);
  }

  /** What was undone supersedes nothing, so blocks of which the part has nothing do not matter. */
  private CompletableFuture<Void> seeLater(CompactionStep step) {
    List<Source> later =
        fits ? List.of() : listed.stream().filter(source -> part.has(source.summary)).toList();
    return readBlocks(later, 0, (source, entries) -> step.seeLater(entries));
  }

  private CompletableFuture<Void> readBlocks(
      List<Source> sources, int from, BiConsumer<Source, List<Entry>> sink) {
    if (from >= sources.size()) {
      return CompletableFuture.completedFuture(null);
    }
    List<Source> some = sources.subList(from, Math.min(sources.size(), from + BLOCKS_AT_ONCE));
    List<String> keys = some.stream().map(this::key).toList();
    return scope
        .bucket()
        .getAll(WriterStep.COMPACTION, keys)
        .thenCompose(
            answers ->
                Window.each(
                    IntStream.range(0, keys.size()).boxed().toList(),
                    DECODED_AT_ONCE,
                    i -> {
                      String key = keys.get(i);
                      StoredBlock block = new StoredBlock(key, require(key, answers.get(i)));
                      return read(block).thenAccept(entries -> sink.accept(some.get(i), entries));
                    }))
        .thenCompose(read -> readBlocks(sources, from + BLOCKS_AT_ONCE, sink));
  }

  private CompletableFuture<List<Entry>> read(StoredBlock block) {
    EntryFilter ofPart = (vbucket, seqno, vbuuid) -> part.has(scope.index(vbucket));
    return scope
        .read(scope.place(state.channel(), owner.epoch()), List.of(block), ofPart)
        .thenApply(
            contents -> {
              owner.requireNotAfter(block.key(), contents.epoch());
              return contents.entries();
            });
  }

  private String key(Source source) {
    int number = source.summary.number();
    return source.kind == Retired.Kind.COMPACTED
        ? scope.keys().packed(state.channel(), scope.partition(), number)
        : scope.keys().block(state.channel(), scope.partition(), number);
  }

  private static byte[] require(String key, Optional<Versioned<byte[]>> answer) {
    return answer
        .orElseThrow(
            () -> new IndexStorageException("document that a head names is missing: key=" + key))
        .value();
  }
}
