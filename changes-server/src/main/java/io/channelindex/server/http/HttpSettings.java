package io.channelindex.server.http;

import java.time.Duration;

/**
 * Where the front listens and what it asks of the machine.
 *
 * @param publicAddress documents and feeds
 * @param adminAddress everything
 * @param eventLoops threads that serve both ports, 1 … 64
 * @param requests what a request may bring
 * @param bodyTimeout how long a client may take to send a body, 10 ms … 1 h
 * @param closeTimeout how long closing waits for requests under way, 0 … 10 min
 */
public record HttpSettings(
    Address publicAddress,
    Address adminAddress,
    int eventLoops,
    RequestLimits requests,
    Duration bodyTimeout,
    Duration closeTimeout) {

  public HttpSettings {
    Requirement.between("eventLoops", eventLoops, 1, 64);
    Requirement.between("bodyTimeout", bodyTimeout, Duration.ofMillis(10), Duration.ofHours(1));
    Requirement.between("closeTimeout", closeTimeout, Duration.ZERO, Duration.ofMinutes(10));
  }

  /** Two event loops and the default limits on two addresses. */
  public static HttpSettings at(Address publicAddress, Address adminAddress) {
    return new HttpSettings(
        publicAddress,
        adminAddress,
        2,
        RequestLimits.DEFAULT,
        Duration.ofMinutes(1),
        Duration.ofSeconds(10));
  }

  /**
   * Where to listen.
   *
   * @param host a name or an address of this machine
   * @param port 0 … 65535; 0 for one that is free
   */
  public record Address(String host, int port) {
    public Address {
      if (host.isBlank()) {
        throw new IllegalArgumentException("host is blank");
      }
      Requirement.between("port", port, 0, 65_535);
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }
}
