package io.channelindex.server.wakeup;

import io.channelindex.feed.BucketWatch;
import io.channelindex.feed.FeedSettings;
import io.channelindex.index.read.WakeUps;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.StableDocument;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wake-ups by the index bucket's own change streams (R3): a stable document arrives as soon as it
 * is written, with its content. While the watch is interrupted, and rarely otherwise, the reader is
 * told to look by itself.
 */
public final class PushedWakeUps implements WakeUps {
  private static final Logger LOG = LoggerFactory.getLogger(PushedWakeUps.class);

  private final FeedSettings settings;
  private final Set<String> keys;
  private final Duration slowInterval;
  private final ScheduledExecutorService scheduler;
  private @Nullable BucketWatch watch;
  private @Nullable ScheduledFuture<?> slow;

  /**
   * Wake-ups of one index.
   *
   * @param settings of the index bucket's streams
   * @param keys of the index
   * @param partitions of the index
   * @param slowInterval how often the reader looks without being told
   */
  public PushedWakeUps(
      FeedSettings settings,
      IndexKeys keys,
      int partitions,
      Duration slowInterval,
      ScheduledExecutorService scheduler) {
    this.settings = settings;
    this.keys =
        IntStream.range(0, partitions)
            .mapToObj(keys::stable)
            .collect(Collectors.toUnmodifiableSet());
    this.slowInterval = slowInterval;
    this.scheduler = scheduler;
  }

  @Override
  public synchronized void start(Listener listener) {
    if (watch != null) {
      throw new IllegalStateException("wake-ups were started before: " + settings);
    }
    watch = new BucketWatch(settings, keys, new Pushed(listener));
    watch.start();
    long interval = slowInterval.toMillis();
    slow = scheduler.scheduleAtFixedRate(listener::look, interval, interval, TimeUnit.MILLISECONDS);
  }

  @Override
  public synchronized void close() {
    if (slow != null) {
      slow.cancel(false);
    }
    if (watch != null) {
      watch.close();
    }
  }

  private record Pushed(Listener listener) implements BucketWatch.Listener {
    @Override
    public void changed(String key, byte[] value) {
      try {
        listener.moved(StableDocument.decode(key, value));
      } catch (IndexStorageException e) {
        // The look reads it again and reports what is still wrong with it.
        LOG.warn("A pushed stable document cannot be read: {}", e.getMessage());
        listener.look();
      }
    }

    @Override
    public void resumed() {
      listener.look();
    }

    @Override
    public void interrupted() {
      LOG.warn("Pushed wake-ups are interrupted: feeds notice news by looking, more slowly");
    }
  }
}
