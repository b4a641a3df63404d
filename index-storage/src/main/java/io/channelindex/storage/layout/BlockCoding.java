package io.channelindex.storage.layout;

import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.compress.DictionaryTrainer;
import io.channelindex.storage.compress.UnknownDictionaryException;
import io.channelindex.storage.dictionary.Dictionaries;
import io.channelindex.storage.format.LogFrameEncoder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How blocks are written and read beyond their layout (W11): compressed in one way, read in all.
 *
 * <p>Thread-safe.
 */
public final class BlockCoding implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockCoding.class);
  private static final Duration TRAINING = Duration.ofSeconds(2);

  private final Compressor compressor;
  private final Compressions compressions;
  private final @Nullable Dictionaries dictionaries;
  private final @Nullable DictionaryTrainer trainer;
  private final ThreadLocal<LogFrameEncoder> encoders;
  private volatile @Nullable ScheduledFuture<?> training;

  /** The training under way, or the last one. Guarded by {@code this}. */
  private CompletionStage<Integer> latest = CompletableFuture.completedFuture(0);

  /**
   * Blocks that are compressed in one way where that pays, and no dictionaries but those that the
   * compressions know.
   *
   * @param compressions all that can be read
   */
  public BlockCoding(BlockCompression compression, Compressions compressions) {
    this(compression, compressions, null, null);
  }

  private BlockCoding(
      BlockCompression compression,
      Compressions compressions,
      @Nullable Dictionaries dictionaries,
      @Nullable DictionaryTrainer trainer) {
    this.compressor = compressions.compressor(compression);
    this.compressions = compressions;
    this.dictionaries = dictionaries;
    this.trainer = trainer;
    this.encoders = ThreadLocal.withInitial(() -> new LogFrameEncoder(compressor));
  }

  /** Blocks that are not compressed; others can be read but for those with a dictionary. */
  public static BlockCoding plain() {
    return new BlockCoding(BlockCompression.NONE, new Compressions());
  }

  /**
   * Blocks of a database, whose dictionaries are kept in its index bucket: the newest is used, and
   * if there is none yet and one is wanted, it is made of what is written first.
   *
   * @param executor loads and trains; has to outlive this
   * @return fails with an {@code IndexStorageException} if the bucket cannot be asked
   */
  public static CompletionStage<BlockCoding> open(
      BlockCompression compression,
      IndexBucket bucket,
      IndexKeys keys,
      ScheduledExecutorService executor) {
    boolean trains = compression == BlockCompression.ZSTD_DICTIONARY;
    DictionaryTrainer trainer = trains ? new DictionaryTrainer(System.nanoTime()) : null;
    Compressions compressions = new Compressions(trainer);
    Dictionaries dictionaries = new Dictionaries(bucket, keys, compressions, executor);
    BlockCoding coding = new BlockCoding(compression, compressions, dictionaries, trainer);
    return dictionaries
        .loadAll()
        .thenApply(
            newest -> {
              if (trains && newest == 0) {
                coding.trainBy(executor);
              }
              return coding;
            });
  }

  /**
   * Makes a dictionary of what has been written so far, if there is none but one is wanted, and if
   * it pays. Done by itself every now and then, until there is one or it never paid. Who asks while
   * that is under way waits for it.
   *
   * @return the version that there is then, 0 for none; fails with an {@code IndexStorageException}
   *     if the bucket cannot be asked
   */
  public synchronized CompletionStage<Integer> train() {
    if (dictionaries == null || trainer == null || compressions.newestDictionary() > 0) {
      return CompletableFuture.completedFuture(compressions.newestDictionary());
    }
    if (latest.toCompletableFuture().isDone()) {
      latest = dictionaries.train(trainer);
    }
    return latest;
  }

  private void trainBy(ScheduledExecutorService executor) {
    training =
        executor.scheduleWithFixedDelay(
            () -> train().whenComplete(this::trained),
            TRAINING.toMillis(),
            TRAINING.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void trained(@Nullable Integer newest, @Nullable Throwable failure) {
    if (failure != null) {
      LOG.info("No dictionary yet, plain zstd is used: cause={}", failure.toString());
    } else if (newest != null && newest > 0) {
      LOG.info("Blocks are compressed with a dictionary: version={}", newest);
      close();
    } else if (trainer != null && trainer.hasGivenUp()) {
      LOG.info("No dictionary, plain zstd is used: none paid, of samples={}", trainer.offered());
      close();
    }
  }

  /** Stops training. What is there can be used as before. */
  @Override
  public void close() {
    ScheduledFuture<?> scheduled = training;
    if (scheduled != null) {
      scheduled.cancel(false);
    }
  }

  /** Reads something, and again once a dictionary that it needs is there. */
  <T> CompletionStage<T> reading(Supplier<CompletionStage<T>> read) {
    try {
      return read.get();
    } catch (UnknownDictionaryException unknown) {
      return dictionaries == null
          ? CompletableFuture.failedFuture(unknown)
          : dictionaries.load(unknown.version()).thenCompose(loaded -> reading(read));
    }
  }

  Compressor compressor() {
    return compressor;
  }

  Compressions compressions() {
    return compressions;
  }

  /** An encoder of the calling thread. */
  LogFrameEncoder encoder() {
    return encoders.get();
  }
}
