package io.channelindex.storage;

import java.util.Objects;

/**
 * One row of a channel: a document entered it, changed in it or left it.
 *
 * @param documentId 1 … 250 bytes of UTF-8
 * @param revision the document's revision at that point, never empty
 * @param vbucket the document's vbucket, 0 … 1023
 * @param seqno unsigned, at least 1
 * @param vbuuid the history branch under which it was indexed
 * @param state what happened
 */
public record Entry(
    String documentId, String revision, int vbucket, long seqno, long vbuuid, EntryState state) {
  /** The longest document id, in bytes of UTF-8: that of the data service. */
  public static final int MAX_DOCUMENT_ID_BYTES = 250;

  private static final int MAX_VBUCKET = 1023;

  public Entry {
    if (documentId.isEmpty() || revision.isEmpty()) {
      throw new IllegalArgumentException(
          "empty text in an entry: documentId=" + documentId + ", revision=" + revision);
    }
    // A text has at least as many bytes as chars; the bytes are counted where they are made.
    if (documentId.length() > MAX_DOCUMENT_ID_BYTES) {
      throw new IllegalArgumentException(
          "document id too long: length="
              + documentId.length()
              + ", maxBytes="
              + MAX_DOCUMENT_ID_BYTES);
    }
    if (vbucket < 0 || vbucket > MAX_VBUCKET) {
      throw new IllegalArgumentException(
          "no such vbucket: vbucket=" + vbucket + ", max=" + MAX_VBUCKET);
    }
    if (seqno == 0) {
      throw new IllegalArgumentException("entry without a seqno: documentId=" + documentId);
    }
    Objects.requireNonNull(state, "state");
  }
}
