package io.channelindex.server.documents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentMetadata.Life;

/**
 * What the data service tells of a document in its virtual attribute {@code $document} (kv_engine
 * {@code docs/ExtendedAttributes.md}).
 *
 * @param life whether it is a tombstone
 * @param seqno unsigned
 * @param vbuuid the history branch that its vbucket is writing
 * @param revisionSeqno how often it was written, unsigned
 * @param expiry in seconds since 1970; 0 for never
 * @param crc CRC32C of the body
 */
record VirtualAttribute(
    Life life, long seqno, long vbuuid, long revisionSeqno, long expiry, int crc) {
  /**
   * Reads the attribute.
   *
   * @throws IllegalArgumentException if it is not what the data service promises
   */
  static VirtualAttribute parse(byte[] json) {
    ObjectNode document =
        DocumentJson.parseObject(json)
            .orElseThrow(() -> new IllegalArgumentException("$document is no object"));
    return new VirtualAttribute(
        document.path("deleted").asBoolean() ? Life.DELETED : Life.ALIVE,
        HexNumber.parse(document.path("seqno").asText()),
        HexNumber.parse(document.path("vbucket_uuid").asText()),
        Long.parseUnsignedLong(document.path("revid").asText()),
        document.path("exptime").asLong(),
        HexNumber.parseInt(document.path("value_crc32c").asText()));
  }
}
