package io.channelindex.perf.indexing;

import io.channelindex.index.CommitListener;
import io.channelindex.index.IndexSettings;
import io.channelindex.index.read.ChannelIndex;
import io.channelindex.index.read.PolledWakeUps;
import io.channelindex.index.read.ReaderSettings;
import io.channelindex.perf.PerfException;
import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.PrincipalStore;
import io.channelindex.server.indexing.IndexingOwner;
import io.channelindex.storage.CouchbaseBucketSettings;
import io.channelindex.storage.CouchbaseIndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;

/** An index in the index bucket. */
final class BucketStore implements IndexStore {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration SELDOM = Duration.ofMinutes(10);

  private final IndexVariant variant;
  private final String database;
  private final IndexKeys keys;
  private final PartitionMap map;
  private final ScheduledExecutorService executor;
  private final CouchbaseIndexBucket bucket;
  private final WeighedBucket weighed;
  private final SettingsDocument agreed;
  private final BlockCoding coding;

  BucketStore(
      IndexVariant variant,
      ClusterSession session,
      String database,
      Optional<byte[]> dictionary,
      PartitionMap map,
      ScheduledExecutorService executor)
      throws InterruptedException {
    this.variant = variant;
    this.database = database;
    this.keys = new IndexKeys(database, variant.placement());
    this.map = map;
    this.executor = executor;
    this.bucket =
        new CouchbaseIndexBucket(
            session.indexCollection(),
            CouchbaseBucketSettings.DEFAULT.withTimeout(ClusterSession.OPERATION_TIMEOUT));
    this.weighed = new WeighedBucket(bucket);
    this.agreed = agree();
    this.coding = coding(dictionary);
  }

  private SettingsDocument agree() throws InterruptedException {
    try {
      return Answers.of(
          IndexSettings.agree(bucket, keys, variant.settings(map)),
          PATIENCE,
          "agreeing on settings");
    } catch (PerfException | InterruptedException e) {
      bucket.close();
      throw e;
    }
  }

  private BlockCoding coding(Optional<byte[]> dictionary) throws InterruptedException {
    try {
      if (dictionary.isPresent()) {
        Answers.of(
            bucket.insert(keys.dictionary(1), dictionary.get()), PATIENCE, "writing a dictionary");
      }
      return Answers.of(variant.coding(bucket, keys, executor), PATIENCE, "reading dictionaries");
    } catch (PerfException | InterruptedException e) {
      bucket.close();
      throw e;
    }
  }

  @Override
  public IndexingOwner owner(
      DocumentStore documents, PrincipalStore principals, CommitListener listener) {
    return new IndexingOwner(
        weighed,
        keys,
        map,
        variant.writer(coding),
        executor,
        documents,
        principals,
        IndexingOwner.DEFAULT_IMPORTS,
        listener);
  }

  @Override
  public IndexReader read() throws InterruptedException {
    return new IndexReader(
        Answers.of(
            ChannelIndex.open(
                bucket,
                keys,
                agreed,
                new PolledWakeUps(bucket, keys, SELDOM, SELDOM, executor),
                ReaderSettings.DEFAULT,
                TokenSettings.DEFAULT,
                coding,
                executor),
            PATIENCE,
            "opening the index"));
  }

  @Override
  public Optional<byte[]> trained() throws InterruptedException {
    int version = Answers.of(coding.train(), PATIENCE, "training a dictionary");
    return version == 0
        ? Optional.empty()
        : Answers.of(bucket.get(keys.dictionary(version)), PATIENCE, "reading a dictionary")
            .map(Versioned::value);
  }

  @Override
  public OptionalLong heapBytes() {
    return OptionalLong.empty();
  }

  @Override
  public long storedBytes() {
    return weighed.storedBytes();
  }

  @Override
  public OptionalLong storedEntries(StoredSizes stored) throws InterruptedException {
    List<String> blocks = new ArrayList<>(stored.keys(database + ":block:"));
    blocks.addAll(stored.keys(database + ":packed:"));
    return OptionalLong.of(
        new StoredEntries(bucket, keys, map, Layouts.named(variant.layout()), coding).in(blocks));
  }

  @Override
  public void close() {
    coding.close();
    bucket.close();
  }
}
