package io.channelindex.perf.workload;

import java.util.concurrent.CompletableFuture;

/** The key-value operations that are measured, and how each one's result is verified. */
enum DocumentOperation {
  /** Stores a whole document. */
  UPSERT("kv-upsert", "Whole documents written") {
    @Override
    CompletableFuture<?> start(DocumentSet documents, int index) {
      return documents.upsert(index);
    }

    @Override
    CompletableFuture<?> verify(DocumentSet documents, int index) {
      return documents.get(index);
    }
  },
  /** Reads a whole document and compares every byte of it. */
  GET("kv-get", "Whole documents read, every byte compared") {
    @Override
    CompletableFuture<?> start(DocumentSet documents, int index) {
      return documents.get(index);
    }

    @Override
    CompletableFuture<?> verify(DocumentSet documents, int index) {
      return documents.get(index);
    }
  },
  /** Stores body, metadata attribute and macros in one multi-mutation. */
  WRITE_WITH_METADATA("subdoc-write", "Body, metadata and macros written in one multi-mutation") {
    @Override
    CompletableFuture<?> start(DocumentSet documents, int index) {
      return documents.upsertWithMetadata(index);
    }

    @Override
    CompletableFuture<?> verify(DocumentSet documents, int index) {
      return documents.getWithMetadata(index);
    }
  };

  private final String label;
  private final String description;

  DocumentOperation(String label, String description) {
    this.label = label;
    this.description = description;
  }

  /** The beginning of the names of its workloads. */
  String label() {
    return label;
  }

  String description() {
    return description;
  }

  abstract CompletableFuture<?> start(DocumentSet documents, int index);

  /** Reads a document back and compares it with what was written; failures count in the set. */
  abstract CompletableFuture<?> verify(DocumentSet documents, int index);
}
