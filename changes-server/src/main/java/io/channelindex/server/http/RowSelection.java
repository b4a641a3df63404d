package io.channelindex.server.http;

import io.channelindex.index.read.Page;
import io.channelindex.index.read.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which rows of a page a client is sent: those of the documents it named, up to its limit. */
final class RowSelection {
  private final @Nullable Set<String> documentIds;
  private final long limit;
  private final int pageSize;

  /**
   * A selection.
   *
   * @param documentIds the only documents; null for all
   * @param limit rows of all pages together
   * @param pageSize rows to ask for at once
   */
  RowSelection(@Nullable Set<String> documentIds, long limit, int pageSize) {
    this.documentIds = documentIds;
    this.limit = limit;
    this.pageSize = pageSize;
  }

  /** How many rows to ask for when so many were sent. */
  int ask(long sent) {
    // Of rows that may all be left out, as many as a page holds.
    return documentIds == null ? (int) Math.min(pageSize, limit - sent) : pageSize;
  }

  /** Whether a feed that has sent so many rows is at its end. */
  boolean isComplete(long sent) {
    return sent >= limit;
  }

  /** What of a page is to be sent; a page that is cut short ends with the last row that is left. */
  Page of(Page page, long sent) {
    if (documentIds == null && page.rows().size() <= limit - sent) {
      return page;
    }
    List<Row> selected = new ArrayList<>();
    for (int i = 0; i < page.rows().size(); i++) {
      Row row = page.rows().get(i);
      if (documentIds != null && !documentIds.contains(row.documentId())) {
        continue;
      }
      selected.add(row);
      int left = page.rows().size() - i - 1;
      if (sent + selected.size() == limit && left > 0) {
        return new Page(selected, row.seq(), false, page.pending() + left);
      }
    }
    return new Page(selected, page.lastSeq(), page.caughtUp(), page.pending());
  }
}
