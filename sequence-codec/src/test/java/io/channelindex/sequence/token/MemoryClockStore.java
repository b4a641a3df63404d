package io.channelindex.sequence.token;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A store in memory that counts, fails and waits as it is told to, with a clock of its own. */
final class MemoryClockStore implements ClockStore, InstantSource {
  private static final class Kept {
    private final byte[] content;
    private final Instant until;

    Kept(byte[] content, Instant until) {
      this.content = content;
      this.until = until;
    }

    byte[] content() {
      return content;
    }

    Instant until() {
      return until;
    }
  }

  private final Map<String, Kept> kept = new HashMap<>();
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private Instant now = Instant.parse("2026-11-22T10:00:00Z");
  private boolean failing;
  private boolean holding;
  int puts;
  int gets;
  int renewals;

  int operations() {
    return puts + gets + renewals;
  }

  void fail(boolean fails) {
    failing = fails;
  }

  /** Answers to operations wait from now on. */
  void hold() {
    holding = true;
  }

  void release() {
    holding = false;
    while (!held.isEmpty()) {
      held.poll().run();
    }
  }

  void pass(Duration time) {
    now = now.plus(time);
    kept.values().removeIf(content -> !content.until().isAfter(now));
  }

  Map<String, byte[]> contents() {
    Map<String, byte[]> contents = new HashMap<>();
    kept.forEach((name, content) -> contents.put(name, content.content()));
    return contents;
  }

  void poke(String name, byte[] content) {
    kept.put(name, new Kept(content, Instant.MAX));
  }

  void forget(String name) {
    kept.remove(name);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public CompletionStage<Optional<byte[]>> get(String name) {
    gets++;
    return answer(() -> Optional.ofNullable(kept.get(name)).map(Kept::content));
  }

  @Override
  public CompletionStage<Put> putIfAbsent(String name, byte[] content, Duration life) {
    puts++;
    return answer(
        () ->
            kept.putIfAbsent(name, new Kept(content, now.plus(life))) == null
                ? Put.STORED
                : Put.EXISTS);
  }

  @Override
  public CompletionStage<Optional<byte[]>> renew(String name, Duration life) {
    renewals++;
    return answer(
        () -> {
          Kept found =
              kept.computeIfPresent(name, (same, old) -> new Kept(old.content(), now.plus(life)));
          return Optional.ofNullable(found).map(Kept::content);
        });
  }

  private <T> CompletionStage<T> answer(Supplier<T> operation) {
    if (failing) {
      return CompletableFuture.failedFuture(new IllegalStateException("the store is away"));
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    T result = operation.get();
    if (holding) {
      held.add(() -> answer.complete(result));
    } else {
      answer.complete(result);
    }
    return answer;
  }
}
