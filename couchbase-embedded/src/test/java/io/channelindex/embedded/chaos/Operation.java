package io.channelindex.embedded.chaos;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked of one document, when, and what came of it.
 *
 * @param client who
 * @param request what
 * @param invokedNanos when it was asked, as a {@link System#nanoTime}
 * @param completedNanos when the answer was known
 * @param outcome the answer
 */
record Operation(
    String client, Request request, long invokedNanos, long completedNanos, Outcome outcome) {
  /** What is asked of a document. */
  enum Kind {
    GET,
    UPSERT,
    INSERT,
    REPLACE,
    REMOVE,
    APPEND,
    /** Adds 1; a document that is missing becomes 1. */
    INCREMENT
  }

  /**
   * A question or a command.
   *
   * @param key of the document
   * @param kind what to do
   * @param argument the new body, or what is appended; empty if there is none
   * @param expected the version that must be there; null for any
   * @param durability where a write has to be before it is acknowledged
   */
  record Request(
      String key,
      Kind kind,
      String argument,
      @Nullable Version expected,
      DurabilityLevel durability) {
    /** Refuses a version that nobody compares. */
    Request {
      if (expected != null && kind != Kind.REPLACE && kind != Kind.REMOVE) {
        throw new IllegalArgumentException("kind=" + kind + ", expected=" + expected);
      }
    }

    Request withoutDurability() {
      return new Request(key, kind, argument, expected, DurabilityLevel.NONE);
    }

    static Request get(String key) {
      return new Request(key, Kind.GET, "", null, DurabilityLevel.NONE);
    }
  }

  Kind kind() {
    return request.kind();
  }

  /** Whether it changed the document, or may have. */
  boolean isWrite() {
    return outcome instanceof Outcome.Written
        || (outcome instanceof Outcome.Unknown && kind() != Kind.GET);
  }

  /** Whether it says anything about the document. */
  boolean isEvidence() {
    return !(outcome instanceof Outcome.NotDone) && !(outcome instanceof Outcome.Unknown);
  }

  /** One line of a history that began at {@code originNanos}. */
  String describe(long originNanos) {
    return String.format(
        Locale.ROOT,
        "%10.3f %10.3f ms  %-8s %-9s %s%s%s -> %s",
        millis(invokedNanos - originNanos),
        millis(completedNanos - originNanos),
        client,
        kind(),
        request.argument(),
        request.expected() == null ? "" : " over " + request.expected(),
        request.durability() == DurabilityLevel.NONE ? "" : " " + request.durability(),
        outcome);
  }

  private static double millis(long nanos) {
    return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }
}
