package io.channelindex.server.database;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import com.couchbase.client.java.Bucket;
import io.channelindex.feed.PartitionSet;
import io.channelindex.feed.PartitionedFeed;
import io.channelindex.index.CommitListener;
import io.channelindex.index.IndexSettings;
import io.channelindex.index.SettingsMismatchException;
import io.channelindex.index.memory.MemoryIndex;
import io.channelindex.index.read.ChannelIndex;
import io.channelindex.index.read.PolledWakeUps;
import io.channelindex.index.read.ReaderSettings;
import io.channelindex.index.read.WakeUps;
import io.channelindex.index.write.Compacting;
import io.channelindex.index.write.WriterSettings;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.server.config.DatabaseConfig;
import io.channelindex.server.config.IndexConfig;
import io.channelindex.server.config.WakeUpsConfig;
import io.channelindex.server.documents.DocumentSettings;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.PrincipalStore;
import io.channelindex.server.faults.PlantedFaults;
import io.channelindex.server.indexing.IndexingOwner;
import io.channelindex.server.wakeup.PushedWakeUps;
import io.channelindex.storage.CouchbaseBucketSettings;
import io.channelindex.storage.CouchbaseIndexBucket;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens a database: one attempt.
 *
 * @param name its name, which also begins its keys in the index bucket
 * @param config its section of the configuration
 * @param link to the cluster
 * @param workers to work on
 * @param faults to plant
 */
record Opening(
    String name, DatabaseConfig config, CouchbaseLink link, Workers workers, PlantedFaults faults) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * Opens.
   *
   * @throws OpeningException if that failed for now
   * @throws RefusedException if it fails for good
   */
  OpenDatabase open() throws InterruptedException {
    Bucket data = bucket(config.bucket());
    Bucket index = bucket(config.index().bucket());
    PartitionMap map;
    PartitionSet owned;
    Placement placement;
    try {
      map = partitions(CouchbaseLink.vbuckets(data));
      owned = PartitionSet.parse(config.index().owned(), map);
      placement = placement(CouchbaseLink.vbuckets(index));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e);
    }
    IndexKeys unplaced = new IndexKeys(name);
    IndexBucket bucket =
        faults.plantIn(
            new CouchbaseIndexBucket(
                index.defaultCollection(),
                CouchbaseBucketSettings.DEFAULT.withDurability(
                    DurabilityLevel.valueOf(config.index().durability().name()))),
            unplaced);
    try {
      return open(data, bucket, unplaced, map, owned, placement);
    } catch (InterruptedException | RuntimeException failed) {
      bucket.close();
      throw failed;
    }
  }

  private OpenDatabase open(
      Bucket data,
      IndexBucket bucket,
      IndexKeys unplaced,
      PartitionMap map,
      PartitionSet owned,
      Placement placement)
      throws InterruptedException {
    SettingsDocument agreed =
        answer(
            IndexSettings.agree(bucket, unplaced, wanted(map, placement)),
            "agreeing on the settings of the index");
    IndexKeys keys = unplaced.with(agreed.placement());
    Index opened =
        switch (config.index().kind()) {
          case CHANNEL_INDEX -> inBucket(bucket, keys, agreed, map);
          case IN_MEMORY -> inMemory(bucket, keys, agreed, map);
        };
    ChannelIndex reader = opened.reader();
    DocumentStore documents =
        new DocumentStore(
            data.defaultCollection(), map.vbuckets(), DocumentSettings.DEFAULT, reader::stable);
    PrincipalStore principals =
        new PrincipalStore(
            data.defaultCollection(), map.vbuckets(), DocumentSettings.DEFAULT, reader::stable);
    IndexingOwner owner = opened.owner().of(documents, principals);
    PartitionedFeed feed =
        new PartitionedFeed(
            link.feed(
                config.bucket(), config.feed().bufferBytes(), config.feed().persistencePolling()),
            map,
            owned.ids(),
            owner);
    feed.start();
    return new OpenDatabase(
        agreed,
        bucket,
        opened.coding(),
        reader,
        documents,
        principals,
        owner,
        feed,
        opened.memory());
  }

  /** The halves of an index. */
  private record Index(
      ChannelIndex reader, Writing owner, BlockCoding coding, Optional<MemoryIndex> memory) {}

  /** Makes the half that writes, which needs to ask the data bucket. */
  @FunctionalInterface
  private interface Writing {
    IndexingOwner of(DocumentStore documents, PrincipalStore principals);
  }

  private Index inBucket(
      IndexBucket bucket, IndexKeys keys, SettingsDocument agreed, PartitionMap map)
      throws InterruptedException {
    BlockCoding coding =
        answer(
            BlockCoding.open(config.index().compression(), bucket, keys, workers.executor()),
            "reading the dictionaries of compression");
    ChannelIndex reader = reader(bucket, keys, agreed, map, coding);
    Writing owner =
        (documents, principals) ->
            new IndexingOwner(
                bucket,
                keys,
                map,
                writerSettings(coding),
                workers.executor(),
                documents,
                principals,
                IndexingOwner.DEFAULT_IMPORTS,
                config.wakeUps().handOver() ? reader.commits() : CommitListener.NONE);
    return new Index(reader, owner, coding, Optional.empty());
  }

  /** Opens the half that reads; if that fails, nobody waits for a dictionary. */
  private ChannelIndex reader(
      IndexBucket bucket,
      IndexKeys keys,
      SettingsDocument agreed,
      PartitionMap map,
      BlockCoding coding)
      throws InterruptedException {
    try {
      return answer(
          ChannelIndex.open(
              bucket,
              keys,
              agreed,
              wakeUps(bucket, keys, map),
              ReaderSettings.DEFAULT.withCachedBytes(config.index().cacheBytes()),
              config.tokens().settings(),
              coding,
              workers.executor()),
          "opening the index");
    } catch (InterruptedException | RuntimeException failed) {
      coding.close();
      throw failed;
    }
  }

  private Index inMemory(
      IndexBucket bucket, IndexKeys keys, SettingsDocument agreed, PartitionMap map)
      throws InterruptedException {
    MemoryIndex memory = new MemoryIndex(map, config.index().memoryBytes());
    ChannelIndex reader =
        answer(
            ChannelIndex.open(
                memory,
                bucket,
                keys,
                agreed,
                ReaderSettings.DEFAULT,
                config.tokens().settings(),
                workers.executor()),
            "opening the index");
    Writing owner =
        (documents, principals) ->
            new IndexingOwner(
                memory,
                workers.executor(),
                documents,
                principals,
                IndexingOwner.DEFAULT_IMPORTS,
                reader.commits());
    return new Index(reader, owner, BlockCoding.plain(), Optional.of(memory));
  }

  /** What all nodes of an index have to want. */
  private IndexSettings wanted(PartitionMap map, Placement placement) {
    return config.index().kind() == IndexConfig.Kind.IN_MEMORY
        ? new IndexSettings(map, config.index().kind().label())
        : new IndexSettings(map, config.index().layout(), placement);
  }

  private Bucket bucket(String bucket) throws InterruptedException {
    return answer(
        link.bucket(bucket, PATIENCE),
        "connecting to bucket=" + bucket + " (is it there, and may the user read it?)");
  }

  private PartitionMap partitions(int vbuckets) {
    int wanted = config.index().partitions();
    return wanted == 0 ? PartitionMap.ofVbuckets(vbuckets) : new PartitionMap(vbuckets, wanted);
  }

  private Placement placement(int vbuckets) {
    int wanted = config.index().channelVbuckets();
    if (wanted > vbuckets) {
      throw new IllegalArgumentException(
          "out of range: index.channelVbuckets="
              + wanted
              + ", max="
              + vbuckets
              + " (the vbuckets of bucket="
              + config.index().bucket()
              + ')');
    }
    return wanted == 0 ? Placement.SPREAD : Placement.colocated(wanted, vbuckets);
  }

  private WakeUps wakeUps(IndexBucket bucket, IndexKeys keys, PartitionMap map) {
    WakeUpsConfig wakeUps = config.wakeUps();
    return switch (wakeUps.mode()) {
      case PUSH ->
          new PushedWakeUps(
              link.feed(config.index().bucket(), config.feed().bufferBytes(), null),
              keys,
              map.partitions(),
              wakeUps.slowInterval(),
              workers.executor());
      case POLL ->
          new PolledWakeUps(
              bucket, keys, wakeUps.interval(), wakeUps.slowInterval(), workers.executor());
    };
  }

  private WriterSettings writerSettings(BlockCoding coding) {
    IndexConfig index = config.index();
    return new WriterSettings(
        Layouts.named(index.layout()),
        coding,
        index.blockBytes(),
        new Compacting(index.compactBlocks(), index.compactAfter(), Compacting.DEFAULT.entries()),
        index.batch().batching(),
        index.retryFor(),
        faults.probe());
  }

  private static <T> T answer(CompletionStage<T> stage, String what) throws InterruptedException {
    try {
      return stage.toCompletableFuture().get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SettingsMismatchException mismatch) {
        throw new RefusedException(mismatch);
      }
      throw new OpeningException(what + ": " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new OpeningException(what + ": no answer in " + 2 * PATIENCE.toSeconds() + " s", e);
    }
  }
}
