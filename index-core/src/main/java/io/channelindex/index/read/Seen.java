package io.channelindex.index.read;

import java.util.Arrays;
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

  /** Nothing yet: there is news of each of so many tails. */
  static Seen nothing(int tails) {
    long[] news = new long[tails];
    Arrays.fill(news, -1);
    return new Seen(news);
  }

  /** What this and the other have seen, of the tails of the one, then those of the other. */
  Seen and(Seen other) {
    long[] both = Arrays.copyOf(news, news.length + other.news.length);
    System.arraycopy(other.news, 0, both, news.length, other.news.length);
    return new Seen(both);
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
