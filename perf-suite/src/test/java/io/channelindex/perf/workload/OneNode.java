package io.channelindex.perf.workload;

import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.perf.config.Buckets;
import io.channelindex.perf.config.Credentials;
import io.channelindex.perf.config.LoadSettings;
import io.channelindex.perf.target.Endpoint;

/** An embedded node to run workloads against, and the suite's connection to it. */
final class OneNode implements AutoCloseable {
  private final EmbeddedCouchbase node;
  private final ClusterSession session;

  private OneNode(EmbeddedCouchbase node, ClusterSession session) {
    this.node = node;
    this.session = session;
  }

  static OneNode start(int vbuckets, LoadSettings load) throws InterruptedException {
    EmbeddedCouchbase node =
        EmbeddedCouchbase.builder()
            .port(0)
            .managerPort(0)
            .vbuckets(vbuckets)
            .bucket("data")
            .bucket("index")
            .start();
    try {
      return new OneNode(node, ClusterSession.open(endpoint(node), load, "it"));
    } catch (InterruptedException | RuntimeException failure) {
      node.close();
      throw failure;
    }
  }

  private static Endpoint endpoint(EmbeddedCouchbase node) {
    return new Endpoint(
        node.connectionString(),
        new Credentials(node.username(), node.password()),
        new Buckets("data", "index"));
  }

  Endpoint endpoint() {
    return endpoint(node);
  }

  EmbeddedCouchbase node() {
    return node;
  }

  ClusterSession session() {
    return session;
  }

  /** How many documents there are of indexes. */
  long indexDocuments() {
    return node.bucket("index").documentCount();
  }

  @Override
  public void close() {
    session.close();
    node.close();
  }
}
