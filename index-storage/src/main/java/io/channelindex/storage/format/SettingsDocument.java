package io.channelindex.storage.format;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.Placement;
import java.util.Objects;

/**
 * What all nodes of an index have to agree on (index-bucket.md, "format"): written by the first
 * node, compared by all others, which refuse to start where it differs from their own.
 *
 * <p>Version 1 had no placement: it was {@link Placement#SPREAD}.
 *
 * <pre>
 *  +--------+----------+----------+------------+--------+-----------+---------+
 *  | header | database | vbuckets | partitions | layout | placement | created |
 *  | 8      | fixed    | varint   | varint     | text   | text      | varint  |
 *  +--------+----------+----------+------------+--------+-----------+---------+
 * </pre>
 *
 * @param database a random identity: that of the tokens
 * @param vbuckets of the data bucket
 * @param partitions of the database
 * @param layout the stable name of the layout, {@code dense}
 * @param placement where the documents of channels lie: their keys follow from it
 * @param created when, in milliseconds since 1970, not negative
 */
public record SettingsDocument(
    long database, int vbuckets, int partitions, String layout, Placement placement, long created) {
  public SettingsDocument {
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(placement, "placement");
    Partitions.requireMap(vbuckets, partitions);
    if (created < 0) {
      throw new IllegalArgumentException("created before 1970: created=" + created);
    }
  }

  /** How the vbuckets are divided. */
  public PartitionMap map() {
    return new PartitionMap(vbuckets, partitions);
  }

  /** As a document of the index bucket. */
  public byte[] encode() {
    return PayloadWriter.ofDocument(48)
        .fixed(database)
        .varint(vbuckets)
        .varint(partitions)
        .text(layout)
        .text(placement.name())
        .varint(created)
        .seal(DocumentFormat.SETTINGS);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @throws UnreadableDocumentException if it is none of these
   */
  public static SettingsDocument decode(String key, byte[] document) {
    return PayloadReader.decode(key, DocumentFormat.SETTINGS, document, SettingsDocument::read);
  }

  private static SettingsDocument read(PayloadReader payload) {
    long database = payload.fixed();
    int vbuckets = payload.varint("vbuckets", Partitions.MAX + 1);
    int partitions = payload.varint("partitions", Partitions.MAX + 1);
    String layout = payload.text();
    Placement placement =
        payload.version() == 1 ? Placement.SPREAD : Placement.named(payload.text());
    return new SettingsDocument(
        database, vbuckets, partitions, layout, placement, payload.varint());
  }
}
