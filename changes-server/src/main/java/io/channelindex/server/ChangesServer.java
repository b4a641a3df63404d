package io.channelindex.server;

import io.channelindex.embedded.BucketSettings;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.server.config.Address;
import io.channelindex.server.config.CouchbaseConfig;
import io.channelindex.server.config.DatabaseConfig;
import io.channelindex.server.config.ServerConfig;
import io.channelindex.server.database.CouchbaseLink;
import io.channelindex.server.database.Database;
import io.channelindex.server.database.DatabaseMeters;
import io.channelindex.server.database.Workers;
import io.channelindex.server.faults.PlantedFaults;
import io.channelindex.server.http.FeedLimits;
import io.channelindex.server.http.HttpFront;
import io.channelindex.server.http.HttpSettings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A changes server: documents in, {@code _changes} out, over the channel index. Alone or one of
 * several on the same buckets.
 *
 * <pre>{@code
 * try (ChangesServer server = ChangesServer.start(ServerConfig.DEFAULT)) {
 *   server.awaitReady(Duration.ofSeconds(30));
 *   URI changes = server.publicUri().resolve("/db/_changes");
 *   ...
 * }
 * }</pre>
 *
 * <p>The ports are open when {@link #start} returns; databases open in the background, for as long
 * as Couchbase takes to be there, and answer 503 until they are. Thread-safe.
 */
public final class ChangesServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangesServer.class);
  private static final int EMBEDDED_VBUCKETS = 64;

  private final Deque<AutoCloseable> parts;
  private final List<Database> databases;
  private final HttpFront front;
  private final Optional<EmbeddedCouchbase> embedded;

  private ChangesServer(
      Deque<AutoCloseable> parts,
      List<Database> databases,
      HttpFront front,
      Optional<EmbeddedCouchbase> embedded) {
    this.parts = parts;
    this.databases = databases;
    this.front = front;
    this.embedded = embedded;
  }

  /**
   * Starts a server.
   *
   * @throws IllegalStateException if a port is taken
   */
  public static ChangesServer start(ServerConfig config) {
    return start(config, PlantedFaults.NONE);
  }

  /** Starts a server with faults, for tests of the checks. */
  public static ChangesServer start(ServerConfig config, PlantedFaults faults) {
    if (faults.any()) {
      LOG.warn("FAULTS ARE PLANTED: this server does not do what it should: {}", faults);
    }
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      return start(config, faults, parts);
    } catch (RuntimeException e) {
      closeAll(parts);
      throw e;
    }
  }

  private static ChangesServer start(
      ServerConfig config, PlantedFaults faults, Deque<AutoCloseable> parts) {
    Optional<EmbeddedCouchbase> embedded = Optional.empty();
    CouchbaseConfig couchbase = config.couchbase();
    if (couchbase == null) {
      EmbeddedCouchbase node = embeddedNode(config.databases());
      parts.push(node);
      embedded = Optional.of(node);
      couchbase = new CouchbaseConfig(node.connectionString(), node.username(), node.password());
    }
    CouchbaseLink link = CouchbaseLink.connect(couchbase);
    parts.push(link);
    Workers workers = new Workers();
    parts.push(workers);
    List<Database> databases = new ArrayList<>();
    config
        .databases()
        .forEach(
            (name, database) -> {
              Database started = Database.start(name, database, link, workers, faults);
              parts.push(started);
              databases.add(started);
            });
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    databases.forEach(database -> DatabaseMeters.bind(database, registry));
    HttpFront front =
        HttpFront.open(
            HttpSettings.at(
                address(config.listen().publicAddress()), address(config.listen().adminAddress())),
            FeedLimits.DEFAULT,
            List.copyOf(databases),
            registry,
            version());
    parts.push(front);
    return new ChangesServer(parts, databases, front, embedded);
  }

  private static HttpSettings.Address address(Address address) {
    return new HttpSettings.Address(address.host(), address.port());
  }

  private static String version() {
    String version = ChangesServer.class.getPackage().getImplementationVersion();
    return version == null ? "unpacked" : version;
  }

  private static EmbeddedCouchbase embeddedNode(Map<String, DatabaseConfig> databases) {
    TreeSet<String> buckets = new TreeSet<>();
    for (DatabaseConfig database : databases.values()) {
      buckets.add(database.bucket());
      buckets.add(database.index().bucket());
    }
    EmbeddedCouchbase.Builder builder = EmbeddedCouchbase.builder();
    buckets.forEach(bucket -> builder.bucket(new BucketSettings(bucket, EMBEDDED_VBUCKETS)));
    return builder.start();
  }

  /** Where documents and feeds are. */
  public URI publicUri() {
    return uri(front.publicAddress());
  }

  /** Where everything is. */
  public URI adminUri() {
    return uri(front.adminAddress());
  }

  private static URI uri(HttpSettings.Address address) {
    return URI.create("http://" + address);
  }

  /** The server's own Couchbase node, if the configuration names no other. */
  public Optional<EmbeddedCouchbase> embedded() {
    return embedded;
  }

  /**
   * Waits until all databases are open.
   *
   * @throws IllegalStateException if they are not in time, or cannot be opened as they are
   *     configured; the message says why
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitReady(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (Database database : databases) {
      try {
        database
            .opened()
            .toCompletableFuture()
            .get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException | ExecutionException e) {
        throw new IllegalStateException(
            "database is not open: database="
                + database.name()
                + ", patience="
                + patience
                + ": "
                + database.whyClosed().orElse("closed"),
            e);
      }
    }
  }

  /** Ends feeds well-formed, commits what was read from the data bucket, and frees everything. */
  @Override
  public void close() {
    closeAll(parts);
  }

  private static synchronized void closeAll(Deque<AutoCloseable> parts) {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        // The others have to be closed all the same.
        LOG.warn("Closing {} failed", part.getClass().getSimpleName(), e);
      }
    }
  }
}
