package io.channelindex.index.write;

import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Takes in what the streams of one partition's vbuckets bring, and makes it readable (W1).
 *
 * <p>Assumes that the calls about one vbucket come one after another, in the order of its stream:
 * {@link #opened}, then {@link #snapshot}, {@link #change} and {@link #advanced}; that every
 * snapshot is announced before its changes; and that nothing is told of a vbucket between the call
 * of {@link #rollback} and its completion. A breach ends the indexer.
 *
 * <p>Thread-safe: calls return at once.
 */
public interface PartitionIndexer {
  /** Where the stream of each vbucket of the partition has to begin, as of the take. */
  Map<Integer, StreamPosition> positions();

  /**
   * A stream was opened, or reopened after a disconnect, under this failover log.
   *
   * @param log newest first, not empty
   */
  void opened(int vbucket, List<FailoverEntry> log);

  /**
   * A snapshot begins.
   *
   * @param start at or before its first seqno, unsigned
   * @param end its last seqno, unsigned: with it the state is whole
   */
  void snapshot(int vbucket, long start, long end);

  /**
   * The next change of a vbucket.
   *
   * @param change what is to be indexed, empty if nothing is; may complete later (an import has to
   *     be written first): the vbucket does not get past the seqno before. If it fails, the indexer
   *     stops
   * @param done called once the change needs no memory of the stream any more, or was no news, or
   *     the indexer stopped; must not block
   */
  void change(
      int vbucket, long seqno, CompletionStage<Optional<IndexedChange>> change, Runnable done);

  /** The vbucket moved on without a change. */
  void advanced(int vbucket, long seqno);

  /**
   * The data service lost history: goes back (invariant 14). What is collected of the vbucket is
   * dropped.
   *
   * @param to where the data service wants the stream to restart at the latest, unsigned
   * @param log the failover log now: newest first, not empty
   * @return from where to stream; fails, and the indexer stops, if the index could not be rolled
   *     back: then nothing of it is visible, and the next owner will be asked again
   */
  CompletionStage<StreamPosition> rollback(int vbucket, long to, List<FailoverEntry> log);

  /**
   * Compacts all channels of the partition, whatever there is to be gained (W9).
   *
   * @return fails, and the indexer stops, if that could not be done
   */
  CompletionStage<Void> compact();

  /**
   * Completes exceptionally when the indexer cannot go on: {@link FencedException} if another owner
   * took the partition, else what failed. Completes normally after {@link #close}.
   */
  CompletionStage<Void> stopped();

  /**
   * Makes readable what it has and stops; changes whose stages have not completed are dropped.
   * Completes when nothing is under way any more, normally even if the indexer had failed.
   */
  CompletionStage<Void> close();

  /** How the indexer is doing; cheap. */
  WriterStatus status();
}
