package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;

/**
 * A block that its partition's owner adds to. Confined to one thread.
 *
 * <p>Entries are added, then the owner writes {@link #pending}; what it remembers here is only good
 * as long as every such write is answered: otherwise it forgets the block and reads it again.
 */
public interface ActiveBlock {
  /** How an update reaches the stored block. */
  enum Mode {
    /** The update is the whole block: it replaces what is stored, or is inserted if nothing is. */
    WHOLE,
    /** The update is appended to what is stored, or is inserted if nothing is. */
    APPEND
  }

  /** Whether one more entry belongs into the block, which is full from {@code blockBytes} on. */
  boolean hasRoomFor(Entry entry, int blockBytes);

  /**
   * Adds an entry at the end.
   *
   * @return whether it was added; false if it is known to be there
   * @throws IllegalArgumentException if it cannot be written
   */
  boolean add(Entry entry);

  /** How many entries it has. */
  int size();

  /** Whether there is something to be written. */
  boolean isChanged();

  /** How {@link #pending} is to be written. */
  Mode mode();

  /** What has to be written: everything since the last time that this was asked for. */
  byte[] pending();

  /** What it costs to remember it, in bytes, about. */
  int memoryBytes();
}
