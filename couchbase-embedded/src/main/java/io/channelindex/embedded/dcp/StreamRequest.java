package io.channelindex.embedded.dcp;

import io.channelindex.embedded.engine.FailoverLog;

/**
 * A client's wish to follow a vbucket.
 *
 * @param vbucket id of the vbucket
 * @param opaque the number that every message of the stream carries
 * @param flags bits as below
 * @param endSeqno the stream ends once this was sent; all ones for never
 * @param from where the client is; its seqno is the last one that it has seen
 * @param filter JSON that names collections, or empty
 */
public record StreamRequest(
    int vbucket, int opaque, int flags, long endSeqno, FailoverLog.Position from, String filter) {
  /** The bits that the protocol knows. */
  static final int KNOWN_FLAGS = 0xf7;

  /** The vbucket is to be taken over by another node. */
  static final int TAKEOVER = 0x01;

  /** Only what is on disk now. */
  static final int DISK_ONLY = 0x02;

  /** Only until the newest seqno of now. */
  static final int TO_LATEST = 0x04;

  /** Also a client at seqno 0 must know the branch. */
  static final int STRICT_VBUUID = 0x20;

  /** Start at the newest seqno of now. */
  static final int FROM_LATEST = 0x40;

  /** The client does not mind tombstones that were purged. */
  static final int IGNORE_PURGED_TOMBSTONES = 0x80;

  boolean has(int flag) {
    return (flags & flag) != 0;
  }
}
