package io.channelindex.server.system;

import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.Collection;
import io.channelindex.embedded.BucketSettings;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.EmbeddedNode;
import io.channelindex.server.ChangesServer;
import io.channelindex.server.config.ServerConfig;
import io.channelindex.server.documents.DocumentSettings;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.StableSeqnos;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Three nodes, two changes servers with half of the partitions each, and clients of the nodes, all
 * in this process. A document has one replica, an entry of the index two, and commits wait for one
 * of these: so there is an order of failures that takes documents and leaves the index whole.
 */
final class ServedCluster implements AutoCloseable {
  /** Of the data bucket and of the index bucket. */
  static final int VBUCKETS = 64;

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** When servers index a change. */
  enum Indexing {
    /** As soon as it is told. */
    AT_ONCE("off"),
    /** When all copies have persisted it (F3). */
    PERSISTED("50ms");

    private final String polling;

    Indexing(String polling) {
      this.polling = polling;
    }
  }

  private final Indexing indexing;
  private final EmbeddedCouchbase couchbase;
  private final Cluster client;
  private final DocumentStore documents;
  private final List<ChangesServer> servers = new ArrayList<>();

  ServedCluster(Indexing indexing) throws InterruptedException {
    this.indexing = indexing;
    couchbase =
        EmbeddedCouchbase.builder()
            .nodes(3)
            .bucket(new BucketSettings("data", VBUCKETS).withReplicas(1))
            .bucket(new BucketSettings("index", VBUCKETS).withReplicas(2))
            .start();
    client =
        Cluster.connect(couchbase.connectionString(), couchbase.username(), couchbase.password());
    client.bucket("data").waitUntilReady(PATIENCE);
    documents =
        new DocumentStore(
            client.bucket("data").defaultCollection(),
            VBUCKETS,
            DocumentSettings.DEFAULT,
            StableSeqnos.UNKNOWN);
    try {
      servers.add(serve("index", "MAJORITY", "0-7"));
      servers.add(serve("index", "MAJORITY", "8-15"));
    } catch (InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private ChangesServer serve(String index, String durability, String owned)
      throws InterruptedException {
    String config =
        """
        listen: {public: "127.0.0.1:0", admin: "127.0.0.1:0"}
        couchbase: {connectionString: "%s", username: %s, password: %s}
        databases:
          db:
            bucket: data
            index: {bucket: %s, durability: %s, partitions: 16, owned: [%s], blockSize: 1KiB, compactBlocks: 2}
            feed: {persistencePolling: "%s"}
            wakeUps: {slowInterval: 1s}
        """
            .formatted(
                couchbase.connectionString(),
                couchbase.username(),
                couchbase.password(),
                index,
                durability,
                owned,
                indexing.polling);
    ChangesServer server = ChangesServer.start(ServerConfig.parse(config, "server.yaml"));
    try {
      server.awaitReady(PATIENCE);
      return server;
    } catch (InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** A server with an index of its own, which it makes from nothing. */
  ChangesServer serveFresh() throws InterruptedException {
    couchbase.createBucket(new BucketSettings("fresh", VBUCKETS));
    return serve("fresh", "NONE", "all");
  }

  EmbeddedCouchbase couchbase() {
    return couchbase;
  }

  List<EmbeddedNode> nodes() {
    return couchbase.nodes();
  }

  EmbeddedBucket data() {
    return couchbase.bucket("data");
  }

  /** Writes as the servers do, but past them. */
  DocumentStore documents() {
    return documents;
  }

  /** Where programs write that know nothing of channels. */
  Collection collection() {
    return client.bucket("data").defaultCollection();
  }

  List<URI> uris() {
    return servers.stream().map(ChangesServer::publicUri).toList();
  }

  /** The sum of a metric over the servers. */
  long metric(String name) throws IOException, InterruptedException {
    double sum = 0;
    for (ChangesServer server : servers) {
      HttpRequest request = HttpRequest.newBuilder(server.adminUri().resolve("/metrics")).build();
      String text = HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
      sum +=
          text.lines()
              .filter(line -> line.startsWith(name + "{"))
              .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("no metric: name=" + name));
    }
    return (long) sum;
  }

  @Override
  public void close() {
    servers.forEach(ChangesServer::close);
    client.disconnect();
    couchbase.close();
  }
}
