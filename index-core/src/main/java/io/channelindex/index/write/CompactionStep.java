package io.channelindex.index.write;

import io.channelindex.storage.Entry;
import io.channelindex.storage.format.ChannelHead.Retired;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.layout.Layout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Some blocks of a channel that are compacted together: what of them is kept, and in which blocks.
 * An entry is dropped if history has undone it, if it is there already, or if a newer readable one
 * of these blocks has superseded it. Compacted blocks of which little is dropped stay as they are.
 *
 * <p>Confined to the partition's serial executor.
 */
final class CompactionStep {
  /** Of a block that stays as it is, at least so many percent have to be worth keeping. */
  static final int WORTH_KEEPING = 85;

  private static final Comparator<Entry> ORDER =
      Comparator.comparingInt(Entry::vbucket)
          .thenComparing(Entry::seqno, Long::compareUnsigned)
          .thenComparing(Entry::documentId);

  private final String channel;
  private final Layout layout;
  private final Owner owner;
  private final EntryFilter readable;
  private final List<Source> sources;
  private final int blockEntries;
  private final List<Summary> untouched = new ArrayList<>();
  private final List<Entry> pruned = new ArrayList<>();
  private List<List<Entry>> packs = List.of();
  private @Nullable Superseded superseded;
  private boolean maySupersedeLater;

  /** A block that is compacted. */
  static final class Source {
    final Retired.Kind kind;
    final Summary summary;
    final List<Entry> entries = new ArrayList<>();
    private final boolean divided;

    /**
     * A block of which nothing is read yet.
     *
     * @param divided whether it has entries of other parts of the channel, and goes in any case
     */
    Source(Retired.Kind kind, Summary summary, boolean divided) {
      this.kind = kind;
      this.summary = summary;
      this.divided = divided;
    }
  }

  /**
   * A step that is to be {@linkplain #choose chosen} once its sources are read.
   *
   * @param readable which entries readers see
   * @param sources in the order in which they were written
   * @param blockEntries how many entries a block is to have
   */
  CompactionStep(
      String channel,
      Layout layout,
      Owner owner,
      EntryFilter readable,
      List<Source> sources,
      int blockEntries) {
    this.channel = channel;
    this.layout = layout;
    this.owner = owner;
    this.readable = readable;
    this.sources = new ArrayList<>(sources);
    this.blockEntries = blockEntries;
  }

  /** The blocks that go, after {@link #choose}: until then all. */
  List<Source> sources() {
    return sources;
  }

  /** The blocks that stay as they are. */
  List<Summary> untouched() {
    return untouched;
  }

  /** The entries of the blocks to be written, each sorted. */
  List<List<Entry>> packs() {
    return packs;
  }

  /** Whether something is kept that supersedes nothing yet, because it is not readable yet. */
  boolean maySupersedeLater() {
    return maySupersedeLater;
  }

  /** What was dropped and has something beside the blocks. */
  List<Entry> pruned() {
    return pruned;
  }

  /** Entries that were indexed later, in other blocks; after the sources were read. */
  void seeLater(List<Entry> entries) {
    Superseded seen = superseded();
    for (Entry entry : entries) {
      if (seen.by(entry) != null) {
        seen.see(entry);
      }
    }
  }

  private Superseded superseded() {
    if (superseded == null) {
      superseded = new Superseded(readable);
      sources.forEach(source -> source.entries.forEach(superseded::see));
    }
    return superseded;
  }

  /** Decides what becomes of each entry. */
  void choose() {
    Superseded superseded = superseded();
    Set<ChannelLoader.Identity> kept = new HashSet<>();
    List<Entry> rest = new ArrayList<>();
    for (Source source : List.copyOf(sources)) {
      List<Entry> worth = worth(source, superseded, kept);
      if (rest.isEmpty() && isWorthKeeping(source, worth)) {
        untouched.add(source.summary);
        sources.remove(source);
      } else {
        rest.addAll(worth);
      }
    }
    pruned.removeIf(entry -> kept.contains(ChannelLoader.Identity.of(entry)));
    packs = packs(rest);
  }

  private List<Entry> worth(
      Source source, Superseded superseded, Set<ChannelLoader.Identity> kept) {
    List<Entry> worth = new ArrayList<>(source.entries.size());
    for (Entry entry : source.entries) {
      if (!owner.keeps(entry)) {
        drop(entry, null);
      } else if (superseded.isSuperseded(entry)) {
        // Where it was indexed again under another branch, other channels may not have been.
        if (!superseded.isSame(entry)) {
          drop(entry, superseded.by(entry));
        }
      } else if (kept.add(ChannelLoader.Identity.of(entry))) {
        worth.add(entry);
        maySupersedeLater |= !isReadable(entry) && !ChannelState.isFirstOfItsDocument(entry);
      }
    }
    return worth;
  }

  private boolean isReadable(Entry entry) {
    return readable.wants(entry.vbucket(), entry.seqno(), entry.vbuuid());
  }

  private void drop(Entry entry, @Nullable Entry by) {
    if (layout.prunes(channel, entry, by)) {
      pruned.add(entry);
    }
  }

  private static boolean isWorthKeeping(Source source, List<Entry> worth) {
    return source.kind == Retired.Kind.COMPACTED
        && !source.divided
        && source.summary.entries() >= CompactionParts.LEAST_BLOCK_ENTRIES / 2
        && worth.size() * 100L >= (long) source.summary.entries() * WORTH_KEEPING;
  }

  /** Entries in the order in which they were indexed, cut, and each part sorted. */
  private List<List<Entry>> packs(List<Entry> entries) {
    List<List<Entry>> packs = new ArrayList<>();
    for (int from = 0; from < entries.size(); from += blockEntries) {
      int to = Math.min(entries.size(), from + blockEntries);
      List<Entry> pack = new ArrayList<>(entries.subList(from, to));
      pack.sort(ORDER);
      packs.add(pack);
    }
    return packs;
  }
}
