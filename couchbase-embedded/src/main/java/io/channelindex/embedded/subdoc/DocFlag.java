package io.channelindex.embedded.subdoc;

/** The bits of a request's document flags. */
final class DocFlag {
  /** A missing document is created. */
  static final int MKDOC = 0x01;

  /** The document must be missing, and is created. */
  static final int ADD = 0x02;

  /** A deleted document can be read and changed; it stays deleted. */
  static final int ACCESS_DELETED = 0x04;

  /** What is created is a deleted document. */
  static final int CREATE_AS_DELETED = 0x08;

  /** The document must be deleted, and lives afterwards. */
  static final int REVIVE_DOCUMENT = 0x10;

  /** The lookup is for a replica vbucket. */
  static final int REPLICA_READ = 0x20;

  static final int ALL =
      MKDOC | ADD | ACCESS_DELETED | CREATE_AS_DELETED | REVIVE_DOCUMENT | REPLICA_READ;

  private DocFlag() {}
}
