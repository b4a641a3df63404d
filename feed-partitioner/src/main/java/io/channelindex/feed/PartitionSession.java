package io.channelindex.feed;

import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The consumer of one partition's streams from a take to a stop.
 *
 * <p>The events of one vbucket come in order, one at a time; those of different vbuckets may come
 * from different threads at once. Methods must not block. After {@link #close} was called or {@link
 * #stopped} completed, events may still trickle in and are acknowledged without effect.
 */
public interface PartitionSession {
  /** Where the stream of each vbucket of the partition begins. */
  Map<Integer, StreamPosition> positions();

  /** A stream was opened or reopened under this failover log, newest entry first. */
  void opened(int vbucket, List<FailoverEntry> log);

  /** A snapshot begins. */
  void snapshot(int vbucket, long start, long end);

  /** The next change. */
  void change(Change change);

  /** The vbucket moved on without a change. */
  void advanced(int vbucket, long seqno);

  /**
   * The data service refuses to go on: history was lost. The vbucket's stream is closed; it reopens
   * where the answer says, at or below {@code to}.
   *
   * @param log the failover log now, newest entry first
   */
  CompletionStage<StreamPosition> rollback(int vbucket, long to, List<FailoverEntry> log);

  /**
   * Completes when the session is over: exceptionally if it cannot go on, with {@link
   * OwnershipLostException} if somebody else took the partition.
   */
  CompletionStage<Void> stopped();

  /** Ends the session. Completes when it has nothing under way any more. */
  CompletionStage<Void> close();
}
