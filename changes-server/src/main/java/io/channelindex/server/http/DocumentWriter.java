package io.channelindex.server.http;

import io.channelindex.server.documents.DocumentWrite;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Writes documents, and measures how long that takes. */
final class DocumentWriter {
  private final FrontMeters meters;

  DocumentWriter(FrontMeters meters) {
    this.meters = meters;
  }

  /** The new revision; fails as {@link HostedDatabase#write} does. */
  CompletionStage<String> write(HostedDatabase database, DocumentWrite write) {
    long begin = System.nanoTime();
    return database
        .write(write)
        .whenComplete(
            (revision, failure) -> meters.written(Duration.ofNanos(System.nanoTime() - begin)));
  }
}
