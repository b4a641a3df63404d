package io.channelindex.index.write;

import io.channelindex.storage.EntryState;
import java.util.List;

/**
 * A document's state at a seqno, as the index sees it: every channel that it is in, and those that
 * it left.
 *
 * @param documentId 1 … 250 bytes of UTF-8
 * @param vbucket its vbucket
 * @param seqno of the mutation, unsigned, at least 1
 * @param memberships what it says to which channels, each channel once, and to channel {@code *},
 *     which every document is in until it is deleted, under the change's own seqno. Leavings keep
 *     their own, possibly earlier, seqno: the mutation that caused them may have been deduplicated
 *     away
 */
public record IndexedChange(
    String documentId, int vbucket, long seqno, List<Membership> memberships) {
  public IndexedChange {
    memberships = List.copyOf(memberships);
  }

  /**
   * What a change says to one channel.
   *
   * @param channel its name
   * @param seqno of the row: that of the change, or that of the leaving
   * @param revision the document's revision at that seqno, never empty
   * @param state active, removed or deleted
   */
  public record Membership(String channel, long seqno, String revision, EntryState state) {}
}
