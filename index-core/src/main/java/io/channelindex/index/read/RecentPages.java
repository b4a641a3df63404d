package io.channelindex.index.read;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The last pages of a feed: followers that were woken together ask for the same page, and it is
 * read, merged and given tokens once.
 *
 * <p>Thread-safe.
 */
final class RecentPages {
  private static final int PAGES = 4;
  private static final int MOST_ROWS = 1_000;

  private final ArrayDeque<Recent> recent = new ArrayDeque<>(PAGES + 1);

  /**
   * A page.
   *
   * @param view the number of the view that it is read under: views are big, and the pages of quiet
   *     feeds stay for long
   */
  private record Recent(Feed.Ask ask, long view, CompletableFuture<Reading> reading) {}

  /**
   * A page that answers, which may be under way; else null, and what the caller is going to read
   * answers from now on. An older view's page answers if it gets the feed on.
   */
  synchronized @Nullable CompletableFuture<Reading> find(
      Feed.Ask ask, StableView view, CompletableFuture<Reading> otherwise) {
    for (Recent page : recent) {
      if ((page.view() == view.number() || hasRows(page.reading())) && page.ask().equals(ask)) {
        return page.reading();
      }
    }
    recent.addFirst(new Recent(ask, view.number(), otherwise));
    if (recent.size() > PAGES) {
      recent.removeLast();
    }
    return null;
  }

  /** A page was read, or could not be (null): failures and big pages are not kept. */
  synchronized void settle(CompletableFuture<Reading> reading, @Nullable Reading done) {
    if (done != null && done.page().rows().size() <= MOST_ROWS) {
      return;
    }
    for (Iterator<Recent> pages = recent.iterator(); pages.hasNext(); ) {
      if (pages.next().reading() == reading) {
        pages.remove();
        return;
      }
    }
  }

  private static boolean hasRows(CompletableFuture<Reading> reading) {
    return reading.isDone()
        && !reading.isCompletedExceptionally()
        && !reading.join().page().rows().isEmpty();
  }
}
