package io.channelindex.storage.format;

import io.channelindex.sequence.BranchVector;

/**
 * A branch vector as a document under its digest: what tokens of an older history mean.
 *
 * <pre>
 *  +--------+----------+----------------------+
 *  | header | vbuckets | per vbucket: vbuuid, |
 *  | 8      | varint   | fixed                |
 *  +--------+----------+----------------------+
 * </pre>
 */
public final class BranchVectorDocument {
  private BranchVectorDocument() {}

  /** As a document of the index bucket. */
  public static byte[] encode(BranchVector vector) {
    PayloadWriter payload = PayloadWriter.ofDocument(2 + vector.vbuckets() * Long.BYTES);
    payload.varint(vector.vbuckets());
    for (int vbucket = 0; vbucket < vector.vbuckets(); vbucket++) {
      payload.fixed(vector.vbuuid(vbucket));
    }
    return payload.seal(DocumentFormat.BRANCH_VECTOR);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @throws UnreadableDocumentException if it is none of these
   */
  public static BranchVector decode(String key, byte[] document) {
    return PayloadReader.decode(
        key, DocumentFormat.BRANCH_VECTOR, document, BranchVectorDocument::read);
  }

  private static BranchVector read(PayloadReader payload) {
    long[] vbuuids = new long[payload.count("vbuckets", Long.BYTES)];
    for (int vbucket = 0; vbucket < vbuuids.length; vbucket++) {
      vbuuids[vbucket] = payload.fixed();
    }
    return BranchVector.of(vbuuids);
  }
}
