package io.channelindex.index.write;

import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelHead.Compacted;
import io.channelindex.storage.format.ChannelHead.Retired;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.DirectoryPage;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.layout.BlockPlace;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.StoredBlock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Compacts a channel in this partition (W9): what is closed becomes few blocks of columns, without
 * what newer readable entries have superseded and without what history has undone.
 *
 * <p>New blocks are written under new numbers, then the head names them instead of the old ones, by
 * compare-and-swap, then, some time later, the old ones are removed: readers that are on their way
 * through the old directory find what it lists, and those who are later still read the directory
 * again. Nothing that a crash leaves on the way is visible; old blocks that are still to be removed
 * stand in the head.
 *
 * <p>Compacted blocks of which little is superseded stay as they are.
 *
 * <p>Runs between commits. Memory: the entries of all blocks that are closed and not compacted, and
 * of compacted ones the newest, at most {@link #MAX_ENTRIES}. Confined to the partition's serial
 * executor; used once.
 */
final class Compaction {
  /** How many entries of compacted blocks are compacted again at a time. */
  static final int MAX_ENTRIES = 250_000;

  private static final int BLOCKS_AT_ONCE = 64;
  private static final int INSERTS_AT_ONCE = 4;
  private static final int LEAST_BLOCK_ENTRIES = 2_048;
  private static final int BLOCKS_OF_A_CHANNEL = 96;

  /** Of a block that stays as it is, at least so many percent have to be worth keeping. */
  private static final int WORTH_KEEPING = 85;

  private static final Comparator<Entry> ORDER =
      Comparator.comparingInt(Entry::vbucket)
          .thenComparing(Entry::seqno, Long::compareUnsigned)
          .thenComparing(Entry::documentId);

  private final Scope scope;
  private final ChannelState state;
  private final Owner owner;
  private final EntryFilter readable;
  private final CompanionBucket companions;
  private final List<Source> sources = new ArrayList<>();
  private final List<Summary> untouched = new ArrayList<>();
  private final List<Entry> pruned = new ArrayList<>();
  private int next;

  /** How much of a channel is compacted. */
  enum Extent {
    /** What is closed. */
    CLOSED_BLOCKS,
    /** The active block too. */
    EVERYTHING
  }

  /** A block that is compacted. */
  private static final class Source {
    final Retired.Kind kind;
    final Summary summary;
    final List<Entry> entries = new ArrayList<>();

    Source(Retired.Kind kind, Summary summary) {
      this.kind = kind;
      this.summary = summary;
    }
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
    this.next = state.compacted().next();
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
    return new Removal(scope, state.channel(), state.compacted().retired())
        .run()
        .thenCompose(removed -> list())
        .thenCompose(
            listed ->
                sources.isEmpty()
                    ? CompletableFuture.completedFuture(List.<Retired>of())
                    : readSources(0).thenCompose(read -> rewrite()));
  }

  private CompletableFuture<Void> list() {
    long entries = 0;
    List<Summary> compacted = state.compacted().blocks();
    List<Source> packed = new ArrayList<>();
    int first = compacted.size();
    while (first > 0 && entries + compacted.get(first - 1).entries() <= MAX_ENTRIES) {
      first--;
      entries += compacted.get(first).entries();
    }
    untouched.addAll(compacted.subList(0, first));
    for (Summary block : compacted.subList(first, compacted.size())) {
      packed.add(new Source(Retired.Kind.COMPACTED, block));
    }
    return Window.each(state.pages(), 1, this::listPage)
        .thenAccept(
            read -> {
              state.closed().forEach(this::add);
              if (!sources.isEmpty()) {
                sources.addAll(0, packed);
              }
            });
  }

  private CompletableFuture<Void> listPage(Summary page) {
    String key = scope.keys().page(state.channel(), scope.partition(), page.number());
    return scope
        .bucket()
        .get(WriterStep.COMPACTION, key)
        .thenAccept(
            answer ->
                DirectoryPage.decode(key, state.channel(), require(key, answer))
                    .blocks()
                    .forEach(this::add));
  }

  private void add(Summary block) {
    sources.add(new Source(Retired.Kind.BLOCK, block));
  }

  private CompletableFuture<Void> readSources(int from) {
    if (from >= sources.size()) {
      return CompletableFuture.completedFuture(null);
    }
    List<Source> some = sources.subList(from, Math.min(sources.size(), from + BLOCKS_AT_ONCE));
    List<String> keys = some.stream().map(this::key).toList();
    return scope
        .bucket()
        .getAll(WriterStep.COMPACTION, keys)
        .thenCompose(
            answers -> {
              List<CompletableFuture<?>> reads = new ArrayList<>();
              for (int i = 0; i < keys.size(); i++) {
                String key = keys.get(i);
                reads.add(read(some.get(i), new StoredBlock(key, require(key, answers.get(i)))));
              }
              return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new));
            })
        .thenCompose(read -> readSources(from + BLOCKS_AT_ONCE));
  }

  private CompletableFuture<Void> read(Source source, StoredBlock block) {
    return scope
        .read(place(), List.of(block), EntryFilter.ALL)
        .thenAccept(
            contents -> {
              owner.requireNotAfter(block.key(), contents.epoch());
              source.entries.addAll(contents.entries());
            });
  }

  private CompletableFuture<List<Retired>> rewrite() {
    List<List<Entry>> packs = chooseAndPack();
    List<Summary> blocks = new ArrayList<>(untouched);
    return Window.each(packs, INSERTS_AT_ONCE, entries -> insert(entries).thenAccept(blocks::add))
        .thenCompose(written -> writeHead(blocks))
        .thenCompose(
            retired ->
                layout()
                    .prune(pruned, scope.keys(), companions)
                    .toCompletableFuture()
                    .thenApply(done -> retired));
  }

  /** What has to be written, block by block; what may stay is added to what is untouched. */
  private List<List<Entry>> chooseAndPack() {
    Superseded superseded = new Superseded(readable);
    sources.forEach(source -> source.entries.forEach(superseded::see));
    Set<ChannelLoader.Identity> kept = new HashSet<>();
    List<Entry> rest = new ArrayList<>();
    for (Source source : List.copyOf(sources)) {
      List<Entry> worth = new ArrayList<>(source.entries.size());
      for (Entry entry : source.entries) {
        if (!owner.keeps(entry)) {
          drop(entry);
        } else if (superseded.isSuperseded(entry)) {
          // Where it was indexed again under another branch, other channels may not have been.
          if (!superseded.isSame(entry)) {
            drop(entry);
          }
        } else if (kept.add(ChannelLoader.Identity.of(entry))) {
          worth.add(entry);
        }
      }
      if (rest.isEmpty() && isWorthKeeping(source, worth)) {
        untouched.add(source.summary);
        sources.remove(source);
      } else {
        rest.addAll(worth);
      }
    }
    pruned.removeIf(entry -> kept.contains(ChannelLoader.Identity.of(entry)));
    return packs(rest, kept.size());
  }

  private void drop(Entry entry) {
    if (layout().prunes(state.channel(), entry)) {
      pruned.add(entry);
    }
  }

  private static boolean isWorthKeeping(Source source, List<Entry> worth) {
    return source.kind == Retired.Kind.COMPACTED
        && source.summary.entries() >= LEAST_BLOCK_ENTRIES / 2
        && worth.size() * 100L >= (long) source.summary.entries() * WORTH_KEEPING;
  }

  /** Entries in the order in which they were indexed, cut, and each part sorted. */
  private static List<List<Entry>> packs(List<Entry> entries, int all) {
    int size = Math.max(LEAST_BLOCK_ENTRIES, all / BLOCKS_OF_A_CHANNEL);
    List<List<Entry>> packs = new ArrayList<>();
    for (int from = 0; from < entries.size(); from += size) {
      int to = Math.min(entries.size(), from + size);
      List<Entry> pack = new ArrayList<>(entries.subList(from, to));
      pack.sort(ORDER);
      packs.add(pack);
    }
    return packs;
  }

  /** Writes a block under the next number that is free: one that is not was left by a crash. */
  private CompletableFuture<Summary> insert(List<Entry> entries) {
    int number = next++;
    String key = scope.keys().packed(state.channel(), scope.partition(), number);
    return scope
        .bucket()
        .insert(WriterStep.COMPACTION, key, layout().pack(place(), entries))
        .thenCompose(
            result ->
                result.isWritten()
                    ? CompletableFuture.completedFuture(
                        ChannelState.summarize(number, entries, scope))
                    : insert(entries));
  }

  private CompletableFuture<List<Retired>> writeHead(List<Summary> written) {
    List<Summary> blocks = new ArrayList<>(written);
    blocks.sort(Comparator.comparingInt(Summary::number));
    List<Retired> retired = retired();
    state.compactedTo(new Compacted(blocks, next, retired, prunedTo()));
    String key = scope.keys().head(state.channel(), scope.partition());
    return scope
        .bucket()
        .write(WriterStep.COMPACTION, key, state.head().encode(), state.headCas())
        .thenApply(
            result -> {
              state.headWritten(ChannelWrite.requireWritten(key, result));
              return retired;
            });
  }

  private List<Retired> retired() {
    List<Retired> retired = new ArrayList<>();
    for (Source source : sources) {
      retire(source.kind, source.summary.number(), retired);
    }
    for (Summary page : state.pages()) {
      retire(Retired.Kind.PAGE, page.number(), retired);
    }
    return retired;
  }

  private static void retire(Retired.Kind kind, int number, List<Retired> retired) {
    Retired last = retired.isEmpty() ? null : retired.get(retired.size() - 1);
    if (last != null && last.kind() == kind && last.first() + last.count() == number) {
      retired.set(retired.size() - 1, new Retired(kind, last.first(), last.count() + 1));
    } else {
      retired.add(new Retired(kind, number, 1));
    }
  }

  private List<Long> prunedTo() {
    List<Long> to = new ArrayList<>(state.compacted().pruned());
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
}
