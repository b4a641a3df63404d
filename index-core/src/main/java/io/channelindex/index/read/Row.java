package io.channelindex.index.read;

import io.channelindex.sequence.token.Token;
import java.util.List;

/**
 * A change as a follower sees it.
 *
 * @param token a feed that begins there goes on after this row
 * @param documentId the document
 * @param revision its revision, never empty
 * @param deleted whether it was deleted
 * @param removed the channels of the feed that it left, sorted; empty while it is in one of them or
 *     if it was deleted
 */
public record Row(
    Token token, String documentId, String revision, boolean deleted, List<String> removed) {
  public Row {
    removed = List.copyOf(removed);
  }

  /** A row with the text of its token. */
  public Row(
      String seq, String documentId, String revision, boolean deleted, List<String> removed) {
    this(Token.of(seq), documentId, revision, deleted, removed);
  }

  /** The text of its token, put together anew each time. */
  public String seq() {
    return token.toString();
  }
}
