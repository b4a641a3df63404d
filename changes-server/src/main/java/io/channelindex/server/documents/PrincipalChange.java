package io.channelindex.server.documents;

import io.channelindex.index.principals.PrincipalName;
import io.channelindex.server.documents.DocumentMetadata.Life;
import java.nio.charset.StandardCharsets;

/**
 * A write of a principal's document, as the index is to know of it.
 *
 * @param name who
 * @param seqno of the write, unsigned
 * @param revision tells it from other writes; the same from wherever it is seen
 * @param deleted whether it deleted the document
 */
public record PrincipalChange(PrincipalName name, long seqno, String revision, boolean deleted) {
  /**
   * The change that a write is.
   *
   * @param revisionSeqno how often the document was written
   * @param exists whether it is there after the write
   */
  public static PrincipalChange of(
      PrincipalName name, long seqno, long revisionSeqno, boolean exists) {
    Life life = exists ? Life.ALIVE : Life.DELETED;
    byte[] key = name.key().getBytes(StandardCharsets.UTF_8);
    String revision = Revision.root(revisionSeqno, life, key).toString();
    return new PrincipalChange(name, seqno, revision, !exists);
  }
}
