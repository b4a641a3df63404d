package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.format.DenseBlock;
import io.channelindex.storage.format.DenseBlockBuilder;
import io.channelindex.storage.format.EntryFilter;
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
    return new Rows(new DenseBlockBuilder(place.channel(), place.epoch()));
  }

  @Override
  public ActiveBlock resume(BlockPlace place, byte[] stored, List<Entry> kept) {
    DenseBlockBuilder builder = new DenseBlockBuilder(place.channel(), place.epoch());
    kept.forEach(builder::add);
    return new Rows(builder);
  }

  @Override
  public CompletionStage<Contents> read(
      BlockPlace place, List<StoredBlock> blocks, EntryFilter filter, DocumentReads documents) {
    List<Entry> wanted = new ArrayList<>();
    long epoch = 0;
    for (StoredBlock block : blocks) {
      DenseBlock decoded = DenseBlock.decode(block.key(), place.channel(), block.document());
      epoch = Long.compareUnsigned(decoded.epoch(), epoch) > 0 ? decoded.epoch() : epoch;
      for (Entry entry : decoded.entries()) {
        if (filter.wants(entry.vbucket(), entry.seqno(), entry.vbuuid())) {
          wanted.add(entry);
        }
      }
    }
    return CompletableFuture.completedFuture(new Contents(wanted, epoch));
  }

  private static final class Rows implements ActiveBlock {
    private static final int BYTES_PER_ENTRY = 16;

    private final DenseBlockBuilder builder;
    private boolean changed;

    Rows(DenseBlockBuilder builder) {
      this.builder = builder;
    }

    @Override
    public boolean hasRoomFor(Entry entry, int blockBytes) {
      return builder.size() == 0 || builder.encodedSize() < blockBytes;
    }

    @Override
    public boolean add(Entry entry) {
      boolean added = builder.add(entry);
      changed |= added;
      return added;
    }

    @Override
    public int size() {
      return builder.size();
    }

    @Override
    public boolean isChanged() {
      return changed;
    }

    @Override
    public Mode mode() {
      return Mode.WHOLE;
    }

    @Override
    public byte[] pending() {
      changed = false;
      return builder.encode();
    }

    @Override
    public int memoryBytes() {
      // An entry costs its bytes and its place in the builder's table of identities.
      return builder.encodedSize() + BYTES_PER_ENTRY * builder.size();
    }
  }
}
