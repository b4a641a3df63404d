package io.channelindex.server.config;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * Where a port is opened.
 *
 * @param host a name or an address; IPv6 addresses in brackets
 * @param port 0 … 65535; 0 takes any free one
 */
public record Address(String host, int port) {
  public Address {
    if (host.isBlank()) {
      throw new IllegalArgumentException("an address has a host: host=" + host);
    }
    if (host.indexOf(':') >= 0 && !(host.startsWith("[") && host.endsWith("]"))) {
      throw new IllegalArgumentException("an IPv6 address stands in brackets: host=" + host);
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port out of range: port=" + port + ", min=0, max=65535");
    }
  }

  /**
   * Reads {@code host:port}.
   *
   * @throws IllegalArgumentException if it is not that
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("not host:port: address=" + text);
    }
    try {
      return new Address(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not host:port: address=" + text, e);
    }
  }

  /** {@code host:port}. */
  @Override
  public String toString() {
    return host + ':' + port;
  }
}
