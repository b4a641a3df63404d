package io.channelindex.index.read;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.Entry;
import io.channelindex.storage.format.StableDocument;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recent entries of a channel, read once for all who follow it (R4).
 *
 * <p>A tail has every readable entry after its {@code from} clock up to the view, except in the
 * partitions that it is <em>behind</em> in: there only up to an older state of the partition. It
 * falls behind where a commit touched the channel, and catches up with one read of all those
 * partitions: at once if somebody waits for news, else when somebody asks. A commit that did not
 * touch the channel moves the tail along for nothing, and one of this process brings its entries
 * along.
 *
 * <p>Thread-safe: guarded by its monitor. Movements come under the monitor of {@link StableClocks},
 * which is always taken first. Waiting followers are told on the executor.
 */
final class Tail {
  private static final Logger LOG = LoggerFactory.getLogger(Tail.class);
  private static final Comparator<Entry> ORDER =
      Comparator.comparingInt(Entry::vbucket).thenComparing(Entry::seqno, Long::compareUnsigned);

  /** What an entry takes beside its texts: objects, references, headers, in bytes. */
  private static final int ENTRY_OVERHEAD = 160;

  private final Channel channel;
  private final StableClocks clocks;
  private final SliceReader reader;
  private final ReaderSettings settings;
  private final ScheduledExecutorService executor;
  private final ReadCounters counters;

  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private final Map<Integer, Lag> behind = new HashMap<>();
  private final Set<Runnable> waiting = new LinkedHashSet<>();
  private final Backoff backoff;
  private SequenceClock from;
  private long bytes;
  private long news;
  private long resets;
  private @Nullable CompletableFuture<Void> catchingUp;
  private boolean retryScheduled;
  private boolean dropped;

  /**
   * The last commit of a partition up to which the tail may lack what was superseded after it: it
   * was read from blocks that had more already.
   */
  private final Map<Integer, Long> thin = new HashMap<>();

  /** The newest view under which entries were given up: in older ones they were news. */
  private long lostAt;

  /**
   * Up to where the tail has a partition that it is behind in. It may stay so for long, and stable
   * documents are big.
   */
  private static final class Lag {
    final long commit;

    /** One seqno per vbucket of the partition. */
    final long[] stable;

    Lag(StableDocument document) {
      commit = document.commit();
      stable = Slice.stable(document);
    }
  }

  /** How many followers hold the tail. Guarded by {@link StableClocks}. */
  int users;

  /** An empty tail that begins at a view: the current one, which cannot move meanwhile. */
  Tail(
      Channel channel,
      StableView view,
      StableClocks clocks,
      SliceReader reader,
      ReaderSettings settings,
      ScheduledExecutorService executor,
      ReadCounters counters) {
    this.channel = channel;
    this.clocks = clocks;
    this.reader = reader;
    this.settings = settings;
    this.executor = executor;
    this.counters = counters;
    this.backoff = new Backoff(settings);
    this.from = view.clock();
  }

  Channel channel() {
    return channel;
  }

  /**
   * A partition moved in a way that concerns the channel. Called under the clocks' monitor.
   *
   * @return whether there is news that followers have to be {@linkplain #tell told} once they can
   *     see the view
   */
  synchronized boolean moved(Movement movement, StableView after) {
    if (movement.reach() == Movement.Reach.UNDONE) {
      forget(movement.partition(), after);
      return true;
    }
    List<Entry> brought = movement.entriesOf(channel.name());
    if (brought != null && !behind.containsKey(movement.partition())) {
      return takeOver(movement, brought, after);
    }
    behind.computeIfAbsent(movement.partition(), partition -> new Lag(movement.before()));
    catchUpIfAwaited();
    return false;
  }

  /** Counts whenever there is something new to see: what {@link #await} compares. */
  synchronized long news() {
    return news;
  }

  /** Whether the tail reaches back to a clock, wherever another clock is after it. */
  synchronized boolean reachesBackTo(SequenceClock since, SequenceClock upper) {
    for (int vbucket = 0; vbucket < since.vbuckets(); vbucket++) {
      long seqno = since.seqno(vbucket);
      if (Long.compareUnsigned(upper.seqno(vbucket), seqno) > 0
          && Long.compareUnsigned(seqno, from.seqno(vbucket)) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Completes when the tail has all that the view says is there; fails if that cannot be read. One
   * that was dropped will never have it: at once then.
   */
  CompletionStage<Void> reach(StableView view) {
    synchronized (this) {
      if (dropped || has(view)) {
        return CompletableFuture.completedFuture(null);
      }
    }
    // The one under way may have begun before the view: then one more is needed.
    return catchUp().thenComposeAsync(done -> reach(view), executor);
  }

  /**
   * Adds the entries between two clocks, in the order in which they were indexed.
   *
   * @param view at or after {@code upper}, but for vbuckets where both clocks are ahead of it
   * @return how much news they account for; -1 if the tail does not have them, and nothing is
   *     added, or does not know any more what is news to who has this view
   */
  synchronized long collect(
      SequenceClock since, SequenceClock upper, StableView view, List<Entry> into) {
    if (dropped || !knows(view) || !has(view) || !reachesBackTo(since, upper)) {
      return -1;
    }
    long seen = news;
    for (Entry entry : entries) {
      int vbucket = entry.vbucket();
      if (Long.compareUnsigned(entry.seqno(), upper.seqno(vbucket)) > 0) {
        seen = news - 1;
      } else if (Long.compareUnsigned(entry.seqno(), since.seqno(vbucket)) > 0
          && view.vbucket(vbucket).history().contains(entry.vbuuid(), entry.seqno())) {
        into.add(entry);
      }
    }
    return seen;
  }

  /**
   * Whether the channel has been as it was at a clock ever since. Entries that are superseded are
   * not in tails that were read from blocks: whatever came later, then, is a reason to doubt.
   */
  synchronized boolean isUnchangedSince(SequenceClock clock, StableView view) {
    if (dropped || !knows(view) || !behind.isEmpty() || !reachesBackTo(clock, view.clock())) {
      return false;
    }
    for (Entry entry : entries) {
      if (Long.compareUnsigned(entry.seqno(), clock.seqno(entry.vbucket())) > 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Tells the follower, once, when there is more news than it has seen.
   *
   * @return false if there is already: the follower is not told then
   */
  synchronized boolean await(long seen, Runnable follower) {
    if (news != seen) {
      return false;
    }
    waiting.add(follower);
    catchUpIfAwaited();
    return true;
  }

  /** The follower does not wait any more. */
  synchronized void stopWaiting(Runnable follower) {
    waiting.remove(follower);
  }

  /** The tail is not used any more: its memory is no longer accounted for. */
  synchronized void drop() {
    counters.tailBytes.add(-bytes);
    bytes = 0;
    entries.clear();
    dropped = true;
  }

  /** Whether the tail has, as far as it goes, all that was to be told when the view was new. */
  private boolean knows(StableView view) {
    if (view.number() < lostAt) {
      return false;
    }
    for (Map.Entry<Integer, Long> partition : thin.entrySet()) {
      if (view.document(partition.getKey()).commit() <= partition.getValue()) {
        return false;
      }
    }
    return true;
  }

  private boolean has(StableView view) {
    for (Map.Entry<Integer, Lag> lag : behind.entrySet()) {
      if (lag.getValue().commit < view.document(lag.getKey()).commit()) {
        return false;
      }
    }
    return true;
  }

  private void catchUpIfAwaited() {
    if (!behind.isEmpty() && !waiting.isEmpty() && catchingUp == null && !retryScheduled) {
      executor.execute(this::catchUpUnasked);
    }
  }

  private void catchUpUnasked() {
    // A failure is logged and retried where it happens.
    catchUp();
  }

  /** One read of all partitions that the tail is behind in, shared by all who ask meanwhile. */
  private CompletionStage<Void> catchUp() {
    return clocks.frozen(this::begin);
  }

  private synchronized CompletionStage<Void> begin(StableView view) {
    if (catchingUp != null) {
      return catchingUp;
    }
    CompletableFuture<Void> read = new CompletableFuture<>();
    if (behind.isEmpty()) {
      read.complete(null);
      return read;
    }
    catchingUp = read;
    long began = resets;
    List<Slice> slices = new ArrayList<>(behind.size());
    behind.forEach(
        (partition, lag) -> slices.add(Slice.after(channel, lag.stable, view.document(partition))));
    // Whatever is thrown on the way has to reach who waits for the read.
    var unused =
        CompletableFuture.completedFuture(slices)
            .thenCompose(reader::plan)
            .thenCompose(plans -> isTooMuch(plans) ? tooMuch() : reader.read(plans))
            .thenAcceptAsync(
                found -> clocks.frozen(now -> end(view, now, slices, found, began)), executor)
            .whenComplete(
                (done, failure) -> {
                  if (failure == null) {
                    read.complete(null);
                  } else {
                    failed(Stages.cause(failure));
                    executor.execute(() -> read.completeExceptionally(Stages.cause(failure)));
                  }
                });
    return read;
  }

  /** More than the tail would keep: followers that want it have to read it for themselves. */
  private boolean isTooMuch(List<SlicePlan> plans) {
    long closed = 0;
    for (SlicePlan plan : plans) {
      closed += plan.listedEntries();
    }
    return closed * ENTRY_OVERHEAD > settings.tailBytes();
  }

  private static CompletionStage<List<List<Entry>>> tooMuch() {
    return CompletableFuture.completedFuture(List.of());
  }

  private synchronized boolean end(
      StableView read, StableView now, List<Slice> slices, List<List<Entry>> found, long began) {
    catchingUp = null;
    backoff.succeeded();
    if (resets == began && !dropped) {
      for (Slice slice : slices) {
        caughtUp(slice.partition(), read, now);
      }
      if (found.isEmpty()) {
        beginAgain(slices, read);
      } else {
        boolean news = false;
        for (int i = 0; i < found.size(); i++) {
          news |= appendRead(slices.get(i), found.get(i));
        }
        if (news) {
          tell();
        }
      }
      trim(now);
    }
    catchUpIfAwaited();
    return true;
  }

  /**
   * Adds what a commit of this process brought, after which nothing of the partition is missing.
   */
  private boolean takeOver(Movement movement, List<Entry> brought, StableView after) {
    Slice slice = Slice.between(channel, movement.before(), movement.after());
    List<Entry> readable = new ArrayList<>(brought.size());
    for (Entry entry : brought) {
      if (slice.wants(entry)) {
        readable.add(entry);
      }
    }
    counters.handedOver.add(readable.size());
    append(readable);
    trim(after);
    return !readable.isEmpty();
  }

  private void caughtUp(int partition, StableView read, StableView now) {
    if (now.document(partition).commit() == read.document(partition).commit()) {
      behind.remove(partition);
    } else {
      behind.put(partition, new Lag(read.document(partition)));
    }
  }

  /**
   * Adds what was read of a partition.
   *
   * @return whether it is anything
   */
  private boolean appendRead(Slice slice, List<Entry> found) {
    List<Entry> within = new ArrayList<>(found);
    within.removeIf(slice::isAbove);
    if (within.size() < found.size()) {
      // For good: who has an older view may be slow, whatever is read meanwhile.
      thin.put(slice.partition(), slice.state().commit());
    }
    append(within);
    return !within.isEmpty();
  }

  private void append(List<Entry> added) {
    List<Entry> sorted = new ArrayList<>(added);
    sorted.sort(ORDER);
    for (Entry entry : sorted) {
      entries.addLast(entry);
      grow(size(entry));
    }
  }

  private void beginAgain(List<Slice> slices, StableView view) {
    for (Slice slice : slices) {
      leave(slice.partition(), view);
    }
    tell();
  }

  private void forget(int partition, StableView view) {
    behind.remove(partition);
    resets++;
    leave(partition, view);
  }

  /** Gives up what the tail has of a partition: it begins where the view is. */
  private void leave(int partition, StableView view) {
    lost(view);
    thin.remove(partition);
    int first = view.map().first(partition);
    int last = view.map().last(partition);
    long[] seqnos = from.toArray();
    for (int vbucket = first; vbucket <= last; vbucket++) {
      seqnos[vbucket] = view.clock().seqno(vbucket);
    }
    from = SequenceClock.of(seqnos);
    entries.removeIf(
        entry -> {
          boolean gone = entry.vbucket() >= first && entry.vbucket() <= last;
          if (gone) {
            grow(-size(entry));
          }
          return gone;
        });
  }

  /** Drops the oldest entries, a quarter more than necessary: the clock is copied once then. */
  private void trim(StableView view) {
    boolean tight = counters.tailBytes.sum() > settings.totalTailBytes();
    long limit = tight ? Math.min(settings.tailBytes(), bytes / 2) : settings.tailBytes();
    if (bytes <= limit) {
      return;
    }
    lost(view);
    long[] seqnos = from.toArray();
    while (bytes > limit - limit / 4) {
      Entry oldest = entries.removeFirst();
      grow(-size(oldest));
      seqnos[oldest.vbucket()] = oldest.seqno();
    }
    from = SequenceClock.of(seqnos);
  }

  private void lost(StableView view) {
    lostAt = Math.max(lostAt, view.number());
  }

  private void grow(long size) {
    bytes += size;
    counters.tailBytes.add(size);
  }

  private static long size(Entry entry) {
    return (long) ENTRY_OVERHEAD + entry.documentId().length() + entry.revision().length();
  }

  /** There is news, in a view that can be seen. */
  synchronized void tell() {
    news++;
    if (!waiting.isEmpty()) {
      List<Runnable> told = List.copyOf(waiting);
      waiting.clear();
      executor.execute(() -> told.forEach(Runnable::run));
    }
  }

  private synchronized void failed(Throwable problem) {
    catchingUp = null;
    counters.failures.increment();
    LOG.warn("a channel cannot be read: channel={}, cause={}", channel.name(), problem.toString());
    if (!waiting.isEmpty() && !retryScheduled) {
      retryScheduled = true;
      Duration pause = backoff.failed();
      var unused = executor.schedule(this::retry, pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void retry() {
    retryScheduled = false;
    catchUpIfAwaited();
  }
}
