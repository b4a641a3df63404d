package io.channelindex.server.http;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** A front on free ports of this machine, over one database that a test drives. */
final class TestFront implements AutoCloseable {
  static final HttpSettings.Address ANY = new HttpSettings.Address("127.0.0.1", 0);
  static final RequestLimits SMALL_REQUESTS = new RequestLimits(4 << 10, 2 << 10, 8 << 10, 8, 10);
  static final HttpSettings SETTINGS =
      new HttpSettings(
          ANY, ANY, 2, SMALL_REQUESTS, Duration.ofMillis(300), Duration.ofMillis(1_500));

  /** Small pages, and heartbeats that tests can wait for. */
  static final FeedLimits LIMITS =
      new FeedLimits(
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofMillis(50),
          20,
          10,
          3,
          2,
          Duration.ofMillis(10),
          Duration.ofMillis(40));

  final FakeDatabase database = new FakeDatabase();
  final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  final HttpFront front;
  private final HttpClient http = HttpClient.newHttpClient();

  TestFront() {
    this(SETTINGS, LIMITS);
  }

  TestFront(HttpSettings settings, FeedLimits limits) {
    front = HttpFront.open(settings, limits, List.of(database), registry, "1.2.3");
  }

  RawClient raw() {
    return new RawClient(front.publicAddress());
  }

  RawClient rawAdmin() {
    return new RawClient(front.adminAddress());
  }

  HttpResponse<String> get(String path) {
    return send("GET", path, null);
  }

  HttpResponse<String> send(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + front.publicAddress() + path))
            .timeout(Duration.ofSeconds(20))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  HttpResponse<String> admin(String path) {
    return send(HttpRequest.newBuilder(URI.create("http://" + front.adminAddress() + path)));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  double openFeeds(FeedKind kind) {
    return registry.get("channelindex.feeds.open").tag("feed", kind.word()).gauge().value();
  }

  double gauge(String name) {
    return registry.get(name).gauge().value();
  }

  double count(String name) {
    return registry.get(name).counter().count();
  }

  @Override
  public void close() {
    front.close();
  }
}
