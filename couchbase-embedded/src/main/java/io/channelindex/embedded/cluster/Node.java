package io.channelindex.embedded.cluster;

/**
 * A node of the cluster as clients reach it.
 *
 * @param host name or address that clients connect to
 * @param kvPort port of the data service
 * @param managerPort port of the manager's HTTP interface
 */
public record Node(String host, int kvPort, int managerPort) {}
