package io.channelindex.storage.clocks;

/**
 * What became of an advance, and what it took.
 *
 * @param outcome whether the clock is where it was to be
 * @param attempts how many writes were tried: every one beyond the first is a retry, for another
 *     writer came first or the answer was lost
 * @param operations how many operations of the bucket it took, reads and attempts
 * @param bytes how many bytes the attempts sent, of values and paths of fields
 */
public record Update(Outcome outcome, int attempts, int operations, long bytes) {
  /** Whether the clock is where it was to be. */
  public enum Outcome {
    /** The clock is at or after what was asked for. */
    REACHED,
    /** The partition has an owner of a higher epoch: nothing was changed. */
    FENCED
  }
}
