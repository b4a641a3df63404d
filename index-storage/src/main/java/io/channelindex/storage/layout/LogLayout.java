package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.LogFrames.Place;
import io.channelindex.storage.format.Revisions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Layout {@code log} (W5): a commit appends a frame to the block of each channel that it touches,
 * and neither reads it nor writes its head. Compaction turns closed blocks into columns.
 *
 * <p>An append whose answer was lost may have happened: it is repeated, and its entries are there
 * twice. Nobody fences appends: what a former owner appends late is either what its successor wrote
 * as well, or beyond what readers see.
 */
final class LogLayout extends Layout {
  LogLayout() {
    super("log", HeadClock.CLOSED_BLOCKS);
  }

  @Override
  public ActiveBlock begin(BlockPlace place) {
    return new Log(place, 0, 0);
  }

  @Override
  public ActiveBlock resume(BlockPlace place, byte[] stored, List<Entry> kept) {
    return new Log(place, stored.length, kept.size());
  }

  @Override
  CompletionStage<Contents> decode(
      BlockPlace place, List<StoredBlock> blocks, EntryFilter filter, DocumentReads documents) {
    List<Entry> wanted = new ArrayList<>();
    long epoch = 0;
    for (StoredBlock block : blocks) {
      long its = StoredRows.decodeFrames(place, block, filter, StoredRows.into(wanted));
      epoch = Epochs.later(its, epoch);
    }
    return CompletableFuture.completedFuture(new Contents(wanted, epoch));
  }

  @Override
  public byte[] pack(BlockPlace place, List<Entry> entries) {
    return StoredRows.columns(place, entries, Revisions.ALL);
  }

  /** Remembers how much there is, not what. */
  private static final class Log implements ActiveBlock {
    /** What an entry takes in a frame besides its document id, about. */
    private static final int ENTRY_BYTES = 28;

    private static final int MEMORY_BYTES = 64;

    private final BlockPlace place;
    private final List<Entry> pending = new ArrayList<>();
    private int bytes;
    private int pendingBytes;
    private int entries;

    Log(BlockPlace place, int bytes, int entries) {
      this.place = place;
      this.bytes = bytes;
      this.entries = entries;
    }

    @Override
    public boolean hasRoomFor(Entry entry, int blockBytes) {
      return entries == 0 || bytes + pendingBytes < blockBytes;
    }

    @Override
    public boolean add(Entry entry) {
      pending.add(entry);
      pendingBytes += ENTRY_BYTES + entry.documentId().length();
      entries++;
      return true;
    }

    @Override
    public int size() {
      return entries;
    }

    @Override
    public boolean isChanged() {
      return !pending.isEmpty();
    }

    @Override
    public Mode mode() {
      return Mode.APPEND;
    }

    @Override
    public byte[] pending() {
      byte[] frame =
          place
              .coding()
              .encoder()
              .encode(
                  place.channel(), place.epoch(), pending, bytes == 0 ? Place.FIRST : Place.NEXT);
      bytes += frame.length;
      pending.clear();
      pendingBytes = 0;
      return frame;
    }

    @Override
    public int memoryBytes() {
      return MEMORY_BYTES;
    }
  }
}
