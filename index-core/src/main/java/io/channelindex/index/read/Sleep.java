package io.channelindex.index.read;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * How a feed's follower waits for news, until it is closed: which ends the wait.
 *
 * <p>Thread-safe.
 */
final class Sleep {
  // Guarded by this.
  private @Nullable CompletableFuture<Void> waiting;
  private boolean over;

  /** Waits for more news than somebody has seen; over at once if there is, and if it is closed. */
  CompletionStage<Void> until(List<Tail> tails, Seen seen) {
    CompletableFuture<Void> news = new CompletableFuture<>();
    synchronized (this) {
      if (over) {
        return CompletableFuture.completedFuture(null);
      }
      waiting = news;
    }
    seen.await(tails, news);
    return news;
  }

  synchronized boolean isOver() {
    return over;
  }

  /** No more waiting; false if it was over already. */
  boolean end() {
    CompletableFuture<Void> last;
    synchronized (this) {
      if (over) {
        return false;
      }
      over = true;
      last = waiting;
    }
    if (last != null) {
      last.complete(null);
    }
    return true;
  }
}
