package io.channelindex.index.write;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a partition's writer is doing, for metrics and health.
 *
 * @param partition its partition
 * @param epoch the epoch under which it took the partition
 * @param state whether it goes on
 * @param firstVbucket the vbucket of {@code stable.get(0)}
 * @param stable the stable clock of the partition's vbuckets, unsigned seqnos
 * @param commits commits since the take
 * @param changes changes that were committed since the take, replays among them
 * @param operations bucket operations by the step that they were for, reads among them
 * @param compactions channels that were compacted, by what was the cause of it
 * @param bytesWritten bytes of the documents written, those of refused writes among them
 * @param casRetries writes that found the document changed by another
 * @param oldestUncommitted how long the oldest change has been waiting for its commit; zero if none
 *     is
 */
public record WriterStatus(
    int partition,
    long epoch,
    State state,
    int firstVbucket,
    List<Long> stable,
    long commits,
    long changes,
    Map<WriterStep, Long> operations,
    Map<CompactionCause, Long> compactions,
    long bytesWritten,
    long casRetries,
    Duration oldestUncommitted) {

  /** Whether a writer goes on. */
  public enum State {
    /** It commits what it gets. */
    RUNNING,
    /** It was asked to close. */
    CLOSED,
    /** Another owner took the partition. */
    FENCED,
    /** It gave up: see {@link PartitionWriter#stopped}. */
    FAILED
  }

  public WriterStatus {
    stable = List.copyOf(stable);
    operations = Map.copyOf(operations);
    compactions = Map.copyOf(compactions);
  }
}
