package io.channelindex.index.write;

import io.channelindex.storage.format.ChannelHead.Summary;
import java.util.ArrayList;
import java.util.List;

/**
 * How a channel's vbuckets are divided for its compaction, so that each part fits into memory if
 * what the channel has is spread over them: one part if it does as a whole.
 *
 * <p>Immutable.
 */
final class CompactionParts {
  /** Fewer entries are no block of their own if there are more. */
  static final int LEAST_BLOCK_ENTRIES = 2_048;

  private static final int MOST_BLOCK_ENTRIES = 16_384;

  /** Into about so many blocks a channel is compacted, as its head lists all. */
  private static final int BLOCKS_OF_A_CHANNEL = 96;

  private final List<Part> parts;
  private final long entries;
  private final int maxEntries;
  private final List<Summary> listed;

  private CompactionParts(List<Part> parts, long entries, int maxEntries, List<Summary> listed) {
    this.parts = parts;
    this.entries = entries;
    this.maxEntries = maxEntries;
    this.listed = listed;
  }

  /**
   * Some vbuckets of a partition.
   *
   * @param first the index in the partition of the first
   * @param end the index after the last
   */
  record Part(int first, int end) {
    boolean has(int index) {
      return index >= first && index < end;
    }

    /** Whether a block has entries of this part. */
    boolean has(Summary block) {
      for (int index = first; index < end; index++) {
        if (block.highest().get(index) != 0) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * The parts of a channel.
   *
   * @param maxEntries how many entries of one are held in memory at once
   */
  static CompactionParts of(ChannelState state, int maxEntries) {
    long entries = (long) state.closedEntries() + state.compactedEntries();
    int vbuckets = state.vbuckets();
    int count = 1;
    while (entries / count > maxEntries && count < vbuckets) {
      count = Math.min(2 * count, vbuckets);
    }
    List<Part> parts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      parts.add(new Part(i * vbuckets / count, (i + 1) * vbuckets / count));
    }
    List<Summary> listed = new ArrayList<>(state.compacted().blocks());
    listed.addAll(state.pages());
    listed.addAll(state.closed());
    return new CompactionParts(List.copyOf(parts), entries, maxEntries, listed);
  }

  List<Part> all() {
    return parts;
  }

  /** Whether all that is closed and compacted of a part fits into memory. */
  boolean fits(Part part) {
    return listed.stream().mapToLong(block -> share(part, block)).sum() <= maxEntries;
  }

  /** Whether a block has to be taken apart. */
  boolean isInSeveral(Summary block) {
    return partsOf(block) > 1;
  }

  /** About how many readable entries of a block are of a part. */
  long share(Part part, Summary block) {
    if (!part.has(block)) {
      return 0;
    }
    int its = partsOf(block);
    return ((long) block.entries() + its - 1) / its;
  }

  private int partsOf(Summary block) {
    int count = 0;
    for (Part part : parts) {
      count += part.has(block) ? 1 : 0;
    }
    return count;
  }

  /** How many entries a block is to have. */
  int blockEntries() {
    return (int)
        Math.min(MOST_BLOCK_ENTRIES, Math.max(LEAST_BLOCK_ENTRIES, entries / BLOCKS_OF_A_CHANNEL));
  }
}
