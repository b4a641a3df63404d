package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.format.GrowingBlock;

/** An active block of which every update is the whole block. */
final class WholeBlock implements ActiveBlock {
  private final GrowingBlock block;
  private final Compressor compressor;
  private boolean changed;

  WholeBlock(GrowingBlock block, Compressor compressor) {
    this.block = block;
    this.compressor = compressor;
  }

  @Override
  public boolean hasRoomFor(Entry entry, int blockBytes) {
    return block.size() == 0 || (block.encodedSize() < blockBytes && block.covers(entry));
  }

  @Override
  public boolean add(Entry entry) {
    boolean added = block.add(entry);
    changed |= added;
    return added;
  }

  @Override
  public int size() {
    return block.size();
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
    return block.encode(compressor);
  }

  @Override
  public int memoryBytes() {
    return block.memoryBytes();
  }
}
