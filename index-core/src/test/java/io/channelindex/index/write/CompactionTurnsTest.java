package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.WriterStatus.State;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Compactions of many channels, and what has to go on beside them. */
@ExtendWith(Silence.class)
class CompactionTurnsTest {
  private static final String[] CHANNELS =
      IntStream.range(0, 20).mapToObj(i -> "c" + i).toArray(String[]::new);

  private final OnePartition partition = new OnePartition();

  private void tell(PartitionWriter writer, long seqno, String... channels) {
    partition.tell(writer, partition.document("doc", seqno, channels));
  }

  /** How many channels are compacted. */
  private long compacted() {
    return partition.bucket.keys().stream().filter(key -> key.contains(":packed:")).count();
  }

  @Test
  void aCommitWaitsForTheCompactionOfOneChannel() {
    PartitionWriter writer = partition.takeAndOpen(2);
    tell(writer, 1, CHANNELS);
    partition.turns.untilQuiet();

    CompletableFuture<Void> all = writer.compact().toCompletableFuture();
    partition.turns.until(() -> compacted() == 1);
    tell(writer, 2, "c0");
    partition.turns.until(() -> partition.done.contains(2L));

    assertThat(compacted()).isBetween(1L, 2L);
    partition.turns.untilQuiet();
    assertThat(all).isCompleted();
    assertThat(compacted()).isEqualTo(CHANNELS.length + 1);
  }

  /** The same of channels that all have enough closed blocks at a time. */
  @Test
  void aCommitWaitsForNoMoreThatIsDueByItself() {
    partition.compactBlocks = 1;
    PartitionWriter writer = partition.takeAndOpen(1_000);
    long seqno = 0;
    while (compacted() == 0) {
      tell(writer, ++seqno, CHANNELS);
      long told = seqno;
      partition.turns.until(() -> partition.done.contains(told) && compacted() < 2);
    }
    long before = compacted();
    tell(writer, ++seqno, "c0");
    long last = seqno;
    partition.turns.until(() -> partition.done.contains(last));

    assertThat(compacted() - before).isLessThan(CHANNELS.length / 2);
    partition.turns.untilQuiet();
    assertThat(compacted()).isEqualTo(CHANNELS.length + 1);
  }

  /**
   * More than an owner remembers: those that it forgot it looks for, once it has seen to the rest.
   */
  @Test
  void howeverManyChannelsWereUpdatedAllAreCompactedAtRest() {
    String[] many = IntStream.range(0, 1_100).mapToObj(i -> "m" + i).toArray(String[]::new);
    partition.compactAtRest = Duration.ofSeconds(30);
    PartitionWriter writer = partition.takeAndOpen(2);
    partition.turns.untilQuiet();
    tell(writer, 1, many);
    tell(writer, 2, many);
    partition.turns.untilQuiet();
    assertThat(compacted()).isEqualTo(many.length + 1);
  }

  @Test
  void aWriterThatClosesDoesNotCompactTheRest() {
    PartitionWriter writer = partition.takeAndOpen(1);
    tell(writer, 1, CHANNELS);
    partition.turns.untilQuiet();

    CompletableFuture<Void> all = writer.compact().toCompletableFuture();
    partition.turns.until(() -> compacted() == 1);
    CompletableFuture<Void> closed = writer.close().toCompletableFuture();
    partition.turns.untilQuiet();

    assertThat(closed).isCompleted();
    assertThat(all).isCompletedExceptionally();
    assertThat(compacted()).isBetween(1L, 2L);
    assertThat(writer.status().state()).isEqualTo(State.CLOSED);
    assertThat(writer.stopped().toCompletableFuture()).isCompleted();
  }

  /** The answer is on its way that tells which channels there are. */
  @Test
  void aWriterThatFailsSaysSoToWhoeverHasAskedForACompaction() {
    PartitionWriter writer = partition.takeAndOpen(1);
    tell(writer, 1, CHANNELS);
    partition.turns.untilQuiet();
    BucketFault late =
        partition.bucket.inject(
            BucketFault.of(Action.HOLD_ANSWER)
                .on(Operation.GET)
                .where(partition.keys.registry(0, 1)::equals));

    CompletableFuture<Void> all = writer.compact().toCompletableFuture();
    partition.turns.until(() -> late.hits() == 1);
    writer.snapshot(0, 9, 3);
    partition.turns.until(() -> writer.status().state() == State.FAILED);
    partition.bucket.release();
    partition.pass(Duration.ofSeconds(1));

    assertThat(all).isCompletedExceptionally();
    assertThat(compacted()).isZero();
  }
}
