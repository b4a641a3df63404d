package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.EntryFilter;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A way to arrange the entries of a channel (features W2 to W5). All nodes of an index use the same
 * one: it is part of what they agree on ({@code SettingsDocument}), and every block says by its
 * format what it is, so that no layout takes another's block for its own.
 *
 * <p>What a layout may rely on: blocks and companions of a batch are written before anything makes
 * them visible, by one owner at a time but for late writes of owners before; an entry is identified
 * by (vbucket, seqno, vbuuid, document id), and the same one may be written again. What it has to
 * guarantee: {@link #read} gives every entry that was written and that the filter wants, at least
 * once, as it was written; or, where a document beside the blocks is compacted away, all of them
 * but such as a newer committed entry of the same document in the same channel has superseded.
 *
 * <p>Layouts are stateless and thread-safe.
 */
public abstract class Layout {
  private final String name;
  private final HeadClock headClock;

  /** What a channel's head tells of its active block. */
  public enum HeadClock {
    /** The head's clock covers it: a commit writes the head with the block. */
    COVERS_ACTIVE,
    /**
     * The head speaks of the blocks that are closed, and is written when one more is: whoever wants
     * news reads the active block.
     */
    CLOSED_BLOCKS
  }

  /** What reading entries takes beside their blocks. */
  public enum Companions {
    /** Nothing. */
    NONE,
    /** About a document for each entry: who wants a few entries of a block says which. */
    READ
  }

  /**
   * A layout.
   *
   * @param name stable: it stands in the settings of every index that uses it
   */
  Layout(String name, HeadClock headClock) {
    this.name = name;
    this.headClock = headClock;
  }

  /** The stable name. */
  public final String name() {
    return name;
  }

  /** What heads tell of active blocks. */
  public final HeadClock headClock() {
    return headClock;
  }

  /** What reading takes. By itself, nothing beside the blocks. */
  public Companions companions() {
    return Companions.NONE;
  }

  /**
   * How many operations beside the blocks a commit has for each of its changes, about. By itself,
   * none.
   */
  public int operationsPerChange() {
    return 0;
  }

  /** An active block that holds nothing and is not stored. */
  public abstract ActiveBlock begin(BlockPlace place);

  /**
   * An active block that goes on as it is stored.
   *
   * @param stored its document
   * @param kept its entries as {@link #read} gave them, without those that are not true any more
   */
  public abstract ActiveBlock resume(BlockPlace place, byte[] stored, List<Entry> kept);

  /**
   * The entries of blocks that a filter wants, block by block, in the order in which they were
   * indexed; an entry that was written twice may be there twice.
   *
   * @param documents reads what stands beside the blocks
   * @return fails with an {@link IndexStorageException} if anything cannot be read
   */
  public final CompletionStage<Contents> read(
      BlockPlace place, List<StoredBlock> blocks, EntryFilter filter, DocumentReads documents) {
    return place.coding().reading(() -> decode(place, blocks, filter, documents));
  }

  /** Reads as {@link #read}; has no effect if a dictionary is not known. */
  abstract CompletionStage<Contents> decode(
      BlockPlace place, List<StoredBlock> blocks, EntryFilter filter, DocumentReads documents);

  /**
   * A block as compaction writes it, which {@link #read} reads as well.
   *
   * @param entries at least one, in the order of (vbucket, seqno)
   */
  public abstract byte[] pack(BlockPlace place, List<Entry> entries);

  /**
   * Whether something stands beside the blocks that nobody may need any more once compaction has
   * dropped an entry of a channel. By itself, no.
   *
   * @param by the newer entry that has superseded it; null if history has undone it
   */
  public boolean prunes(String channel, Entry dropped, @Nullable Entry by) {
    return false;
  }

  /**
   * Removes what stands beside the blocks for entries that compaction has dropped, and of which
   * {@link #prunes} says so; after the head says that it may be gone.
   *
   * @param readable which entries readers see
   * @param needed which have to stay unless they are superseded: those that are part of history,
   *     readable or not, and those of which the head does not say that they may be gone
   */
  public CompletionStage<Void> prune(
      Collection<Entry> entries,
      EntryFilter readable,
      EntryFilter needed,
      IndexKeys keys,
      DocumentWrites documents) {
    return CompletableFuture.completedFuture(null);
  }

  /**
   * What was read of blocks.
   *
   * @param entries those that were wanted
   * @param epoch the latest of those under which the blocks were written, unsigned
   */
  public record Contents(List<Entry> entries, long epoch) {}

  /**
   * Writes what has to stand beside the blocks so that these entries can be read. By itself,
   * nothing.
   *
   * @param entries the entries of a batch, of all channels; in any order
   * @param readable which entries readers see by now
   * @return completes when all is written; a write that failed is repeated by calling this again
   */
  public CompletionStage<Void> writeCompanions(
      Collection<Entry> entries, EntryFilter readable, IndexKeys keys, DocumentWrites documents) {
    return CompletableFuture.completedFuture(null);
  }
}
