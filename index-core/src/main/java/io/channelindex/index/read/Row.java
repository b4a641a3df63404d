package io.channelindex.index.read;

import java.util.List;

/**
 * A change as a follower sees it.
 *
 * @param seq its token: a feed that begins there goes on after this row
 * @param documentId the document
 * @param revision its revision, never empty
 * @param deleted whether it was deleted
 * @param removed the channels of the feed that it left, sorted; empty while it is in one of them or
 *     if it was deleted
 */
public record Row(
    String seq, String documentId, String revision, boolean deleted, List<String> removed) {
  public Row {
    removed = List.copyOf(removed);
  }
}
