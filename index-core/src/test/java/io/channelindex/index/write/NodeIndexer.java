package io.channelindex.index.write;

import io.channelindex.feed.Change;
import io.channelindex.feed.FeedSettings;
import io.channelindex.feed.OwnershipLostException;
import io.channelindex.feed.PartitionOwner;
import io.channelindex.feed.PartitionSession;
import io.channelindex.feed.PartitionSet;
import io.channelindex.feed.PartitionedFeed;
import io.channelindex.index.CommitListener;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** A process that indexes all partitions: real streams, real writers, a bucket that can pause. */
final class NodeIndexer implements PartitionOwner, AutoCloseable {
  private final NodeData data;
  private final PausableBucket bucket;
  private final PartitionWriters writers;
  private final PartitionedFeed feed;
  private final List<PartitionWriter> owned = new CopyOnWriteArrayList<>();

  NodeIndexer(
      NodeData data,
      FeedSettings feedSettings,
      IndexBucket bucket,
      IndexKeys keys,
      PartitionMap map,
      WriterSettings settings,
      Executor executor) {
    this.data = data;
    this.bucket = new PausableBucket(bucket);
    this.writers =
        new PartitionWriters(this.bucket, keys, map, data, settings, executor, CommitListener.NONE);
    this.feed = new PartitionedFeed(feedSettings, map, PartitionSet.all(map).ids(), this);
  }

  void start() {
    feed.start();
  }

  void pause() {
    bucket.pause();
  }

  /** Compacts what it owns, or once did, as far as it comes: an owner that cannot go on stops. */
  void compact() {
    owned.forEach(
        writer -> {
          var unused = writer.compact();
        });
  }

  void resume() {
    bucket.resume();
  }

  /** Ends in order; what waits is written before. */
  @Override
  public void close() {
    bucket.resume();
    feed.close();
  }

  @Override
  public CompletionStage<PartitionSession> take(int partition) {
    return translated(
        writers
            .take(partition)
            .thenApply(
                writer -> {
                  owned.add(writer);
                  return new Session(writer);
                }));
  }

  /** The writer's word for a lost partition, in the feed's language. */
  private static <T> CompletionStage<T> translated(CompletionStage<T> stage) {
    return stage.exceptionallyCompose(
        failure -> {
          Throwable cause = Retries.cause(failure);
          return CompletableFuture.failedFuture(
              cause instanceof FencedException
                  ? new OwnershipLostException(String.valueOf(cause.getMessage()), cause)
                  : cause);
        });
  }

  /** The streams of a partition, on their way to its writer. */
  private final class Session implements PartitionSession {
    private final PartitionWriter writer;

    Session(PartitionWriter writer) {
      this.writer = writer;
    }

    @Override
    public Map<Integer, StreamPosition> positions() {
      return writer.positions();
    }

    @Override
    public void opened(int vbucket, List<FailoverEntry> log) {
      writer.opened(vbucket, log);
    }

    @Override
    public void snapshot(int vbucket, long start, long end) {
      writer.snapshot(vbucket, start, end);
    }

    @Override
    public void change(Change change) {
      writer.change(
          change.vbucket(),
          change.seqno(),
          data.change(change.vbucket(), change.cas()),
          change.acknowledge());
    }

    @Override
    public void advanced(int vbucket, long seqno) {
      writer.advanced(vbucket, seqno);
    }

    @Override
    public CompletionStage<StreamPosition> rollback(int vbucket, long to, List<FailoverEntry> log) {
      return translated(writer.rollback(vbucket, to, log));
    }

    @Override
    public CompletionStage<Void> stopped() {
      return translated(writer.stopped());
    }

    @Override
    public CompletionStage<Void> close() {
      return writer.close();
    }
  }
}
