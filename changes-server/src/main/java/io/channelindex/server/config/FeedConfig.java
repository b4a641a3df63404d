package io.channelindex.server.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the changes of the data bucket are consumed.
 *
 * @param bufferBytes {@code bufferSize}: how much the data service sends before it waits
 * @param persistencePolling how often to ask what is persisted, to index only what is (F3); null
 *     ({@code off}) to index at once
 */
public record FeedConfig(int bufferBytes, @Nullable Duration persistencePolling) {
  /** At once, 16 MiB. */
  public static final FeedConfig DEFAULT = new FeedConfig(16 << 20, null);

  /** YAML 1.1 reads a bare {@code off} as false. */
  private static final Set<String> OFF = Set.of("off", "false");

  public FeedConfig {
    Require.range("feed.bufferSize", bufferBytes, 64 << 10, 1 << 30);
    if (persistencePolling != null) {
      Require.range(
          "feed.persistencePolling",
          persistencePolling,
          Duration.ofMillis(1),
          Duration.ofMinutes(1));
    }
  }

  /** Fills in what is absent. */
  @JsonCreator
  static FeedConfig of(
      @JsonProperty("bufferSize") @Nullable String bufferSize,
      @JsonProperty("persistencePolling") @Nullable String persistencePolling) {
    return new FeedConfig(
        bufferSize == null ? DEFAULT.bufferBytes() : Sizes.parse(bufferSize),
        persistencePolling == null || OFF.contains(persistencePolling)
            ? null
            : Durations.parse(persistencePolling));
  }
}
