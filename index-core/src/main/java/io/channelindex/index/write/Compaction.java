package io.channelindex.index.write;

import io.channelindex.index.write.CompactionParts.Part;
import io.channelindex.index.write.CompactionStep.Source;
import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.ChannelHead.Compacted;
import io.channelindex.storage.format.ChannelHead.Retired;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.DirectoryPage;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.layout.BlockPlace;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.StoredBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * Compacts a channel in this partition (W9): what is closed becomes few blocks of columns, without
 * what newer readable entries have superseded and without what history has undone.
 *
 * <p>A channel that does not fit into memory is compacted in parts of its vbuckets, one after the
 * other: whatever supersedes an entry is of the same vbucket. Compacted blocks that lie in several
 * parts are taken apart. A part that still does not fit is compacted in steps of a limited number
 * of entries, the oldest blocks first; each step reads all that come later to know what they
 * supersede, and keeps nothing of them. A step
 *
 * <ol>
 *   <li>has the head reserve the numbers of its blocks, as documents that are to be removed, and
 *       say up to where what stands beside the blocks may be gone;
 *   <li>writes its blocks, and removes what stands beside the blocks for what it drops.
 * </ol>
 *
 * <p>After the last one the head names the new blocks instead of the old ones, which are to be
 * removed now. They are, some time later: readers that are on their way through the old directory
 * find what it lists, and those who are later still read the directory again. Heads are written by
 * compare-and-swap. A crash at any moment leaves nothing that is visible, and nothing of which the
 * head does not know: documents that are to be removed the next compaction removes, and what stands
 * beside the old blocks it finds with them.
 *
 * <p>Runs between commits. Memory: about the entries of {@link Compacting#entries}, or of one
 * block. Confined to the partition's serial executor; used once.
 */
final class Compaction {
  private static final int BLOCKS_AT_ONCE = 64;
  private static final int INSERTS_AT_ONCE = 4;
  private static final int DECODED_AT_ONCE = 4;

  private final Scope scope;
  private final ChannelState state;
  private final Owner owner;
  private final EntryFilter readable;
  private final CompanionBucket companions;
  private final int maxEntries;
  private final List<Summary> compacted;
  private final Leftovers leftovers = new Leftovers();

  /** What the compaction before has left to be removed. */
  private List<Retired> before;

  private int next;

  /** How much of a channel is compacted. */
  enum Extent {
    /** What is closed. */
    CLOSED_BLOCKS,
    /** The active block too. */
    EVERYTHING
  }

  /**
   * The compaction of a channel that is taken out of the memory of channels.
   *
   * @param readable which entries readers see
   */
  Compaction(
      Scope scope,
      ChannelState state,
      Owner owner,
      EntryFilter readable,
      CompanionBucket companions) {
    this.scope = scope;
    this.state = state;
    this.owner = owner;
    this.readable = readable;
    this.companions = companions;
    this.maxEntries = scope.settings().compacting().entries();
    this.compacted = new ArrayList<>(state.compacted().blocks());
    this.next = state.compacted().next();
    this.before = state.compacted().retired();
  }

  /**
   * Compacts.
   *
   * @return the documents to be removed some time later; if it fails, the channel has to be read
   *     again
   */
  CompletableFuture<List<Retired>> run(Extent extent) {
    if (extent == Extent.EVERYTHING) {
      state.closeActive();
    }
    if (state.closedBlocks() > 0) {
      CompactionParts parts = CompactionParts.of(state, maxEntries);
      List<Summary> divided = compacted.stream().filter(parts::isInSeveral).toList();
      compacted.removeAll(divided);
      return Window.each(parts.all(), 1, part -> new PartRun(parts, part, divided).steps())
          .thenCompose(done -> swap())
          .thenApply(done -> leftovers.all());
    }
    return before.isEmpty()
        ? CompletableFuture.completedFuture(List.of())
        : writeHead(before)
            .thenCompose(written -> removeBefore())
            .thenCompose(removed -> writeHead(List.of()))
            .thenApply(written -> List.of());
  }

  /** The compaction of a part. */
  private final class PartRun {
    private final CompactionParts parts;
    private final Part part;
    private final Iterator<Summary> pages = state.pages().iterator();
    private final Deque<Source> listed = new ArrayDeque<>();
    private final boolean fits;
    private boolean closedListed;

    /**
     * A part of which nothing is compacted yet.
     *
     * @param divided the compacted blocks that lie in others, too: they go, whatever is in them
     */
    PartRun(CompactionParts parts, Part part, List<Summary> divided) {
      this.parts = parts;
      this.part = part;
      this.fits = parts.fits(part);
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

    /** Step after step, until all that is closed is in compacted blocks. */
    CompletableFuture<Void> steps() {
      return (fits ? CompletableFuture.<Void>completedFuture(null) : listAll())
          .thenCompose(ready -> nextBlocks(new ArrayList<>(), 0))
          .thenCompose(
              closed -> {
                if (closed.isEmpty()) {
                  return CompletableFuture.completedFuture(null);
                }
                List<Source> sources = fits ? withCompacted(closed) : List.copyOf(closed);
                CompactionStep step =
                    new CompactionStep(
                        state.channel(), layout(), owner, readable, sources, parts.blockEntries());
                return readBlocks(sources, 0, (source, entries) -> source.entries.addAll(entries))
                    .thenCompose(read -> seeLater(step))
                    .thenCompose(read -> rewrite(step))
                    .thenCompose(done -> steps());
              });
    }

    /**
     * The blocks that come next: all, if the part fits into memory as a whole, else up to half of
     * what a step may take; at least one.
     */
    private CompletableFuture<List<Source>> nextBlocks(List<Source> taken, long entries) {
      long most = fits ? Long.MAX_VALUE : maxEntries / 2;
      long sum = entries;
      while (!listed.isEmpty()) {
        sum += parts.share(part, listed.getFirst().summary);
        if (!taken.isEmpty() && sum > most) {
          return CompletableFuture.completedFuture(taken);
        }
        taken.add(listed.removeFirst());
      }
      if (pages.hasNext()) {
        long so = sum;
        return listPage(pages.next()).thenCompose(read -> nextBlocks(taken, so));
      }
      if (!closedListed) {
        closedListed = true;
        listClosed(state.closed());
        return nextBlocks(taken, sum);
      }
      return CompletableFuture.completedFuture(taken);
    }

    /** What comes later has to be known where a step does not have all. */
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

    /** Closed blocks, after the newest compacted ones of the part that may be taken with them. */
    private List<Source> withCompacted(List<Source> closed) {
      long entries = closed.stream().mapToLong(source -> parts.share(part, source.summary)).sum();
      Deque<Source> sources = new ArrayDeque<>(closed);
      for (int i = compacted.size() - 1; i >= 0; i--) {
        Summary block = compacted.get(i);
        if (!part.has(block)) {
          continue;
        }
        entries += block.entries();
        if (entries > maxEntries) {
          break;
        }
        sources.addFirst(new Source(Retired.Kind.COMPACTED, block, false));
        compacted.remove(i);
      }
      return List.copyOf(sources);
    }

    /**
     * What was undone supersedes nothing, so blocks of which the part has nothing do not matter.
     */
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
      List<String> keys = some.stream().map(Compaction.this::key).toList();
      return scope
          .bucket()
          .getAll(WriterStep.COMPACTION, keys)
          .thenCompose(
              answers ->
                  Window.each(
                      indices(keys),
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
          .read(place(), List.of(block), ofPart)
          .thenApply(
              contents -> {
                owner.requireNotAfter(block.key(), contents.epoch());
                return contents.entries();
              });
    }
  }

  private CompletableFuture<Void> rewrite(CompactionStep step) {
    step.choose();
    compacted.addAll(step.untouched());
    step.sources().forEach(source -> leftovers.add(source.kind, source.summary.number()));
    List<Summary> written = new ArrayList<>();
    for (List<Entry> pack : step.packs()) {
      written.add(ChannelState.summarize(next++, pack, scope));
    }
    return reserve(written, step.pruned())
        .thenCompose(reserved -> write(written, step.packs()))
        .thenCompose(done -> prune(step.pruned()))
        .thenAccept(done -> compacted.addAll(written));
  }

  /** Removes nothing that the head does not say may be gone. */
  private CompletionStage<Void> prune(List<Entry> dropped) {
    List<Long> told = state.compacted().pruned();
    EntryFilter needed =
        (vbucket, seqno, vbuuid) ->
            owner.keeps(vbucket, seqno, vbuuid)
                || Long.compareUnsigned(seqno, told.get(scope.index(vbucket))) > 0;
    return layout().prune(dropped, readable, needed, scope.keys(), companions);
  }

  private CompletableFuture<Void> reserve(List<Summary> blocks, List<Entry> pruned) {
    blocks.forEach(block -> leftovers.reserve(block.number()));
    Compacted known = state.compacted();
    List<Long> prunedTo = prunedTo(known.pruned(), pruned);
    if (blocks.isEmpty() && before.isEmpty() && prunedTo.equals(known.pruned())) {
      return CompletableFuture.completedFuture(null);
    }
    state.compacting(new Compacted(known.blocks(), next, known.retired(), prunedTo));
    List<Retired> retired = new ArrayList<>(before);
    retired.addAll(leftovers.reserved());
    return writeHead(retired).thenCompose(written -> removeBefore());
  }

  /**
   * Removes what was left to be removed; after a head was written. Until then one may be on its way
   * that names some of it: a compaction that had no answer does not know how it ended.
   */
  private CompletableFuture<Void> removeBefore() {
    List<Retired> removed = before;
    before = List.of();
    return new Removal(scope, state.channel(), removed).run();
  }

  private CompletableFuture<Void> write(List<Summary> blocks, List<List<Entry>> packs) {
    return Window.each(
        indices(packs), INSERTS_AT_ONCE, i -> insert(blocks.get(i).number(), packs.get(i)));
  }

  private static List<Integer> indices(List<?> list) {
    return IntStream.range(0, list.size()).boxed().toList();
  }

  /** Nobody else writes under a number that the head has reserved, unless it is late. */
  private CompletableFuture<Void> insert(int number, List<Entry> entries) {
    String key = scope.keys().packed(state.channel(), scope.partition(), number);
    return scope
        .bucket()
        .insert(WriterStep.COMPACTION, key, layout().pack(place(), entries))
        .thenAccept(result -> ChannelWrite.requireWritten(key, result));
  }

  /** Has the head name the new blocks instead of the old ones. */
  private CompletableFuture<Void> swap() {
    compacted.forEach(block -> leftovers.keep(block.number()));
    leftovers.addPages(state.firstClosed(), state.active());
    List<Long> pruned = state.compacted().pruned();
    state.compactedTo(new Compacted(compacted, next, leftovers.all(), pruned));
    return writeHead(leftovers.all());
  }

  private CompletableFuture<Void> writeHead(List<Retired> retired) {
    Compacted known = state.compacted();
    state.compacting(new Compacted(known.blocks(), known.next(), retired, known.pruned()));
    String key = scope.keys().head(state.channel(), scope.partition());
    return scope
        .bucket()
        .write(WriterStep.COMPACTION, key, state.head().encode(), state.headCas())
        .thenAccept(result -> state.headWritten(ChannelWrite.requireWritten(key, result)));
  }

  private List<Long> prunedTo(List<Long> before, List<Entry> pruned) {
    List<Long> to = new ArrayList<>(before);
    for (Entry entry : pruned) {
      int index = scope.index(entry.vbucket());
      if (Long.compareUnsigned(entry.seqno(), to.get(index)) > 0) {
        to.set(index, entry.seqno());
      }
    }
    return to;
  }

  private String key(Source source) {
    int number = source.summary.number();
    return source.kind == Retired.Kind.COMPACTED
        ? scope.keys().packed(state.channel(), scope.partition(), number)
        : scope.keys().block(state.channel(), scope.partition(), number);
  }

  private Layout layout() {
    return scope.settings().layout();
  }

  private BlockPlace place() {
    return scope.place(state.channel(), owner.epoch());
  }

  private static byte[] require(String key, Optional<Versioned<byte[]>> answer) {
    return answer
        .orElseThrow(
            () -> new IndexStorageException("document that a head names is missing: key=" + key))
        .value();
  }

  /** The documents that are to be removed in the end. */
  private static final class Leftovers {
    private final NavigableSet<Integer> reserved = new TreeSet<>();
    private final NavigableSet<Integer> blocks = new TreeSet<>();
    private final NavigableSet<Integer> packed = new TreeSet<>();
    private final NavigableSet<Integer> pages = new TreeSet<>();

    /** The number of a block that is to be written and that nothing names yet. */
    void reserve(int number) {
      reserved.add(number);
    }

    /** A block that is replaced. */
    void add(Retired.Kind kind, int number) {
      (kind == Retired.Kind.BLOCK ? blocks : packed).add(number);
    }

    /** A compacted block that is named now. */
    void keep(int number) {
      reserved.remove(number);
    }

    /**
     * The pages of the directory that end among these blocks. Not all have to be there; some may be
     * that no head names, because an owner stopped between them and its head.
     */
    void addPages(int firstBlock, int endBlock) {
      int size = ChannelHead.BLOCKS_PER_PAGE;
      for (int page = firstBlock / size; (page + 1) * size <= endBlock; page++) {
        pages.add(page);
      }
    }

    /** What is to be removed if everything ends here. */
    List<Retired> reserved() {
      List<Retired> retired = new ArrayList<>();
      reserved.forEach(number -> add(Retired.Kind.COMPACTED, number, retired));
      return retired;
    }

    List<Retired> all() {
      NavigableSet<Integer> allPacked = new TreeSet<>(packed);
      allPacked.addAll(reserved);
      List<Retired> retired = new ArrayList<>();
      blocks.forEach(number -> add(Retired.Kind.BLOCK, number, retired));
      pages.forEach(number -> add(Retired.Kind.PAGE, number, retired));
      allPacked.forEach(number -> add(Retired.Kind.COMPACTED, number, retired));
      return retired;
    }

    private static void add(Retired.Kind kind, int number, List<Retired> retired) {
      Retired last = retired.isEmpty() ? null : retired.get(retired.size() - 1);
      if (last != null && last.kind() == kind && last.first() + last.count() == number) {
        retired.set(retired.size() - 1, new Retired(kind, last.first(), last.count() + 1));
      } else {
        retired.add(new Retired(kind, number, 1));
      }
    }
  }
}
