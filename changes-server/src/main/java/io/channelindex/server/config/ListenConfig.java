package io.channelindex.server.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * The two ports.
 *
 * @param publicAddress {@code public}: documents and feeds; 127.0.0.1:4984 if absent
 * @param adminAddress {@code admin}: everything, metrics among it; 127.0.0.1:4985 if absent
 */
public record ListenConfig(
    @JsonProperty("public") Address publicAddress, @JsonProperty("admin") Address adminAddress) {
  /** Loopback, the family's usual ports. */
  public static final ListenConfig DEFAULT = new ListenConfig(null, null);

  /** Fills in what is absent. */
  public ListenConfig(
      @JsonProperty("public") @Nullable Address publicAddress,
      @JsonProperty("admin") @Nullable Address adminAddress) {
    this.publicAddress = publicAddress == null ? new Address("127.0.0.1", 4984) : publicAddress;
    this.adminAddress = adminAddress == null ? new Address("127.0.0.1", 4985) : adminAddress;
  }
}
