package io.channelindex.storage.format;

/** The kinds of documents in the index bucket, each with the versions that can be read. */
public enum DocumentFormat {
  /** What the whole index agreed on; since version 2 with where its documents lie. */
  SETTINGS(1, 2),
  /** A partition's stable clock. */
  STABLE(2),
  /**
   * A channel's clock and block directory in a partition; since version 2 with compaction, since 3
   * with the state of the active block.
   */
  CHANNEL_HEAD(3, 3),
  /** A page of a block directory. */
  DIRECTORY_PAGE(4),
  /** Entries, layout dense. */
  DENSE_BLOCK(5),
  /** A branch vector under its digest. */
  BRANCH_VECTOR(6),
  /** Names of the channels of a partition. */
  CHANNEL_REGISTRY(7),
  /** A clock that tokens name. */
  CLOCK(8),
  /** Entries by columns, what compaction makes. */
  COLUMN_BLOCK(9),
  /** Entries in frames, layout log. */
  LOG_FRAMES(10),
  /** Entries without their revisions, layout hybrid. */
  HYBRID_BLOCK(11),
  /** The revisions of a document, layout hybrid. */
  REVISIONS(12),
  /** Two bits a seqno, layout bit-flag. */
  BIT_FLAG_BLOCK(13),
  /** What a seqno was, layout bit-flag; since version 2 with the epoch of who needed it last. */
  SEQUENCE(14, 2),
  /** A dictionary for compression. */
  DICTIONARY(15),
  /** A clock that several owners advance, or a part of one. */
  PARTITION_CLOCKS(24);

  private final int id;
  private final int newestVersion;

  DocumentFormat(int id) {
    this(id, 1);
  }

  DocumentFormat(int id, int newestVersion) {
    this.id = id;
    this.newestVersion = newestVersion;
  }

  /** Whether a document says that it is of this format; if not, nothing is known of it. */
  public boolean isOf(byte[] document) {
    return DocumentHeader.format(document) == id;
  }

  /** The stable number in the header. */
  public int id() {
    return id;
  }

  /** The oldest version that can be read. */
  int oldestVersion() {
    return 1;
  }

  /** The newest version that can be read: the one that is written. */
  int newestVersion() {
    return newestVersion;
  }

  /** The name of a kind for messages, also where there is none of that number. */
  static String describe(int id) {
    for (DocumentFormat format : values()) {
      if (format.id == id) {
        return format.name();
      }
    }
    return "unknown(" + id + ')';
  }
}
