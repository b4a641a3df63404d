package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * The revisions that entries of layout {@code hybrid} (W4) leave to a document of its own, one per
 * document of the data bucket: which revision it had at which seqno.
 *
 * <pre>
 *  +--------+------------+---------+--------+----------+---------------------------+
 *  | header | documentId | vbucket | epoch  | versions | per version: vbuuid fixed,|
 *  | 8      | text       | varint  | varint | varint   | seqno varint, revision text|
 *  +--------+------------+---------+--------+----------+---------------------------+
 * </pre>
 *
 * @param documentId verified on read, because keys may be hashed
 * @param vbucket of the document
 * @param epoch of the owner who wrote it last: one before must not any more, because it may take
 *     for superseded what a rollback has brought back
 * @param versions none of them twice
 */
public record RevisionsDocument(
    String documentId, int vbucket, long epoch, List<Version> versions) {
  private static final int LEAST_VERSION_BYTES = Long.BYTES + 3;

  /**
   * A revision.
   *
   * @param seqno unsigned, not 0
   * @param vbuuid the branch under which it was indexed
   * @param revision not empty
   */
  public record Version(long seqno, long vbuuid, String revision) {
    public Version {
      if (seqno == 0 || revision.isEmpty()) {
        throw new IllegalArgumentException(
            "no version: seqno=" + Long.toUnsignedString(seqno) + ", revision=" + revision);
      }
    }

    /** Whether it stands for the same mutation under the same branch. */
    public boolean isOf(long itsSeqno, long itsVbuuid) {
      return seqno == itsSeqno && vbuuid == itsVbuuid;
    }
  }

  public RevisionsDocument {
    versions = List.copyOf(versions);
    if (vbucket < 0 || vbucket > Partitions.MAX) {
      throw new IllegalArgumentException(
          "no such vbucket: vbucket=" + vbucket + ", max=" + Partitions.MAX);
    }
  }

  /** As a document of the index bucket. */
  public byte[] encode() {
    PayloadWriter payload = PayloadWriter.ofDocument(64 + 48 * versions.size());
    payload.text(documentId).varint(vbucket).varint(epoch).varint(versions.size());
    for (Version version : versions) {
      payload.fixed(version.vbuuid()).varint(version.seqno()).text(version.revision());
    }
    return payload.seal(DocumentFormat.REVISIONS);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @param documentId the id that it must have
   * @throws UnreadableDocumentException if it is none of these, or another document's
   */
  public static RevisionsDocument decode(String key, String documentId, byte[] document) {
    return PayloadReader.decode(
        key, DocumentFormat.REVISIONS, document, payload -> read(payload, documentId));
  }

  private static RevisionsDocument read(PayloadReader payload, String expected) {
    String documentId = payload.text(Entry.MAX_DOCUMENT_ID_BYTES);
    if (!documentId.equals(expected)) {
      throw payload.other("documentId=" + expected + ", found=" + documentId);
    }
    int vbucket = payload.varint("vbucket", Partitions.MAX);
    long epoch = payload.varint();
    int count = payload.count("versions", LEAST_VERSION_BYTES);
    List<Version> versions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long vbuuid = payload.fixed();
      versions.add(new Version(payload.varint(), vbuuid, payload.text()));
    }
    return new RevisionsDocument(documentId, vbucket, epoch, versions);
  }
}
