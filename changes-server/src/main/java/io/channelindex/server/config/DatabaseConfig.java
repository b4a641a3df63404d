package io.channelindex.server.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * A database: a data bucket and its index.
 *
 * @param bucket the data bucket
 * @param index its index
 * @param feed how its changes are consumed
 * @param wakeUps how its feeds are woken
 * @param tokens how its tokens are made
 */
public record DatabaseConfig(
    String bucket, IndexConfig index, FeedConfig feed, WakeUpsConfig wakeUps, TokensConfig tokens) {
  public DatabaseConfig {
    Require.present("bucket", bucket);
  }

  /** Fills in what is absent. */
  @JsonCreator
  static DatabaseConfig of(
      @JsonProperty("bucket") @Nullable String bucket,
      @JsonProperty("index") @Nullable IndexConfig index,
      @JsonProperty("feed") @Nullable FeedConfig feed,
      @JsonProperty("wakeUps") @Nullable WakeUpsConfig wakeUps,
      @JsonProperty("tokens") @Nullable TokensConfig tokens) {
    if (index == null) {
      throw new IllegalArgumentException("missing: index");
    }
    return new DatabaseConfig(
        bucket == null ? "" : bucket,
        index,
        feed == null ? FeedConfig.DEFAULT : feed,
        wakeUps == null ? WakeUpsConfig.DEFAULT : wakeUps,
        tokens == null ? TokensConfig.DEFAULT : tokens);
  }
}
