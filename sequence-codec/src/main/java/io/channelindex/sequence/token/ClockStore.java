package io.channelindex.sequence.token;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The port to where clocks are kept that tokens only name: small immutable contents under names,
 * each for a time. What is missing is empty; a stage fails only if the store did not answer, and a
 * put that failed may have been done.
 *
 * <p>Contents handed over, either way, are not changed any more. Thread-safe.
 */
public interface ClockStore {
  /** Whether a put was the first. */
  enum Put {
    /** The content is kept. */
    STORED,
    /** There was a content already, which stays, and goes when it was to go. */
    EXISTS
  }

  /**
   * What is kept under a name; empty if nothing is.
   *
   * @param name letters, digits and {@code :}, at most 64
   */
  CompletionStage<Optional<byte[]>> get(String name);

  /** Keeps a content for so long, at least, unless there is one under the name. */
  CompletionStage<Put> putIfAbsent(String name, byte[] content, Duration life);

  /** Keeps what is there for so long from now on, and tells what that is; empty if nothing is. */
  CompletionStage<Optional<byte[]>> renew(String name, Duration life);
}
