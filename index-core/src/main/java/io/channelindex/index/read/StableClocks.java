package io.channelindex.index.read;

import io.channelindex.index.CommitListener;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.format.StableDocument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the newest {@link StableView}: from what wake-ups push, what the writers of this process
 * commit, and by reading all stable documents when they say so, when somebody needs to know, and
 * after a failure until it is over.
 *
 * <p>A pushed document that is older than the known one is late and ignored. One that was read and
 * is older than what was known when the read began is a regression: the bucket has lost writes. It
 * is logged, counted and believed, because what is not in the bucket cannot be read; feeds that are
 * ahead of it wait and never go back.
 *
 * <p>Thread-safe. Moves happen one at a time, under this object's monitor.
 */
final class StableClocks implements WakeUps.Listener, CommitListener {
  private static final Logger LOG = LoggerFactory.getLogger(StableClocks.class);

  private final StableSource source;
  private final PartitionMap map;
  private final ScheduledExecutorService executor;
  private final ReadCounters counters;
  private final Backoff backoff;

  private volatile Moves moves = (movement, after) -> {};
  private volatile StableView view;
  private volatile boolean available;
  private volatile boolean closed;

  /** The look under way, and the one that begins after it. Guarded by {@code this}. */
  private @Nullable CompletableFuture<StableView> current;

  private @Nullable CompletableFuture<StableView> queued;
  private boolean retryScheduled;

  /**
   * The newest announcement of each partition that this process writes. Guarded by {@code this}.
   */
  private final Map<Integer, Announcement> announced = new HashMap<>();

  /** Who has to know which partitions moved. Told under the monitor; must be quick. */
  @FunctionalInterface
  interface Moves {
    /** A partition moved; nobody can see the view that follows yet. */
    void moved(Movement movement, StableView after);

    /** The view that follows can be seen. */
    default void published() {}

    /** These, and others after them. */
    default Moves andThen(Moves others) {
      Moves first = this;
      return new Moves() {
        @Override
        public void moved(Movement movement, StableView after) {
          first.moved(movement, after);
          others.moved(movement, after);
        }

        @Override
        public void published() {
          first.published();
          others.published();
        }
      };
    }
  }

  StableClocks(
      StableSource source,
      PartitionMap map,
      ReaderSettings settings,
      ScheduledExecutorService executor,
      ReadCounters counters) {
    this.source = source;
    this.map = map;
    this.executor = executor;
    this.counters = counters;
    this.backoff = new Backoff(settings);
    this.view = StableView.unread(map);
  }

  /** Begins to tell who has to know; before the first look. */
  void start(Moves listener) {
    moves = listener;
  }

  StableView view() {
    return view;
  }

  boolean isAvailable() {
    return available;
  }

  /** Looks at the view while it cannot move. */
  synchronized <T> T frozen(Function<StableView, T> look) {
    return look.apply(view);
  }

  @Override
  public void moved(StableDocument document) {
    if (closed || !StableView.fits(map, document)) {
      return;
    }
    synchronized (this) {
      StableDocument known = view.document(document.partition());
      if (document.commit() > known.commit()) {
        apply(List.of(forward(known, document)));
      }
    }
  }

  @Override
  public synchronized void committing(Announcement announcement) {
    announced.put(announcement.partition(), announcement);
  }

  @Override
  public void committed(StableDocument document) {
    moved(document);
  }

  @Override
  public void look() {
    if (!closed) {
      refresh();
    }
  }

  /**
   * Reads all stable documents, beginning after this call: who asks while a look is under way gets
   * the next one, together with all others who do.
   */
  synchronized CompletionStage<StableView> refresh() {
    if (current == null) {
      current = new CompletableFuture<>();
      begin(current);
      return current;
    }
    if (queued == null) {
      queued = new CompletableFuture<>();
    }
    return queued;
  }

  void close() {
    closed = true;
  }

  private void begin(CompletableFuture<StableView> look) {
    StableView before = view;
    counters.looks.increment();
    source
        .read()
        .whenCompleteAsync(
            (documents, failure) ->
                finish(look, documents == null ? failure : adopt(before, documents)),
            executor);
  }

  /**
   * Takes over what was read.
   *
   * @return what went wrong, of which whoever waits for the look has to hear; null if nothing did
   */
  private @Nullable Throwable adopt(StableView before, List<StableDocument> documents) {
    try {
      adoptAll(before, documents);
      return null;
    } catch (RuntimeException | Error thrown) {
      return thrown;
    }
  }

  private synchronized void adoptAll(StableView before, List<StableDocument> documents) {
    List<Movement> movements = new ArrayList<>();
    for (StableDocument document : documents) {
      StableDocument known = view.document(document.partition());
      if (document.commit() > known.commit()) {
        movements.add(forward(known, document));
      } else if (isRegression(before.document(document.partition()), document)) {
        counters.regressions.increment();
        LOG.error(
            "the index bucket lost commits of a partition: partition={}, commit={}, known={}",
            document.partition(),
            document.commit(),
            known.commit());
        movements.add(Movement.regression(known, document));
      }
    }
    apply(movements);
  }

  /** A step forward, with the entries that it brought if this process wrote them. */
  private Movement forward(StableDocument known, StableDocument document) {
    Movement movement = Movement.forward(known, document);
    Announcement announcement = announced.get(document.partition());
    if (announcement == null || announcement.commit() > document.commit()) {
      return movement;
    }
    announced.remove(document.partition());
    boolean next =
        announcement.commit() == document.commit()
            && announcement.owner().equals(document.owner())
            && known.commit() == document.commit() - 1
            && known.owner().equals(document.owner());
    return next ? movement.with(announcement.entries()) : movement;
  }

  private static boolean isRegression(StableDocument known, StableDocument read) {
    return read.commit() < known.commit()
        || (read.commit() == known.commit() && !read.equals(known));
  }

  private void apply(List<Movement> movements) {
    if (movements.isEmpty()) {
      return;
    }
    StableView moved = view.with(movements.stream().map(Movement::after).toList());
    for (Movement movement : movements) {
      moves.moved(movement, moved);
    }
    // Not before: followers take the view without the monitor, and a tail that does not know yet
    // that it is behind would tell them that it has all that the view says is there.
    view = moved;
    // Not before: a follower that is woken and finds the old view would take all the news for seen
    // and sleep again.
    moves.published();
  }

  private void finish(CompletableFuture<StableView> look, @Nullable Throwable problem) {
    StableView read = turn(problem);
    if (problem == null) {
      look.complete(read);
    } else {
      look.completeExceptionally(Stages.cause(problem));
    }
  }

  /** Notes how a look ended and begins the next one if it was asked for. */
  private synchronized StableView turn(@Nullable Throwable problem) {
    if (problem == null) {
      if (!available) {
        LOG.info("the index bucket answers");
      }
      available = true;
      backoff.succeeded();
    } else {
      failed(problem);
    }
    current = queued;
    queued = null;
    if (current != null) {
      begin(current);
    }
    return view;
  }

  private void failed(Throwable problem) {
    counters.failures.increment();
    if (available) {
      LOG.warn("the index bucket cannot be read", Stages.cause(problem));
    }
    available = false;
    if (!retryScheduled && !closed) {
      retryScheduled = true;
      long pause = backoff.failed().toMillis();
      var unused = executor.schedule(this::retry, pause, TimeUnit.MILLISECONDS);
    }
  }

  private void retry() {
    synchronized (this) {
      retryScheduled = false;
    }
    look();
  }
}
