package io.channelindex.index.read;

import io.channelindex.sequence.token.FeedToken;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.layout.BlockCoding;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A reader whose wake-ups the test gives, on threads of its own. */
final class TestReader implements AutoCloseable {
  static final ReaderSettings SETTINGS =
      new ReaderSettings(
          100, 64 * 1024, 1 << 20, 1 << 20, 1_000, Duration.ofMillis(1), Duration.ofMillis(5));

  final ChannelIndex index;
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
  private final Signals signals = new Signals();

  private static final class Signals implements WakeUps {
    volatile Listener listener;
    volatile boolean closed;

    @Override
    public void start(Listener started) {
      listener = started;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  TestReader(TestIndex content) {
    this(content, SETTINGS);
  }

  TestReader(TestIndex content, ReaderSettings settings) {
    this(content, Rows.IN_BUCKET, settings);
  }

  TestReader(TestIndex content, Rows rows) {
    this(content, rows, SETTINGS);
  }

  TestReader(TestIndex content, Rows rows, ReaderSettings settings) {
    this(content, rows, settings, TokenSettings.DEFAULT, InstantSource.system());
  }

  TestReader(
      TestIndex content,
      Rows rows,
      ReaderSettings settings,
      TokenSettings tokens,
      InstantSource time) {
    index =
        get(
            ChannelIndex.open(
                content.bucket,
                content.keys,
                content.settings,
                counters -> rows.of(content, settings, executor, counters),
                signals,
                settings,
                tokens,
                executor,
                time));
  }

  /** Where the rows are read (W1). */
  enum Rows {
    IN_BUCKET {
      @Override
      Content of(
          TestIndex content, ReaderSettings settings, Executor executor, ReadCounters counters) {
        return Content.inBucket(
            content.bucket,
            content.keys,
            content.settings,
            BlockCoding.plain(),
            settings,
            executor,
            counters);
      }
    },
    /** What is readable is read in the bucket, as wake-ups tell it. */
    IN_MEMORY {
      @Override
      Content of(
          TestIndex content, ReaderSettings settings, Executor executor, ReadCounters counters) {
        return new Content(
            new BucketStableSource(content.bucket, content.keys, content.map, executor),
            new MemoryReader(content.memory, executor),
            (movement, after) -> {});
      }
    };

    abstract Content of(
        TestIndex content, ReaderSettings settings, Executor executor, ReadCounters counters);
  }

  /** Pushes a stable document. */
  void push(StableDocument document) {
    signals.listener.moved(document);
  }

  /** Says that something may have moved. */
  void look() {
    signals.listener.look();
  }

  /** Reads all stable documents now. */
  void refresh() {
    get(index.follow(new FeedRequest(Set.of("unused"), new Since.Now(), FeedRequest.Rows.ALL)))
        .close();
  }

  Follower follow(Since since, String... channels) {
    return follow(since, FeedRequest.Rows.ALL, channels);
  }

  Follower follow(Since since, FeedRequest.Rows rows, String... channels) {
    return get(index.follow(new FeedRequest(Set.of(channels), since, rows)));
  }

  Follower resume(String seq, String... channels) {
    return follow(at(seq), channels);
  }

  FeedToken token(String seq) {
    return at(seq).token();
  }

  Since.At at(String seq) {
    return get(index.resume(seq));
  }

  boolean isWakeUpClosed() {
    return signals.closed;
  }

  static List<String> ids(List<Row> rows) {
    return rows.stream().map(Row::documentId).toList();
  }

  /** All rows until the follower is caught up, read in pages. */
  static List<Row> drain(Follower follower, int limit) {
    List<Row> rows = new ArrayList<>();
    Page page;
    do {
      page = get(follower.next(limit));
      rows.addAll(page.rows());
    } while (!page.caughtUp());
    return rows;
  }

  static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    index.close();
    executor.shutdownNow();
  }
}
