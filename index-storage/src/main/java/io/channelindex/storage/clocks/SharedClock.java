package io.channelindex.storage.clocks;

import io.channelindex.sequence.SequenceClock;
import java.util.concurrent.CompletionStage;

/**
 * A clock of a whole database, kept in the index bucket, which the owners of its partitions advance
 * each for itself (feature W7). Implementations differ in how many documents that takes, how much
 * is written, and how much owners are in each other's way: {@link ClockStrategy}.
 *
 * <p>Assumptions: an epoch belongs to one owner of a partition, and later owners have higher ones.
 * The bucket keeps what it has answered for. Nobody else writes the clock's documents.
 *
 * <p>Guarantees, under any interleaving of any number of instances and processes, lost answers, and
 * writes that are done after their owner gave them up:
 *
 * <ul>
 *   <li>A clock never goes back (invariant 3): reads that begin one after the other see seqnos that
 *       do not fall.
 *   <li>A read that begins after {@link Update.Outcome#REACHED} sees at least what was asked for.
 *   <li>Once an advance of a higher epoch was answered so, none of a lower epoch moves that
 *       partition any more (invariant 5); one that begins then is answered {@link
 *       Update.Outcome#FENCED}.
 *   <li>No read sees a seqno that nobody asked for.
 * </ul>
 *
 * <p>Thread-safe. Stages complete on the executor that the implementation was given, and fail with
 * {@link io.channelindex.storage.IndexStorageException}; after a failure of an advance nobody knows
 * whether the clock has moved, and it may be asked for again.
 */
public interface SharedClock {
  /**
   * Advances a partition to the vbucket-wise maximum of what it has and what is given. A new owner
   * takes its partition over by its first advance, which may be one to nothing but zeroes.
   *
   * @param epoch of the owner, unsigned, not 0
   * @param seqnos one per vbucket of the partition, unsigned; 0 where there is nothing to say
   * @throws IllegalArgumentException if there is no such partition or epoch, or it has another
   *     number of vbuckets
   */
  CompletionStage<Update> advance(int partition, long epoch, long... seqnos);

  /** The clock of all partitions; each of them as it was at some moment of this read. */
  CompletionStage<SequenceClock> read();
}
