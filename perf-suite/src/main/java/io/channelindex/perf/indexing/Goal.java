package io.channelindex.perf.indexing;

import io.channelindex.index.CommitListener;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Hears commits and says when everything up to a seqno per vbucket is readable. Safe for use by
 * many threads.
 */
final class Goal implements CommitListener {
  private final long[] stable;
  private long @Nullable [] goal;
  private int missing;
  private CompletableFuture<Void> reached = new CompletableFuture<>();

  /**
   * @param from where each vbucket counts as readable before anything was committed
   */
  Goal(long[] from) {
    stable = from.clone();
  }

  /** Completes, on the thread that commits, when everything up to there is readable. */
  synchronized CompletionStage<Void> set(long[] to) {
    goal = to.clone();
    reached = new CompletableFuture<>();
    missing = 0;
    for (int vbucket = 0; vbucket < to.length; vbucket++) {
      missing += isReached(vbucket, to) ? 0 : 1;
    }
    completeIfReached();
    return reached;
  }

  /** What is missing, for a failure's message. */
  synchronized int missing() {
    return missing;
  }

  @Override
  public void committing(Announcement announcement) {}

  @Override
  public synchronized void committed(StableDocument document) {
    long[] to = goal;
    int vbucket = document.firstVbucket();
    for (VbucketState state : document.vbuckets()) {
      boolean before = to != null && isReached(vbucket, to);
      if (Long.compareUnsigned(state.stable(), stable[vbucket]) > 0) {
        stable[vbucket] = state.stable();
      }
      if (to != null && !before && isReached(vbucket, to)) {
        missing--;
      }
      vbucket++;
    }
    completeIfReached();
  }

  private boolean isReached(int vbucket, long[] to) {
    return Long.compareUnsigned(stable[vbucket], to[vbucket]) >= 0;
  }

  private void completeIfReached() {
    if (goal != null && missing == 0) {
      goal = null;
      reached.complete(null);
    }
  }
}
