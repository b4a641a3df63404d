package io.channelindex.embedded.cluster;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * A node of the cluster as clients reach it. Where it listens on all addresses of its machine, it
 * is for its clients to know which of them they use: configurations say so with a marker that they
 * replace. Source: {@code bucket_info_cache.erl} of couchbase/ns_server.
 *
 * @param host address that the ports are bound to
 * @param kvPort port of the data service
 * @param managerPort port of the manager's HTTP interface
 */
public record Node(InetAddress host, int kvPort, int managerPort) {
  /** Stands for the host that a client used to ask. */
  private static final String HOST_OF_THE_CLIENT = "$HOST";

  /** Whether it listens on all addresses of its machine. */
  boolean isEverywhere() {
    return host.isAnyLocalAddress();
  }

  /** The node for who reached it, or its neighbour, at {@code used}, and replaces no marker. */
  public Node seenAt(InetAddress used) {
    return isEverywhere() ? new Node(used, kvPort, managerPort) : this;
  }

  /** The host, for a configuration. */
  String hostname() {
    return isEverywhere() ? HOST_OF_THE_CLIENT : host.getHostAddress();
  }

  /** {@code host:port} of the data service, for a configuration. */
  public String kvAddress() {
    return address(kvPort);
  }

  /** {@code host:port} of the manager, for a configuration. */
  public String managerAddress() {
    return address(managerPort);
  }

  private String address(int port) {
    return (isEverywhere() ? HOST_OF_THE_CLIENT : uriHost(host)) + ":" + port;
  }

  /** The host as a part of a URI for clients on the same machine. */
  public String uriHost() {
    if (!isEverywhere()) {
      return uriHost(host);
    }
    return host instanceof Inet6Address ? "[::1]" : "127.0.0.1";
  }

  private static String uriHost(InetAddress address) {
    String text = address.getHostAddress();
    return text.contains(":") ? "[" + text + "]" : text;
  }
}
