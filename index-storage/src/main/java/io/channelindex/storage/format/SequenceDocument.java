package io.channelindex.storage.format;

import io.channelindex.storage.Entry;

/**
 * What a seqno was: the sequence document of layout {@code bit-flag} (W2). One for each document
 * that some channel has at that seqno; it never changes.
 *
 * <pre>
 *  +--------+------------+----------+
 *  | header | documentId | revision |
 *  | 8      | text       | text     |
 *  +--------+------------+----------+
 * </pre>
 *
 * @param documentId 1 … 250 bytes of UTF-8
 * @param revision not empty
 */
public record SequenceDocument(String documentId, String revision) {
  public SequenceDocument {
    if (documentId.isEmpty() || revision.isEmpty()) {
      throw new IllegalArgumentException(
          "empty text: documentId=" + documentId + ", revision=" + revision);
    }
  }

  /** As a document of the index bucket. */
  public byte[] encode() {
    return PayloadWriter.ofDocument(64)
        .text(documentId)
        .text(revision)
        .seal(DocumentFormat.SEQUENCE);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @throws UnreadableDocumentException if it is none of these
   */
  public static SequenceDocument decode(String key, byte[] document) {
    return PayloadReader.decode(
        key,
        DocumentFormat.SEQUENCE,
        document,
        payload -> {
          String documentId = payload.text(Entry.MAX_DOCUMENT_ID_BYTES);
          return new SequenceDocument(documentId, payload.text());
        });
  }
}
