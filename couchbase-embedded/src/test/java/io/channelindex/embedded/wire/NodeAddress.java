package io.channelindex.embedded.wire;

/**
 * Where the node under test listens on the loopback interface.
 *
 * @param port KV
 * @param managerPort HTTP
 */
record NodeAddress(int port, int managerPort) {}
