package io.channelindex.server.http;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets: one verticle per event loop, all of them on the same two ports.
 *
 * <p>Thread-safe.
 */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final HttpSettings settings;
  private final RequestDispatcher dispatcher;
  private final Map<Port, HttpSettings.Address> wanted = new EnumMap<>(Port.class);
  private final Map<Port, HttpSettings.Address> actual = new ConcurrentHashMap<>();
  private final List<HttpServer> servers = new CopyOnWriteArrayList<>();

  Listeners(HttpSettings settings, RequestDispatcher dispatcher) {
    this.settings = settings;
    this.dispatcher = dispatcher;
    wanted.put(Port.PUBLIC, settings.publicAddress());
    wanted.put(Port.ADMIN, settings.adminAddress());
  }

  /** What runs on an event loop; fails with an {@link HttpFrontException} if a port is taken. */
  Deployable newVerticle() {
    return new ListeningVerticle();
  }

  /** Where a port is. */
  HttpSettings.Address address(Port port) {
    return Objects.requireNonNull(actual.get(port));
  }

  /** Accepts no more connections; those with requests under way stay. */
  Future<Void> shutDown() {
    List<Future<Void>> shutDowns = new ArrayList<>();
    servers.forEach(server -> shutDowns.add(server.shutdown(settings.closeTimeout())));
    return Future.join(shutDowns).mapEmpty();
  }

  private HttpServerOptions options() {
    RequestLimits limits = settings.requests();
    return new HttpServerOptions()
        .setMaxInitialLineLength(limits.maxUrlBytes())
        .setMaxHeaderSize(limits.maxHeaderBytes())
        // An upgrade would put a feed on a stream of a shared connection, where cutting it off is
        // another thing; replication clients of this family speak HTTP/1.1.
        .setHttp2ClearTextEnabled(false)
        .setCompressionSupported(true);
  }

  /** Both ports on one event loop. */
  private final class ListeningVerticle extends VerticleBase {
    @Override
    public Future<?> start() {
      return listen(Port.PUBLIC).compose(done -> listen(Port.ADMIN));
    }

    private Future<HttpServer> listen(Port port) {
      HttpSettings.Address address = Objects.requireNonNull(wanted.get(port));
      // Servers of one negative port share whatever free port the first of them finds.
      int free = port == Port.PUBLIC ? -1 : -2;
      int number = address.port() == 0 ? free : address.port();
      return vertx
          .createHttpServer(options())
          .requestHandler(request -> dispatcher.handle(vertx, port, request))
          .invalidRequestHandler(request -> dispatcher.refuse(vertx, port, request))
          .exceptionHandler(failure -> LOG.debug("connection failed: port={}", port, failure))
          .listen(number, address.host())
          .onSuccess(
              server -> {
                servers.add(server);
                actual.put(port, new HttpSettings.Address(address.host(), server.actualPort()));
              })
          .recover(
              failure ->
                  Future.failedFuture(
                      new HttpFrontException(
                          "cannot listen: port=" + port + ", address=" + address, failure)));
    }
  }
}
