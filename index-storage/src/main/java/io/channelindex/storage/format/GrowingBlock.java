package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import io.channelindex.storage.compress.Compressor;

/** A block that its writer keeps in memory and encodes as a whole. Confined to one thread. */
public interface GrowingBlock {
  /** Whether an entry may stand in the block as it has grown so far. */
  boolean covers(Entry entry);

  /**
   * Adds an entry at the end.
   *
   * @return whether it was added; false if it is there
   * @throws IllegalArgumentException if it cannot be written; the block is as before
   */
  boolean add(Entry entry);

  /** How many entries there are. */
  int size();

  /**
   * The size in bytes of what {@link #encode} returns if it is not compressed, or a little less.
   */
  int encodedSize();

  /** What it takes in memory, in bytes, about. */
  int memoryBytes();

  /** The block so far, as a document of the index bucket. */
  byte[] encode(Compressor compressor);
}
