package io.channelindex.index.read;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** How much news of each of a feed's tails somebody has seen. Immutable. */
final class Seen {
  private final long[] news;

  Seen(long[] news) {
    this.news = news;
  }

  /** All that there is now. */
  static Seen now(List<Tail> tails) {
    long[] news = new long[tails.size()];
    for (int i = 0; i < news.length; i++) {
      news[i] = tails.get(i).news();
    }
    return new Seen(news);
  }

  /** Completes the future when one of the tails has more; at once if one has. */
  void await(List<Tail> tails, CompletableFuture<Void> future) {
    Runnable told = () -> future.complete(null);
    for (int i = 0; i < news.length; i++) {
      if (!tails.get(i).await(news[i], told)) {
        future.complete(null);
        break;
      }
    }
    var unused =
        future.whenComplete((done, failure) -> tails.forEach(tail -> tail.stopWaiting(told)));
  }
}
