package io.channelindex.storage.format;

import io.channelindex.storage.Entry;

/**
 * What a seqno was: the sequence document of layout {@code bit-flag} (W2). One for each document
 * that some channel has at that seqno.
 *
 * <pre>
 *  +--------+------------+----------+--------+
 *  | header | documentId | revision | epoch  |
 *  | 8      | text       | text     | varint |
 *  +--------+------------+----------+--------+
 * </pre>
 *
 * @param documentId 1 … 250 bytes of UTF-8
 * @param revision not empty
 * @param epoch of the owner who needed it last: one before must not remove it any more, because it
 *     may not know the history that the document is of. Unsigned; 0 in documents of version 1
 */
public record SequenceDocument(String documentId, String revision, long epoch) {
  private static final int WITHOUT_EPOCH = 1;

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
        .varint(epoch)
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
          String revision = payload.text();
          long epoch = payload.version() == WITHOUT_EPOCH ? 0 : payload.varint();
          return new SequenceDocument(documentId, revision, epoch);
        });
  }
}
