package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.format.DenseBlockBuilder;

/** An active block of rows, of layouts dense and hybrid: every update is the whole block. */
final class WholeRows implements ActiveBlock {
  private static final int BYTES_PER_ENTRY = 16;

  private final DenseBlockBuilder builder;
  private final Compressor compressor;
  private boolean changed;

  WholeRows(DenseBlockBuilder builder, Compressor compressor) {
    this.compressor = compressor;
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
    return builder.encode(compressor);
  }

  @Override
  public int memoryBytes() {
    // An entry costs its bytes and its place in the builder's table of identities.
    return builder.encodedSize() + BYTES_PER_ENTRY * builder.size();
  }
}
