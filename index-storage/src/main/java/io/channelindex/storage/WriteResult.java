package io.channelindex.storage;

/**
 * What became of a write that the bucket has answered.
 *
 * @param outcome whether it was done
 * @param cas the new version if it was done, 0 otherwise
 */
public record WriteResult(Outcome outcome, long cas) {
  /** Whether a write was done, and if not, why. */
  public enum Outcome {
    /** Done. */
    WRITTEN,
    /** Not done: the document exists (insert) or has another version (replace, remove). */
    CONFLICT,
    /** Not done: there is no such document. */
    MISSING
  }

  /** A write that was done. */
  public static WriteResult written(long cas) {
    return new WriteResult(Outcome.WRITTEN, cas);
  }

  /** A write that was not done. */
  public static WriteResult refused(Outcome outcome) {
    return new WriteResult(outcome, 0);
  }

  /** Whether the write was done. */
  public boolean isWritten() {
    return outcome == Outcome.WRITTEN;
  }
}
