package io.channelindex.server.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.channelindex.index.IndexSettings;
import io.channelindex.index.write.Compacting;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A database's index: where it is kept and what this node writes of it.
 *
 * @param bucket the index bucket; may be shared by databases that have different key prefixes
 * @param partitions how many partitions; 64, or one per vbucket where there are fewer, if 0
 * @param owned the partitions that this node indexes (F1): ids and ranges, {@code all}, or none
 * @param layout how entries are arranged in blocks (W2 to W5): all nodes have to have the same
 * @param channelVbuckets on how many vbuckets of the index bucket a channel's documents lie (W6):
 *     all nodes have to have the same; 0 for wherever their keys fall
 * @param compression of blocks (W11): this node's; every node reads all
 * @param compactBlocks after how many closed blocks a channel is compacted (W9), or after a quarter
 *     of what it has compacted if that is more, and earlier if more than a block is superseded; 0
 *     for never while it is written
 * @param compactAfter for how long nothing is written to a channel before it is compacted although
 *     it has fewer blocks; zero for never
 * @param blockBytes {@code blockSize}: when a block is full
 * @param batch how changes become commits (W8)
 * @param retryFor how long a failing write is tried before its partition stops for a while
 * @param durability of the writes in the index bucket
 * @param cacheBytes {@code cacheSize}: the most memory of what was read of channels lately (R4)
 * @param kind where the rows are (W1)
 * @param memoryBytes {@code memory}: the most that an index in memory may take
 */
public record IndexConfig(
    String bucket,
    int partitions,
    List<String> owned,
    String layout,
    int channelVbuckets,
    BlockCompression compression,
    int compactBlocks,
    Duration compactAfter,
    int blockBytes,
    BatchConfig batch,
    Duration retryFor,
    Durability durability,
    int cacheBytes,
    Kind kind,
    long memoryBytes) {
  /** Where the rows of an index are. */
  public enum Kind {
    /** In the index bucket, for all nodes. */
    CHANNEL_INDEX,
    /** In the memory of each node, which consumes the changes of all partitions. */
    IN_MEMORY;

    /** As it stands in the configuration. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The durability levels of Couchbase. */
  public enum Durability {
    /** In the memory of the active node. */
    NONE,
    /** In the memory of a majority of the nodes. */
    MAJORITY,
    /** The same, and on the disk of the active node. */
    MAJORITY_AND_PERSIST_TO_ACTIVE,
    /** On the disks of a majority of the nodes. */
    PERSIST_TO_MAJORITY
  }

  private static final List<String> ALL = List.of("all");

  public IndexConfig {
    Require.present("index.bucket", bucket);
    owned = List.copyOf(owned);
    Require.range("index.partitions", partitions, 0, 1024);
    Require.oneOf("index.layout", layout, Layouts.names());
    Require.range("index.channelVbuckets", channelVbuckets, 0, 1024);
    Require.range("index.compactBlocks", compactBlocks, 0, 1 << 16);
    Require.range("index.compactAfter", compactAfter, Duration.ZERO, Duration.ofDays(1));
    Require.range("index.blockSize", blockBytes, 1 << 10, 1 << 20);
    Require.range("index.retryFor", retryFor, Duration.ofMillis(100), Duration.ofMinutes(10));
    if (memoryBytes < 1 << 20) {
      throw new IllegalArgumentException(
          "out of range: index.memory=" + memoryBytes + ", min=" + (1 << 20));
    }
    if (kind == Kind.IN_MEMORY && !owned.equals(ALL)) {
      throw new IllegalArgumentException(
          "a node that has the index in memory needs all partitions: index.owned=" + owned);
    }
  }

  private static Kind kind(String name) {
    Require.oneOf("index.kind", name, Arrays.stream(Kind.values()).map(Kind::label).toList());
    return Kind.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private static BlockCompression compression(String name) {
    List<String> known =
        Arrays.stream(BlockCompression.values()).map(BlockCompression::stableName).toList();
    Require.oneOf("index.compression", name, known);
    return BlockCompression.named(name);
  }

  /** Fills in what is absent. */
  @JsonCreator
  static IndexConfig of(
      @JsonProperty("bucket") String bucket,
      @JsonProperty("partitions") @Nullable Integer partitions,
      @JsonProperty("owned") @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
          @Nullable List<String> owned,
      @JsonProperty("layout") @Nullable String layout,
      @JsonProperty("channelVbuckets") @Nullable Integer channelVbuckets,
      @JsonProperty("compression") @Nullable String compression,
      @JsonProperty("compactBlocks") @Nullable Integer compactBlocks,
      @JsonProperty("compactAfter") @Nullable String compactAfter,
      @JsonProperty("blockSize") @Nullable String blockSize,
      @JsonProperty("batch") @Nullable BatchConfig batch,
      @JsonProperty("retryFor") @Nullable String retryFor,
      @JsonProperty("durability") @Nullable Durability durability,
      @JsonProperty("cacheSize") @Nullable String cacheSize,
      @JsonProperty("kind") @Nullable String kind,
      @JsonProperty("memory") @Nullable String memory) {
    return new IndexConfig(
        bucket == null ? "" : bucket,
        partitions == null ? 0 : Require.range("index.partitions", partitions, 1, 1024),
        owned == null ? ALL : owned,
        layout == null ? IndexSettings.DENSE : layout,
        channelVbuckets == null ? 0 : channelVbuckets,
        compression == null ? BlockCompression.NONE : compression(compression),
        compactBlocks == null ? Compacting.DEFAULT.blocks() : compactBlocks,
        compactAfter == null ? Compacting.DEFAULT.atRest() : Durations.parse(compactAfter),
        blockSize == null ? 16 << 10 : Sizes.parse(blockSize),
        batch == null ? BatchConfig.DEFAULT : batch,
        retryFor == null ? Duration.ofSeconds(5) : Durations.parse(retryFor),
        durability == null ? Durability.NONE : durability,
        cacheSize == null ? 64 << 20 : Sizes.parse(cacheSize),
        kind == null ? Kind.CHANNEL_INDEX : kind(kind),
        memory == null ? Runtime.getRuntime().maxMemory() / 2 : Sizes.parseLarge(memory));
  }
}
