package io.channelindex.server.database;

import io.channelindex.feed.PartitionStatus;
import io.channelindex.feed.PartitionedFeed;
import io.channelindex.index.memory.MemoryIndex;
import io.channelindex.index.read.ChannelIndex;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.PrincipalStore;
import io.channelindex.server.indexing.IndexingOwner;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.layout.BlockCoding;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a database that is open.
 *
 * @param settings what the nodes of the index agreed on
 * @param bucket the index bucket
 * @param coding how blocks are compressed
 * @param index the reading half
 * @param documents the data bucket
 * @param principals the users and roles in it
 * @param owner the writing half: the writers of this node's partitions
 * @param feed what they write: the changes of these partitions
 * @param memory the index itself, if it is in memory
 */
record OpenDatabase(
    SettingsDocument settings,
    IndexBucket bucket,
    BlockCoding coding,
    ChannelIndex index,
    DocumentStore documents,
    PrincipalStore principals,
    IndexingOwner owner,
    PartitionedFeed feed,
    Optional<MemoryIndex> memory)
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenDatabase.class);
  private static final int STOP_SECONDS = 10;

  /** Milliseconds since 1970 when the index was made: the same on every node, for ever. */
  long instanceStartTime() {
    return settings.created();
  }

  List<PartitionStatus> partitions() {
    return feed.status();
  }

  @Override
  public void close() {
    try {
      feed.stop().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // What was not committed is indexed again by whoever takes the partitions next.
      LOG.warn("Partitions did not stop in order: {}", e.toString());
    } finally {
      coding.close();
      index.close();
      bucket.close();
    }
  }
}
