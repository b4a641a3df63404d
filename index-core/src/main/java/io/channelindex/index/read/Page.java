package io.channelindex.index.read;

import java.util.List;

/**
 * The next rows of a feed.
 *
 * <p>A feed goes in rounds: a round's goal is what was readable when its first page was asked for,
 * and the next round begins after a page that was caught up. So a round ends, however much is
 * written meanwhile, and tells of each document at most once; only a feed that was resumed at a
 * row's token may tell of a document again that changed after that token's iteration began.
 *
 * @param rows in order; may be empty although the feed has not caught up
 * @param lastSeq the token after them: where another feed goes on without gap
 * @param caughtUp whether nothing is left of the round
 * @param pending how many rows are left of it, at most (index entries that a newer one supersedes
 *     are counted where counting exactly would cost reading them); 0 if and only if caught up
 */
public record Page(List<Row> rows, String lastSeq, boolean caughtUp, long pending) {
  public Page {
    rows = List.copyOf(rows);
  }
}
