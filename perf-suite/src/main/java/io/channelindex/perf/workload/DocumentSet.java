package io.channelindex.perf.workload;

import io.channelindex.perf.cluster.KeyValue;
import io.channelindex.perf.load.DocumentSource;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.oracle.Ledger;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The documents of one workload: starts operations on them and keeps the ledger of what was
 * acknowledged. Operations on one document must not overlap.
 */
final class DocumentSet {
  private final KeyValue keyValue;
  private final Namespace namespace;
  private final DocumentSource source;
  private final Ledger ledger;
  private final LongAdder missing = new LongAdder();
  private final LongAdder wrong = new LongAdder();

  DocumentSet(WorkloadRun run, int documents) {
    keyValue = run.session().documents();
    namespace = run.namespace();
    source = new DocumentSource(run.load().seed(), run.load().documentBytes());
    ledger = new Ledger(documents);
  }

  int size() {
    return ledger.documents();
  }

  Ledger ledger() {
    return ledger;
  }

  DocumentSource source() {
    return source;
  }

  /** Documents that a reading operation did not find although they were written. */
  long missing() {
    return missing.sum();
  }

  /** Documents that a reading operation found with other content than was written. */
  long wrong() {
    return wrong.sum();
  }

  CompletableFuture<?> upsert(int index) {
    int version = ledger.attempt(index);
    return kept(
        index,
        Ledger.Intent.WRITE,
        keyValue.upsert(namespace.key(index), source.body(index, version)),
        document -> ledger.written(document, version));
  }

  CompletableFuture<?> upsertWithMetadata(int index) {
    int version = ledger.attempt(index);
    return kept(
        index,
        Ledger.Intent.WRITE,
        keyValue.upsertWithMetadata(namespace.key(index), source.body(index, version), version),
        document -> ledger.written(document, version));
  }

  CompletableFuture<?> remove(int index) {
    int version = ledger.attempt(index);
    return kept(
        index,
        Ledger.Intent.DELETE,
        keyValue.remove(namespace.key(index)),
        document -> ledger.deleted(document, version));
  }

  /** Removes a document if it is there. */
  CompletableFuture<?> removeIfPresent(int index) {
    return ledger.present(index) > 0 ? remove(index) : CompletableFuture.completedFuture(null);
  }

  /** Reads a document and compares it with what was written. */
  CompletableFuture<?> get(int index) {
    return keyValue
        .get(namespace.key(index))
        .thenAccept(body -> judge(index, body, ledger.present(index)));
  }

  /** Reads a document with its metadata and compares both with what was written. */
  CompletableFuture<?> getWithMetadata(int index) {
    return keyValue
        .getWithMetadata(namespace.key(index), DocumentSource::checksum)
        .thenAccept(
            found -> {
              int expected = ledger.present(index);
              judge(index, found.body(), expected);
              if (found.version() != expected || !found.macrosHold()) {
                wrong.increment();
              }
            });
  }

  /** Looks what became of a document whose last operation has an unknown outcome. */
  CompletableFuture<?> resolve(int index) {
    return keyValue.get(namespace.key(index)).thenAccept(body -> resolve(index, body));
  }

  private void resolve(int index, byte @Nullable [] body) {
    int found = body == null ? 0 : DocumentSource.versionOf(body, index);
    boolean intact = body == null || (found > 0 && source.matches(body, index, found));
    if (!intact) {
      wrong.increment();
    } else if (!ledger.resolve(index, found)) {
      missing.increment();
    }
  }

  private void judge(int index, byte @Nullable [] body, int expected) {
    if (body == null) {
      if (expected > 0) {
        missing.increment();
      }
    } else if (expected == 0 || !source.matches(body, index, expected)) {
      wrong.increment();
    }
  }

  private CompletableFuture<?> kept(
      int index, Ledger.Intent intent, CompletableFuture<?> operation, IntConsumer acknowledged) {
    return operation.whenComplete(
        (result, failure) -> {
          if (failure == null) {
            acknowledged.accept(index);
          } else {
            ledger.unknown(index, intent);
          }
        });
  }
}
