package io.channelindex.embedded.chaos;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the same few documents again and again, at random. Every body that it writes is
 * another one, except those of counters.
 */
final class Worker implements Runnable {
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final List<DurabilityLevel> DURABLE =
      List.of(
          DurabilityLevel.MAJORITY,
          DurabilityLevel.MAJORITY_AND_PERSIST_TO_ACTIVE,
          DurabilityLevel.PERSIST_TO_MAJORITY);

  private final String name;
  private final RecordingClient client;
  private final Keys keys;
  private final Random random;
  private final Map<String, Version> seen = new HashMap<>();
  private volatile boolean stopped;
  private volatile @Nullable Throwable failure;
  private long writes;

  /**
   * The documents.
   *
   * @param texts how many are texts
   * @param counters how many are counters
   */
  record Keys(int texts, int counters) {
    boolean isCounter(int index) {
      return index >= texts;
    }

    int count() {
      return texts + counters;
    }

    String key(int index) {
      return isCounter(index) ? "counter" + (index - texts) : "text" + index;
    }

    List<String> all() {
      return IntStream.range(0, count()).mapToObj(this::key).toList();
    }
  }

  Worker(String name, RecordingClient client, Keys keys, long seed) {
    this.name = name;
    this.client = client;
    this.keys = keys;
    this.random = new Random(seed);
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        Operation.Request request = next();
        if (client.perform(request) instanceof Outcome.Read read) {
          seen.put(request.key(), read.version());
        }
        LockSupport.parkNanos(random.nextLong(MAX_PAUSE_NANOS));
      }
    } catch (RuntimeException | AssertionError e) {
      failure = e;
    }
  }

  /** Makes the operation that goes on the last one. */
  void stop() {
    stopped = true;
  }

  /** What it did not expect, or null. */
  @Nullable Throwable failure() {
    return failure;
  }

  private Operation.Request next() {
    int index = random.nextInt(keys.count());
    String key = keys.key(index);
    Operation.Kind kind = keys.isCounter(index) ? counting() : writing();
    if (kind == Operation.Kind.GET) {
      return Operation.Request.get(key);
    }
    Version expected = null;
    if (kind == Operation.Kind.REPLACE || kind == Operation.Kind.REMOVE) {
      expected = random.nextBoolean() && !keys.isCounter(index) ? seen.get(key) : null;
    }
    DurabilityLevel level =
        random.nextInt(4) == 0 ? DURABLE.get(random.nextInt(DURABLE.size())) : DurabilityLevel.NONE;
    return new Operation.Request(key, kind, argument(kind), expected, level);
  }

  private Operation.Kind counting() {
    int draw = random.nextInt(20);
    if (draw < 8) {
      return Operation.Kind.GET;
    }
    return draw < 19 ? Operation.Kind.INCREMENT : Operation.Kind.REMOVE;
  }

  private Operation.Kind writing() {
    int draw = random.nextInt(100);
    if (draw < 40) {
      return Operation.Kind.GET;
    }
    if (draw < 60) {
      return Operation.Kind.REPLACE;
    }
    if (draw < 72) {
      return Operation.Kind.UPSERT;
    }
    if (draw < 82) {
      return Operation.Kind.INSERT;
    }
    return draw < 91 ? Operation.Kind.APPEND : Operation.Kind.REMOVE;
  }

  private String argument(Operation.Kind kind) {
    return switch (kind) {
      case GET, REMOVE, INCREMENT -> "";
      case UPSERT, INSERT, REPLACE, APPEND -> name + "." + ++writes + ";";
    };
  }
}
