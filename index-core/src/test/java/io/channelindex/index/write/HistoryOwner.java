package io.channelindex.index.write;

import io.channelindex.storage.format.StableDocument.VbucketState;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An owner of the partition of a history, and the streams that feed it; an owner of the past is one
 * that does not know.
 */
final class HistoryOwner implements DocumentSource {
  private static final int BLOCK_BYTES = 1024;

  private final WriterHistory history;
  private final CompletableFuture<PartitionWriter> taking;
  final DataStreams streams;

  /** How many steps of commits it lives to begin. */
  int stepsToLive = Integer.MAX_VALUE;

  HistoryOwner(WriterHistory history) {
    this.history = history;
    this.streams = new DataStreams(history.random, history.turns, this::begins);
    this.taking =
        new PartitionWriters(
                history.defect.writing(history.bucket, history.keys),
                history.keys,
                history.map,
                this,
                settings(history.random),
                history.turns,
                history.clients.commits(),
                serial -> history.turns)
            .take(WriterHistory.PARTITION)
            .toCompletableFuture();
  }

  private WriterSettings settings(Random random) {
    return new WriterSettings(
        history.layout,
        history.coding,
        BLOCK_BYTES,
        new Compacting(
            random.nextInt(4), Duration.ofMillis(random.nextInt(20)), 2 + random.nextInt(100)),
        WriterHistory.batching(random),
        Duration.ofMillis(200),
        (partition, step) -> {
          if (stepsToLive-- <= 0) {
            history.crashes++;
            throw new IllegalStateException("crashed before " + step);
          }
        });
  }

  /** A rebuild tells of documents that a new index would never have known. */
  private void begins(DataVbucket source) {
    VbucketState state = history.reading.stable().vbucket(source.number());
    source.lostTraces |= state.rebuilding() || (state.position().seqno() == 0 && history.taken > 1);
  }

  @Override
  public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
    CompletableFuture<Optional<IndexedChange>> answer = new CompletableFuture<>();
    history.turns.execute(
        () ->
            answer.complete(history.defect.current(history.data.get(vbucket).current(documentId))));
    return answer;
  }

  @Override
  public String goneRevision(String documentId, String lastRevision) {
    return DataVbucket.goneRevision(lastRevision);
  }

  boolean isRunning() {
    return hasTaken() && taking.join().status().state() == WriterStatus.State.RUNNING;
  }

  /** Whether it owned the partition, or tried to, and does not go on. */
  boolean hasStopped() {
    return taking.isDone() && !isRunning();
  }

  private boolean hasTaken() {
    return taking.isDone() && !taking.isCompletedExceptionally();
  }

  /** Compacts as far as it comes: an owner that cannot go on says so by its state. */
  void compact() {
    if (isRunning()) {
      var unused = taking.join().compact();
    }
  }

  /** Lets a stream go one step. */
  void feed(int vbucket) {
    if (isRunning()) {
      streams.step(history.data.get(vbucket), taking.join());
    }
  }

  void close() {
    if (hasTaken()) {
      taking.join().close();
    }
  }
}
