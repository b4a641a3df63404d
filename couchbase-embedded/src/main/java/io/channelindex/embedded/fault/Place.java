package io.channelindex.embedded.fault;

import io.channelindex.embedded.engine.Bucket;

/**
 * Where matches are counted and chance is drawn.
 *
 * @param bucket the bucket of a vbucket, or "" for a connection; no bucket has that name
 * @param id of the vbucket or connection
 */
record Place(String bucket, long id) {
  static final Place NODE = new Place("", 0);

  /** The vbucket that {@code subject} is about, or else its connection. */
  static Place of(FaultSubject subject) {
    Bucket bucket = subject.bucket();
    return bucket == null || subject.vbucket() == FaultSubject.NONE
        ? new Place("", subject.connection())
        : new Place(bucket.name(), subject.vbucket());
  }
}
