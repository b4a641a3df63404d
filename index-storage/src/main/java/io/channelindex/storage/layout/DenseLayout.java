package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.format.DenseBlockBuilder;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.Revisions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Layout {@code dense} (W3): blocks that hold whole entries, written anew with every commit. */
final class DenseLayout extends Layout {
  DenseLayout() {
    super("dense", HeadClock.COVERS_ACTIVE);
  }

  @Override
  public ActiveBlock begin(BlockPlace place) {
    return new WholeBlock(
        new DenseBlockBuilder(place.channel(), place.epoch()), place.coding().compressor());
  }

  @Override
  public ActiveBlock resume(BlockPlace place, byte[] stored, List<Entry> kept) {
    DenseBlockBuilder builder = new DenseBlockBuilder(place.channel(), place.epoch());
    kept.forEach(builder::add);
    return new WholeBlock(builder, place.coding().compressor());
  }

  @Override
  CompletionStage<Contents> decode(
      BlockPlace place, List<StoredBlock> blocks, EntryFilter filter, DocumentReads documents) {
    List<Entry> wanted = new ArrayList<>();
    long epoch = 0;
    for (StoredBlock block : blocks) {
      long its =
          StoredRows.decodeRows(place, block, Revisions.ALL, filter, StoredRows.into(wanted));
      epoch = Epochs.later(its, epoch);
    }
    return CompletableFuture.completedFuture(new Contents(wanted, epoch));
  }

  @Override
  public byte[] pack(BlockPlace place, List<Entry> entries) {
    return StoredRows.columns(place, entries, Revisions.ALL);
  }
}
