package io.channelindex.server.documents;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import java.time.Duration;

/**
 * How documents are stored.
 *
 * @param limits how big they may be
 * @param durability when a write counts as done
 * @param timeout of one operation of the data service, at least 100 ms
 * @param retryFor how long a client's write is tried while the document changes under it or the
 *     data service leaves open what became of it
 * @param importFor how long an import is tried; longer than a document can be locked (30 s)
 */
public record DocumentSettings(
    DocumentLimits limits,
    DurabilityLevel durability,
    Duration timeout,
    Duration retryFor,
    Duration importFor) {
  private static final Duration MIN_TIMEOUT = Duration.ofMillis(100);

  /** What a database gets that does not say otherwise. */
  public static final DocumentSettings DEFAULT =
      new DocumentSettings(
          DocumentLimits.DEFAULT,
          DurabilityLevel.NONE,
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60));

  public DocumentSettings {
    if (timeout.compareTo(MIN_TIMEOUT) < 0) {
      throw new IllegalArgumentException(
          "timeout out of range: timeout=" + timeout + ", min=" + MIN_TIMEOUT);
    }
    if (retryFor.isNegative() || importFor.isNegative()) {
      throw new IllegalArgumentException(
          "negative duration: retryFor=" + retryFor + ", importFor=" + importFor);
    }
  }
}
