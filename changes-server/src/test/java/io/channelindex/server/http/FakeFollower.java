package io.channelindex.server.http;

import io.channelindex.index.read.Follower;
import io.channelindex.index.read.Page;
import io.channelindex.index.read.Row;
import io.channelindex.storage.IndexStorageException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * A follower whose rows a test adds, and whose index a test takes away. Answers on a thread of its
 * own, as the real one does, and checks that it is asked one thing at a time.
 */
final class FakeFollower implements Follower {
  private static final Executor FOREIGN =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "fake-index");
            thread.setDaemon(true);
            return thread;
          });

  private final Deque<Row> rows = new ArrayDeque<>();
  private final List<Runnable> held = new ArrayList<>();
  private final List<Integer> asked = new ArrayList<>();
  private CompletableFuture<Void> news = new CompletableFuture<>();
  private String lastSeq;
  private boolean away;
  private boolean hanging;
  private boolean closed;
  private boolean busy;
  private boolean overlapped;
  private long endless;

  FakeFollower(String lastSeq) {
    this.lastSeq = lastSeq;
  }

  synchronized void add(Row... added) {
    rows.addAll(List.of(added));
    wake();
  }

  /** Never runs out of rows. */
  synchronized void makeEndless() {
    endless = 1;
    wake();
  }

  synchronized void goAway() {
    away = true;
  }

  synchronized void comeBack() {
    away = false;
    wake();
  }

  /** Does not answer any more, until it is resumed. */
  synchronized void hang() {
    hanging = true;
  }

  synchronized void resume() {
    hanging = false;
    held.forEach(Runnable::run);
    held.clear();
  }

  synchronized List<Integer> asked() {
    return List.copyOf(asked);
  }

  synchronized boolean isClosed() {
    return closed;
  }

  synchronized boolean wasOverlapped() {
    return overlapped;
  }

  private void wake() {
    news.complete(null);
    news = new CompletableFuture<>();
  }

  @Override
  public synchronized CompletionStage<Page> next(int limit) {
    overlapped |= busy || closed || limit < 1;
    busy = true;
    asked.add(limit);
    CompletableFuture<Page> answer = new CompletableFuture<>();
    Runnable answering = () -> FOREIGN.execute(() -> answer(answer, limit));
    if (hanging) {
      held.add(answering);
    } else {
      answering.run();
    }
    return answer;
  }

  private void answer(CompletableFuture<Page> answer, int limit) {
    Page page = null;
    synchronized (this) {
      busy = false;
      if (!away) {
        page = page(limit);
      }
    }
    if (page == null) {
      answer.completeExceptionally(new IndexStorageException("index is away"));
    } else {
      answer.complete(page);
    }
  }

  private Page page(int limit) {
    List<Row> taken = new ArrayList<>();
    while (taken.size() < limit && (!rows.isEmpty() || endless > 0)) {
      taken.add(rows.isEmpty() ? Rows.row("e" + endless++, "filler".repeat(40)) : rows.remove());
    }
    if (!taken.isEmpty()) {
      lastSeq = taken.get(taken.size() - 1).seq();
    }
    boolean caughtUp = rows.isEmpty() && endless == 0;
    return new Page(taken, lastSeq, caughtUp, caughtUp ? 0 : Math.max(1, rows.size()));
  }

  @Override
  public synchronized CompletionStage<Void> news() {
    return rows.isEmpty() && endless == 0 && !closed
        ? news
        : CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized String lastSeq() {
    return lastSeq;
  }

  @Override
  public synchronized void close() {
    closed = true;
    wake();
  }
}
