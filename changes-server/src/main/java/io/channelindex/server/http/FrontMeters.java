package io.channelindex.server.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the front counts. Everything is there from the start, at 0, so that a dashboard can tell
 * "none" from "not measured"; but for requests, which appear as they come.
 *
 * <p>Thread-safe.
 */
final class FrontMeters {
  private final MeterRegistry registry;
  private final Map<FeedKind, AtomicInteger> openFeeds = new EnumMap<>(FeedKind.class);
  private final AtomicInteger waitingForIndex = new AtomicInteger();
  private final Counter rows;
  private final Counter bytes;
  private final Counter heartbeats;
  private final Counter cutFeeds;
  private final Timer writes;

  FrontMeters(MeterRegistry registry) {
    this.registry = registry;
    for (FeedKind kind : FeedKind.values()) {
      AtomicInteger open = new AtomicInteger();
      openFeeds.put(kind, open);
      registry.gauge("channelindex.feeds.open", List.of(Tag.of("feed", kind.word())), open);
    }
    registry.gauge("channelindex.feeds.waiting.for.index", waitingForIndex);
    rows = registry.counter("channelindex.feeds.rows");
    bytes = registry.counter("channelindex.feeds.bytes");
    heartbeats = registry.counter("channelindex.feeds.heartbeats");
    cutFeeds = registry.counter("channelindex.feeds.cut");
    writes =
        Timer.builder("channelindex.documents.writes")
            .serviceLevelObjectives(objectives())
            .register(registry);
  }

  private static Duration[] objectives() {
    return Arrays.stream(new long[] {1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000})
        .mapToObj(Duration::ofMillis)
        .toArray(Duration[]::new);
  }

  /** A request was answered, to its last byte; or its client went away before. */
  void answered(Port port, Route route, int status, Duration time) {
    Timer.builder("channelindex.http.requests")
        .tag("port", port.name().toLowerCase(Locale.ROOT))
        .tag("route", route.template())
        .tag("status", status == Exchange.NO_STATUS ? "none" : Integer.toString(status))
        .register(registry)
        .record(time);
  }

  void feedOpened(FeedKind kind) {
    open(kind).incrementAndGet();
  }

  void feedClosed(FeedKind kind) {
    open(kind).decrementAndGet();
  }

  /** A feed that was sent something had to be cut off, so that nobody takes it for ended. */
  void feedCut() {
    cutFeeds.increment();
  }

  void indexAwaited() {
    waitingForIndex.incrementAndGet();
  }

  void indexBack() {
    waitingForIndex.decrementAndGet();
  }

  void rows(long count) {
    rows.increment((double) count);
  }

  void bytes(long count) {
    bytes.increment((double) count);
  }

  void heartbeat() {
    heartbeats.increment();
  }

  void written(Duration time) {
    writes.record(time);
  }

  private AtomicInteger open(FeedKind kind) {
    return Objects.requireNonNull(openFeeds.get(kind));
  }
}
