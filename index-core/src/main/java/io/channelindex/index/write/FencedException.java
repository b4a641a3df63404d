package io.channelindex.index.write;

/** Another owner took the partition: this one must not write to it any more (invariant 5). */
public final class FencedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The message names the partition, both epochs, and where the later one was found. */
  public FencedException(String message) {
    super(message);
  }
}
