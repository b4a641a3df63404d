package io.channelindex.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.index.read.Row;
import io.channelindex.server.documents.DocumentException;
import io.channelindex.server.documents.StoredDocument;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * The documents of {@code include_docs}. Only the newest body of a document is kept, so a row gets
 * it only if it is the row's revision, and only while the document is in a channel of the feed:
 * else who may read a channel would be shown what left it.
 */
final class RowDocuments {
  private final HostedDatabase database;
  private final Set<String> channels;

  RowDocuments(HostedDatabase database, Set<String> channels) {
    this.database = database;
    this.channels = channels;
  }

  /**
   * The documents of rows as JSON, in the rows' order, empty where a row is sent without; all are
   * read at once. Fails if one cannot be read now.
   */
  CompletionStage<List<Optional<byte[]>>> of(List<Row> rows) {
    List<CompletableFuture<Optional<byte[]>>> reads = new ArrayList<>(rows.size());
    for (Row row : rows) {
      reads.add(read(row).toCompletableFuture());
    }
    return CompletableFuture.allOf(reads.toArray(CompletableFuture<?>[]::new))
        .thenApply(all -> reads.stream().map(CompletableFuture::join).toList());
  }

  private CompletionStage<Optional<byte[]>> read(Row row) {
    return database
        .document(row.documentId())
        .handle(
            (document, failure) -> {
              if (failure == null) {
                return shown(row, document);
              }
              if (isAbsence(failure)) {
                return Optional.empty();
              }
              throw new CompletionException(HttpProblem.causeOf(failure));
            });
  }

  private Optional<byte[]> shown(Row row, StoredDocument document) {
    boolean current = document.revision().equals(row.revision());
    boolean readable =
        document.deleted()
            || channels.contains("*")
            || !Collections.disjoint(channels, document.channels());
    return current && readable
        ? Optional.of(DocumentJson.of(document).toString().getBytes(UTF_8))
        : Optional.empty();
  }

  private static boolean isAbsence(Throwable failure) {
    return HttpProblem.causeOf(failure) instanceof DocumentException refused
        && refused.reason() != DocumentException.Reason.UNAVAILABLE;
  }
}
