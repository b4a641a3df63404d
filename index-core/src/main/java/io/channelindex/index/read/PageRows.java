package io.channelindex.index.read;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.FeedToken.Iteration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills a page: takes an iteration's rows in their order, passes over those up to the feed's
 * position and those it does not want, and counts what no longer fits. Not thread-safe.
 */
final class PageRows {
  private final @Nullable Iteration after;
  private final FeedRequest.Rows which;
  private final int limit;
  private final List<FeedRow> rows = new ArrayList<>();

  /** For each row the document to name in its token: more rows with its seqno follow. */
  private final List<@Nullable String> documents = new ArrayList<>();

  /** The last seqno that was offered of each vbucket; null where nobody wants to know. */
  private final long @Nullable [] reached;

  /** Rows after it are told later; null if there are none such. */
  private final @Nullable SequenceClock ceiling;

  private long left;

  PageRows(@Nullable Iteration after, FeedRequest.Rows which, int limit) {
    this(after, which, limit, null, null);
  }

  private PageRows(
      @Nullable Iteration after,
      FeedRequest.Rows which,
      int limit,
      long @Nullable [] reached,
      @Nullable SequenceClock ceiling) {
    this.after = after;
    this.which = which;
    this.limit = limit;
    this.reached = reached;
    this.ceiling = ceiling;
  }

  /**
   * Rows of which the seqnos are noted.
   *
   * @param reached one seqno per vbucket, to be raised to that of the last row offered
   */
  static PageRows noting(FeedRequest.Rows which, int limit, long[] reached) {
    return new PageRows(null, which, limit, reached, null);
  }

  /** Rows up to a clock; what is newer is passed over. */
  static PageRows upTo(
      SequenceClock ceiling, @Nullable Iteration after, FeedRequest.Rows which, int limit) {
    return new PageRows(after, which, limit, null, ceiling);
  }

  /** Takes rows that begin a vbucket and end one; whether there is room for more. */
  boolean take(List<FeedRow> offered) {
    for (int i = 0; i < offered.size(); i++) {
      FeedRow row = offered.get(i);
      if (reached != null && Long.compareUnsigned(row.seqno(), reached[row.vbucket()]) > 0) {
        reached[row.vbucket()] = row.seqno();
      }
      if (isDelivered(row)
          || isAbove(row)
          || (which == FeedRequest.Rows.ACTIVE && !row.isActive())) {
        continue;
      }
      if (isFull()) {
        left++;
      } else {
        boolean more = i + 1 < offered.size() && offered.get(i + 1).sharesSeqno(row);
        rows.add(row);
        documents.add(more ? row.documentId() : null);
      }
    }
    return !isFull();
  }

  private boolean isAbove(FeedRow row) {
    return ceiling != null && Long.compareUnsigned(row.seqno(), ceiling.seqno(row.vbucket())) > 0;
  }

  private boolean isDelivered(FeedRow row) {
    if (after == null || row.vbucket() > after.vbucket()) {
      return false;
    }
    if (row.vbucket() < after.vbucket()) {
      return true;
    }
    int order = Long.compareUnsigned(row.seqno(), after.seqno());
    return order < 0
        || (order == 0
            && (after.document() == null || row.documentId().compareTo(after.document()) <= 0));
  }

  /** The seqnos that were noted; null if none were asked for. */
  long @Nullable [] reached() {
    return reached;
  }

  boolean isFull() {
    return rows.size() >= limit;
  }

  /** How many rows were offered that did not fit. */
  long left() {
    return left;
  }

  List<FeedRow> rows() {
    return rows;
  }

  @Nullable String document(int row) {
    return documents.get(row);
  }
}
