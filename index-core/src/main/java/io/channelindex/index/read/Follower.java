package io.channelindex.index.read;

import java.util.concurrent.CompletionStage;

/**
 * One feed: reads on from where it stands, as fast as it is asked and no faster (backpressure is
 * the caller not asking). Holds no rows between calls but what is shared with other followers.
 *
 * <p>One call at a time.
 */
public interface Follower extends AutoCloseable {
  /**
   * Up to {@code limit} rows more. Fails without moving if the index cannot be read; may then be
   * asked again.
   *
   * @param limit at least 1
   */
  CompletionStage<Page> next(int limit);

  /**
   * Completes when {@link #next} may have news after a page that was caught up; at once if it has.
   * Never fails; completes when the follower is closed.
   */
  CompletionStage<Void> news();

  /** The token of where it stands. */
  String lastSeq();

  @Override
  void close();
}
