package io.channelindex.perf.cluster;

import com.couchbase.client.core.cnc.EventSubscription;
import com.couchbase.client.core.cnc.metrics.NoopMeter;
import com.couchbase.client.core.cnc.tracing.NoopRequestTracer;
import com.couchbase.client.core.service.ServiceType;
import com.couchbase.client.core.topology.CouchbaseBucketTopology;
import com.couchbase.client.core.util.ConnectionString;
import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.diagnostics.WaitUntilReadyOptions;
import com.couchbase.client.java.env.ClusterEnvironment;
import com.couchbase.client.java.http.HttpPath;
import com.couchbase.client.java.http.HttpTarget;
import com.couchbase.client.java.json.JsonObject;
import io.channelindex.perf.config.LoadSettings;
import io.channelindex.perf.target.Endpoint;
import io.channelindex.perf.target.TargetException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A target, connected and found to have what a run needs: both buckets, the rights to write, read
 * and remove documents there and to follow their changes.
 *
 * <p>The client is set up as a service at full load would: no tracing and no metering, no
 * compression of values (small documents only cost time), time enough for answers that a stall
 * delays to be measured instead of failing.
 */
public final class ClusterSession implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How long an operation may take: time enough for a stall to be measured instead of failing. */
  public static final Duration OPERATION_TIMEOUT = Duration.ofSeconds(30);

  private static final byte[] PROBE = {'{', '}'};

  private static final int SERVERS_CONNECTIONS = 1;

  private final Endpoint endpoint;
  private final LoadSettings load;
  private final ClusterEnvironment environment;
  private final Cluster cluster;
  private final int feedBufferBytes;
  private final Troubles troubles = new Troubles();
  private @Nullable ClusterSession server;

  private ClusterSession(Endpoint endpoint, LoadSettings load) {
    this.endpoint = endpoint;
    this.load = load;
    this.feedBufferBytes = load.feedBufferBytes();
    this.environment =
        ClusterEnvironment.builder()
            .ioConfig(io -> io.numKvConnections(load.connections()))
            .compressionConfig(compression -> compression.enable(false))
            .timeoutConfig(timeout -> timeout.kvTimeout(OPERATION_TIMEOUT))
            .requestTracer(NoopRequestTracer.INSTANCE)
            .meter(NoopMeter.INSTANCE)
            .disableAppTelemetry(true)
            .build();
    EventSubscription ignored = environment.eventBus().subscribe(troubles::notice);
    this.cluster =
        Cluster.connect(
            endpoint.connectionString(),
            ClusterOptions.clusterOptions(
                    endpoint.credentials().username(), endpoint.credentials().password())
                .environment(environment));
  }

  /**
   * Connects and looks whether everything is there.
   *
   * @param run keeps the documents that this tries its rights on apart from all others
   * @throws TargetException if something is missing; the message names it
   * @throws InterruptedException if the thread is interrupted
   */
  public static ClusterSession open(Endpoint endpoint, LoadSettings load, String run)
      throws InterruptedException {
    ClusterSession session = new ClusterSession(endpoint, load);
    try {
      session.require(endpoint.buckets().data(), run);
      session.require(endpoint.buckets().index(), run);
      return session;
    } catch (TargetException | InterruptedException e) {
      session.close();
      throw e;
    }
  }

  /**
   * A session with the same target that has as many connections as a changes server, one per node,
   * which is the client's own default. Made when first asked for, and closed with this one.
   *
   * @throws TargetException if the target is not there any more
   * @throws InterruptedException if the thread is interrupted
   */
  public synchronized ClusterSession asServer() throws InterruptedException {
    ClusterSession known = server;
    if (known == null) {
      known = new ClusterSession(endpoint, load.withConnections(SERVERS_CONNECTIONS));
      server = known;
      // This session has tried the rights. To try them once more would be changes to be indexed.
      known.awaitReady(endpoint.buckets().data());
      known.awaitReady(endpoint.buckets().index());
    }
    return known;
  }

  /** Operations on the documents of the data bucket. */
  public KeyValue documents() {
    return keyValue(endpoint.buckets().data());
  }

  /** Operations on the documents of the index bucket. */
  public KeyValue index() {
    return keyValue(endpoint.buckets().index());
  }

  /** The collection of the documents of the data bucket. */
  public Collection collection() {
    return cluster.bucket(endpoint.buckets().data()).defaultCollection();
  }

  /** The collection of the documents of the index bucket. */
  public Collection indexCollection() {
    return cluster.bucket(endpoint.buckets().index()).defaultCollection();
  }

  /** How to reach the target. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** A new feed of the changes of the index bucket. */
  public ChangeFeed indexChanges(ChangeListener listener) throws InterruptedException {
    return ChangeFeed.open(endpoint, endpoint.buckets().index(), feedBufferBytes, listener);
  }

  /** A new feed of the changes of the data bucket. */
  public ChangeFeed changes(ChangeListener listener) throws InterruptedException {
    return ChangeFeed.open(endpoint, endpoint.buckets().data(), feedBufferBytes, listener);
  }

  /**
   * A new relay before a target that is one node without TLS, for feeds of the data bucket that ask
   * for the same streams.
   */
  public StreamRelay relay() {
    var node = ConnectionString.create(endpoint.connectionString()).hosts().get(0);
    return new StreamRelay(endpoint, new InetSocketAddress(node.host(), node.port()));
  }

  /** A new feed of the changes of the data bucket through a relay. */
  public ChangeFeed changes(StreamRelay relay, ChangeListener listener)
      throws InterruptedException {
    relay.requireHealthy();
    return ChangeFeed.open(relay.endpoint(), endpoint.buckets().data(), feedBufferBytes, listener);
  }

  /**
   * How many vbuckets the data bucket has, as the cluster says.
   *
   * @throws TargetException if the bucket is of a kind that has none
   */
  public int vbuckets() {
    String bucket = endpoint.buckets().data();
    var topology = cluster.core().clusterConfig().bucketTopology(bucket);
    if (topology != null && topology.bucket() instanceof CouchbaseBucketTopology couchbase) {
      return couchbase.numberOfPartitions();
    }
    throw new TargetException("bucket has no vbuckets: bucket=" + bucket, null);
  }

  /**
   * The version of the target as its manager tells it.
   *
   * @throws TargetException if the manager does not answer
   * @throws InterruptedException if the thread is interrupted
   */
  public String version() throws InterruptedException {
    var answer =
        Awaiting.answer(
            cluster.async().httpClient().get(HttpTarget.manager(), HttpPath.of("/pools")),
            PATIENCE,
            "asking the manager for its version");
    String version =
        answer.success()
            ? JsonObject.fromJson(answer.content()).getString("implementationVersion")
            : null;
    if (version == null) {
      throw new TargetException(
          "the manager does not tell its version: status=" + answer.statusCode(), null);
    }
    return version;
  }

  @Override
  public synchronized void close() {
    if (server != null) {
      server.close();
    }
    cluster.disconnect();
    environment.shutdown();
  }

  private void require(String name, String run) throws InterruptedException {
    awaitReady(name);
    requireRights(name, "perf:" + run + ":probe");
  }

  private void awaitReady(String name) throws InterruptedException {
    CompletableFuture<Void> ready =
        cluster
            .bucket(name)
            .async()
            .waitUntilReady(
                READY,
                WaitUntilReadyOptions.waitUntilReadyOptions().serviceTypes(Set.of(ServiceType.KV)));
    try {
      Awaiting.answer(
          CompletableFuture.anyOf(ready, troubles.hopeless()), READY.plus(PATIENCE), "connecting");
    } catch (TargetException e) {
      throw new TargetException(explain(name), e);
    } finally {
      // Left to itself it would go on asking a client that is closed, and complain on the terminal.
      ready.cancel(true);
    }
    if (troubles.hopeless().isDone()) {
      throw new TargetException(explain(name), null);
    }
  }

  private String explain(String bucket) {
    return troubles.explain(endpoint.connectionString(), endpoint.credentials().username(), bucket);
  }

  private void requireRights(String bucket, String key) throws InterruptedException {
    KeyValue documents = keyValue(bucket);
    String right = " documents (right of username=" + endpoint.credentials().username() + ")";
    String where = " in bucket=" + bucket;
    Awaiting.answer(documents.upsert(key, PROBE), PATIENCE, "writing" + right + where);
    Awaiting.answer(documents.get(key), PATIENCE, "reading" + right + where);
    Awaiting.answer(documents.remove(key), PATIENCE, "removing" + right + where);
    Positions positions;
    try (ChangeFeed feed =
        ChangeFeed.open(endpoint, bucket, feedBufferBytes, ChangeListener.NOBODY)) {
      positions = feed.positions();
    }
    if (positions.offsets().isEmpty()) {
      throw new TargetException("bucket has no vbuckets: bucket=" + bucket, null);
    }
  }

  private KeyValue keyValue(String bucket) {
    return new KeyValue(cluster.bucket(bucket).defaultCollection().async());
  }
}
