package io.channelindex.benchmarks.token;

import io.channelindex.sequence.token.ClockStore;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A store that answers at once and keeps everything: what tokens cost without it. */
final class HeldClocks implements ClockStore {
  private final Map<String, byte[]> contents = new ConcurrentHashMap<>();

  @Override
  public CompletionStage<Optional<byte[]>> get(String name) {
    return CompletableFuture.completedFuture(Optional.ofNullable(contents.get(name)));
  }

  @Override
  public CompletionStage<Put> putIfAbsent(String name, byte[] content, Duration life) {
    boolean first = contents.putIfAbsent(name, content) == null;
    return CompletableFuture.completedFuture(first ? Put.STORED : Put.EXISTS);
  }

  @Override
  public CompletionStage<Optional<byte[]>> renew(String name, Duration life) {
    return get(name);
  }
}
