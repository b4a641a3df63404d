package io.channelindex.index.write;

import io.channelindex.index.write.ChannelState.Waste;
import io.channelindex.index.write.CompactionParts.Part;
import io.channelindex.storage.Entry;
import io.channelindex.storage.format.ChannelHead.Compacted;
import io.channelindex.storage.format.ChannelHead.Retired;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.layout.BlockPlace;
import io.channelindex.storage.layout.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
  private static final int INSERTS_AT_ONCE = 4;

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
  private Waste waste;
  private boolean leftOut;

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
    this.waste = owner.isRebuilding() ? Waste.POSSIBLE : Waste.NONE;
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
      boolean anySuperseded = extent == Extent.EVERYTHING || state.compactedMayHoldWaste();
      CompactionParts parts = CompactionParts.of(state, maxEntries);
      List<Summary> divided = compacted.stream().filter(parts::isInSeveral).toList();
      compacted.removeAll(divided);
      return Window.each(parts.all(), 1, part -> steps(blocks(parts, part, anySuperseded, divided)))
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

  private PartBlocks blocks(
      CompactionParts parts, Part part, boolean anySuperseded, List<Summary> divided) {
    return new PartBlocks(
        scope, state, owner, readable, parts, part, anySuperseded, compacted, divided);
  }

  /** Step after step, until all that is closed of the part is in compacted blocks. */
  private CompletableFuture<Void> steps(PartBlocks blocks) {
    return blocks
        .next()
        .thenCompose(
            step ->
                step.isEmpty()
                    ? over(blocks)
                    : rewrite(step.get()).thenCompose(done -> steps(blocks)));
  }

  private CompletableFuture<Void> over(PartBlocks blocks) {
    leftOut |= blocks.hasLeftOut();
    return CompletableFuture.completedFuture(null);
  }

  private CompletableFuture<Void> rewrite(CompactionStep step) {
    step.choose();
    if (step.maySupersedeLater()) {
      waste = Waste.POSSIBLE;
    }
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
    boolean mayHoldWaste = waste == Waste.POSSIBLE || (leftOut && state.compactedMayHoldWaste());
    state.compactedTo(
        new Compacted(compacted, next, leftovers.all(), pruned),
        mayHoldWaste ? Waste.POSSIBLE : Waste.NONE);
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

  private Layout layout() {
    return scope.settings().layout();
  }

  private BlockPlace place() {
    return scope.place(state.channel(), owner.epoch());
  }
}
