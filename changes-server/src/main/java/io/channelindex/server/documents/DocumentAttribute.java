package io.channelindex.server.documents;

import com.couchbase.client.java.kv.MutateInMacro;
import com.couchbase.client.java.kv.MutateInSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The metadata attribute as it stands on a document: the metadata and what the data service wrote
 * into it by macro.
 *
 * @param metadata without pending leavings
 * @param cas of the document after the write that wrote the attribute
 * @param seqno of that write, unsigned
 * @param crc the CRC32C of the body that it wrote; 0 on a tombstone
 */
public record DocumentAttribute(DocumentMetadata metadata, long cas, long seqno, int crc) {
  /** The attribute's name. */
  public static final String NAME = "_ci";

  /**
   * Reads the attribute.
   *
   * @return empty if this is not of our making: then it is as good as not there
   */
  public static Optional<DocumentAttribute> parse(byte[] json) {
    return AttributeFormat.read(json);
  }

  /**
   * The metadata as of a write that carries the attribute.
   *
   * <p>If the attribute is of this write by its CAS but not by its seqno, the write was copied from
   * another bucket (XDCR, a restored backup), and so is what the attribute says of seqnos: all that
   * is certain is that the document is not in those channels with this write. The same goes for
   * leavings that would be later than the write.
   *
   * @param writeCas of the document after the write
   * @param writeSeqno of the write
   */
  public DocumentMetadata asOf(long writeCas, long writeSeqno) {
    return cas == writeCas && seqno != writeSeqno
        ? metadata.allPending()
        : metadata.notAfter(writeSeqno);
  }

  /** What to write to a document so that it carries these metadata: whole, then the macros. */
  static List<MutateInSpec> specs(DocumentMetadata metadata) {
    AttributeFormat.Written written = AttributeFormat.write(metadata);
    List<MutateInSpec> specs = new ArrayList<>();
    specs.add(MutateInSpec.upsert(NAME, DocumentJson.write(written.json())).xattr());
    specs.add(macro("cas", MutateInMacro.CAS));
    specs.add(macro("seq", MutateInMacro.SEQ_NO));
    if (!metadata.isDeleted()) {
      specs.add(macro("crc", MutateInMacro.VALUE_CRC_32C));
    }
    for (String slot : written.pendingSlots()) {
      specs.add(macro("slots." + slot + ".seq", MutateInMacro.SEQ_NO));
    }
    return specs;
  }

  private static MutateInSpec macro(String path, MutateInMacro macro) {
    return MutateInSpec.upsert(NAME + "." + path, macro).xattr();
  }
}
