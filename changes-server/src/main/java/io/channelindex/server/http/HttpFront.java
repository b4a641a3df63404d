package io.channelindex.server.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two HTTP ports of a changes server, from {@link #open} to {@link #close}.
 *
 * <p>Thread-safe. Opening and closing block their caller and must not be done on an event loop.
 */
public final class HttpFront implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpFront.class);
  private static final Pattern DATABASE_NAME = Pattern.compile("[a-z][a-z0-9_$()+-]{0,99}");
  private static final Set<String> RESERVED_NAMES = Set.of("health", "ready", "metrics");

  private final Vertx vertx;
  private final HttpSettings settings;
  private final RequestsUnderWay underWay;
  private final OpenFeeds feeds;
  private final Listeners listeners;
  private final AtomicBoolean closed = new AtomicBoolean();

  private HttpFront(
      Vertx vertx,
      HttpSettings settings,
      RequestsUnderWay underWay,
      OpenFeeds feeds,
      Listeners listeners) {
    this.vertx = vertx;
    this.settings = settings;
    this.underWay = underWay;
    this.feeds = feeds;
    this.listeners = listeners;
  }

  /**
   * Listens on both ports.
   *
   * @param databases at least one, with names that differ
   * @param registry where the front's meters go, and what {@code /metrics} shows
   * @param version of the server, for its welcome
   * @throws HttpFrontException if a port cannot be listened on
   */
  public static HttpFront open(
      HttpSettings settings,
      FeedLimits limits,
      List<HostedDatabase> databases,
      PrometheusMeterRegistry registry,
      String version) {
    requireNames(databases);
    FrontMeters meters = new FrontMeters(registry);
    RequestsUnderWay underWay = new RequestsUnderWay();
    OpenFeeds feeds = new OpenFeeds(meters, limits.maxOpenFeeds());
    RequestDispatcher dispatcher =
        new RequestDispatcher(
            databases,
            settings,
            new OperationsRoutes(databases, registry, underWay, version),
            new ChangesRoute(limits, feeds, meters),
            underWay,
            meters);
    Listeners listeners = new Listeners(settings, dispatcher);
    Vertx vertx = Vertx.vertx(options(settings));
    try {
      // One verticle per event loop: each listens on both ports and has its share of connections.
      DeploymentOptions deployment = new DeploymentOptions().setInstances(settings.eventLoops());
      settled(
          vertx.deployVerticle(listeners::newVerticle, deployment).toCompletionStage(),
          Duration.ofMinutes(1));
    } catch (RuntimeException e) {
      vertx.close();
      throw e;
    }
    return new HttpFront(vertx, settings, underWay, feeds, listeners);
  }

  private static VertxOptions options(HttpSettings settings) {
    return new VertxOptions()
        .setEventLoopPoolSize(settings.eventLoops())
        .setFileSystemOptions(
            new FileSystemOptions()
                .setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false));
  }

  private static void requireNames(List<HostedDatabase> databases) {
    Set<String> names = new HashSet<>();
    for (HostedDatabase database : databases) {
      String name = database.name();
      if (!DATABASE_NAME.matcher(name).matches() || RESERVED_NAMES.contains(name)) {
        throw new IllegalArgumentException(
            "no name for a database: name="
                + name
                + ", allowed="
                + DATABASE_NAME
                + ", reserved="
                + RESERVED_NAMES);
      }
      if (!names.add(name)) {
        throw new IllegalArgumentException("two databases of one name: name=" + name);
      }
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException("a server has at least one database");
    }
  }

  /** Where the public port is; with the port that was found where 0 was asked for. */
  public HttpSettings.Address publicAddress() {
    return listeners.address(Port.PUBLIC);
  }

  /** Where the admin port is; with the port that was found where 0 was asked for. */
  public HttpSettings.Address adminAddress() {
    return listeners.address(Port.ADMIN);
  }

  /**
   * Takes no more requests, ends waiting feeds in order, lets the requests under way come to their
   * end for as long as the settings say, and cuts what is left.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    CompletionStage<Void> drained = underWay.close();
    CompletionStage<Void> unbound = listeners.shutDown().toCompletionStage();
    feeds.shutDown();
    try {
      settled(drained, settings.closeTimeout());
      settled(unbound, settings.closeTimeout());
    } catch (HttpFrontException e) {
      LOG.warn("requests are cut off: closeTimeout={}", settings.closeTimeout(), e);
    }
    settled(vertx.close().toCompletionStage(), Duration.ofMinutes(1));
  }

  private static void settled(CompletionStage<?> stage, Duration within) {
    try {
      stage.toCompletableFuture().get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | CompletionException e) {
      throw e.getCause() instanceof HttpFrontException known
          ? known
          : new HttpFrontException("the front failed", HttpProblem.causeOf(e));
    } catch (TimeoutException e) {
      throw new HttpFrontException("not done in time: timeout=" + within, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HttpFrontException("interrupted", e);
    }
  }
}
