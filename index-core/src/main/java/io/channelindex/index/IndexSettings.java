package io.channelindex.index;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Placement;
import io.channelindex.storage.format.SettingsDocument;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * What a node wants of an index that it shares with others.
 *
 * @param map the vbuckets of the data bucket and how they are divided
 * @param layout the stable name of the layout, {@code dense}
 * @param placement where the documents of channels lie (W6)
 */
public record IndexSettings(PartitionMap map, String layout, Placement placement) {
  /** The layout of an index that does not say otherwise (W3). */
  public static final String DENSE = "dense";

  /** With the documents of channels wherever their keys fall. */
  public IndexSettings(PartitionMap map, String layout) {
    this(map, layout, Placement.SPREAD);
  }

  /**
   * Agrees with the other nodes of the index: the first one's wishes are written, all others have
   * to have the same. What is agreed on says where everything else of the index is: {@link
   * IndexKeys#with}.
   *
   * @return what was agreed; fails with a {@link SettingsMismatchException} if this node wants
   *     something else, with an {@link IndexStorageException} if the bucket cannot be asked
   */
  public static CompletionStage<SettingsDocument> agree(
      IndexBucket bucket, IndexKeys keys, IndexSettings wanted) {
    return agree(bucket, keys, wanted, new SecureRandom(), InstantSource.system());
  }

  static CompletionStage<SettingsDocument> agree(
      IndexBucket bucket,
      IndexKeys keys,
      IndexSettings wanted,
      RandomGenerator random,
      InstantSource time) {
    return bucket
        .get(keys.settings())
        .thenCompose(
            found ->
                found.isPresent()
                    ? wanted.compare(keys, found.get().value())
                    : wanted.insert(bucket, keys, random, time));
  }

  private CompletionStage<SettingsDocument> insert(
      IndexBucket bucket, IndexKeys keys, RandomGenerator random, InstantSource time) {
    SettingsDocument first =
        new SettingsDocument(
            random.nextLong(), map.vbuckets(), map.partitions(), layout, placement, time.millis());
    return bucket
        .insert(keys.settings(), first.encode())
        .thenCompose(
            result ->
                result.isWritten()
                    ? CompletableFuture.completedFuture(first)
                    : readTheFirst(bucket, keys));
  }

  private CompletionStage<SettingsDocument> readTheFirst(IndexBucket bucket, IndexKeys keys) {
    return bucket
        .get(keys.settings())
        .thenCompose(
            found ->
                found.isPresent()
                    ? compare(keys, found.get().value())
                    : CompletableFuture.failedFuture(
                        new IndexStorageException(
                            "settings appeared and disappeared: key=" + keys.settings())));
  }

  private CompletionStage<SettingsDocument> compare(IndexKeys keys, byte[] document) {
    SettingsDocument agreed = SettingsDocument.decode(keys.settings(), document);
    requireSame(keys, "vbuckets", map.vbuckets(), agreed.vbuckets());
    requireSame(keys, "partitions", map.partitions(), agreed.partitions());
    requireSame(keys, "layout", layout, agreed.layout());
    if (!placement.isLike(agreed.placement())) {
      requireSame(keys, "placement", placement, agreed.placement());
    }
    return CompletableFuture.completedFuture(agreed);
  }

  private static void requireSame(IndexKeys keys, String name, Object wanted, Object agreed) {
    if (!wanted.equals(agreed)) {
      throw new SettingsMismatchException(
          "the index was made with other settings: "
              + name
              + '='
              + wanted
              + ", index."
              + name
              + '='
              + agreed
              + ", key="
              + keys.settings());
    }
  }
}
