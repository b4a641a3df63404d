package io.channelindex.index.memory;

import io.channelindex.index.CommitListener;
import io.channelindex.index.memory.MemoryVbucket.Effect;
import io.channelindex.index.write.DocumentSource;
import io.channelindex.index.write.FencedException;
import io.channelindex.index.write.IndexedChange;
import io.channelindex.index.write.PartitionIndexer;
import io.channelindex.index.write.RecentCommits;
import io.channelindex.index.write.SerialExecutor;
import io.channelindex.index.write.WriterStatus;
import io.channelindex.index.write.WriterStatus.State;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.StableDocument;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts what the streams of one partition bring into memory. What has come when a commit begins goes
 * with it: under load commits are larger, not later.
 *
 * <p>Thread-safe: calls return at once, and everything is done on a serial executor of the
 * partition, one task at a time.
 */
final class MemoryWriter implements PartitionIndexer {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryWriter.class);

  private final MemoryIndex index;
  private final MemoryPartition partition;
  private final StableDocument taken;
  private final DocumentSource documents;
  private final SerialExecutor serial;
  private final CommitListener listener;
  private final LongSupplier nanos;
  private final List<MemoryVbucket> vbuckets = new ArrayList<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final CompletableFuture<Void> idle = new CompletableFuture<>();
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong changes = new AtomicLong();

  // Confined to the serial executor.
  private boolean commitScheduled;
  private boolean toTell;
  private long waitingBytes;

  // Written on the serial executor, read by anyone.
  private volatile State state = State.RUNNING;
  private volatile @Nullable Long oldestWaiting;

  MemoryWriter(
      MemoryIndex index,
      MemoryPartition partition,
      StableDocument taken,
      DocumentSource documents,
      SerialExecutor serial,
      CommitListener listener,
      LongSupplier nanos) {
    this.index = index;
    this.partition = partition;
    this.taken = taken;
    this.documents = documents;
    this.serial = serial;
    this.listener = listener;
    this.nanos = nanos;
    int vbucket = taken.firstVbucket();
    for (StableDocument.VbucketState readable : taken.vbuckets()) {
      vbuckets.add(new MemoryVbucket(vbucket++, readable, index::name));
    }
  }

  @Override
  public Map<Integer, StreamPosition> positions() {
    Map<Integer, StreamPosition> positions = new TreeMap<>();
    for (int i = 0; i < taken.vbuckets().size(); i++) {
      positions.put(taken.firstVbucket() + i, StreamPosition.BEGINNING);
    }
    return positions;
  }

  @Override
  public void opened(int vbucket, List<FailoverEntry> log) {
    List<FailoverEntry> copy = List.copyOf(log);
    accept(
        () -> {
          toTell |= vbucket(vbucket).opened(copy);
          if (toTell) {
            scheduleCommit();
          }
        });
  }

  @Override
  public void snapshot(int vbucket, long start, long end) {
    accept(() -> vbucket(vbucket).snapshot(start, end));
  }

  @Override
  public void change(
      int vbucket, long seqno, CompletionStage<Optional<IndexedChange>> change, Runnable done) {
    CompletableFuture<Optional<IndexedChange>> indexed = change.toCompletableFuture();
    serial.execute(
        () -> {
          boolean news = false;
          if (state == State.RUNNING) {
            try {
              MemoryVbucket into = vbucket(vbucket);
              news = into.change(seqno, indexed, done, nanos.getAsLong());
              if (news) {
                changed(into, indexed);
              }
            } catch (RuntimeException thrown) {
              fail(thrown);
            }
          }
          if (!news) {
            letGo(done);
          }
        });
  }

  private void changed(MemoryVbucket vbucket, CompletableFuture<?> indexed) {
    changes.incrementAndGet();
    if (oldestWaiting == null) {
      oldestWaiting = nanos.getAsLong();
    }
    if (indexed.isDone()) {
      takeIn(vbucket);
    } else {
      var unused = indexed.whenComplete((done, failure) -> accept(() -> takeIn(vbucket)));
    }
  }

  @Override
  public void advanced(int vbucket, long seqno) {
    accept(
        () -> {
          MemoryVbucket moved = vbucket(vbucket);
          moved.advanced(seqno, nanos.getAsLong());
          takeIn(moved);
        });
  }

  @Override
  public CompletionStage<StreamPosition> rollback(int vbucket, long to, List<FailoverEntry> log) {
    List<FailoverEntry> copy = List.copyOf(log);
    CompletableFuture<StreamPosition> result = new CompletableFuture<>();
    serial.execute(
        () -> {
          if (state == State.RUNNING) {
            try {
              rollBack(vbucket(vbucket), to, copy);
              result.complete(StreamPosition.BEGINNING);
            } catch (RuntimeException thrown) {
              fail(thrown);
            }
          }
          result.completeExceptionally(
              new IllegalStateException("writer stopped: partition=" + taken.partition()));
        });
    return result.copy();
  }

  private void rollBack(MemoryVbucket vbucket, long to, List<FailoverEntry> log) {
    LOG.warn(
        "Loading again: partition={}, vbucket={}, rollback={}, state={}, log={}",
        taken.partition(),
        vbucket.vbucket(),
        Long.toUnsignedString(to),
        vbucket.state(),
        log);
    vbucket.restart(log).forEach(MemoryWriter::letGo);
    account();
    toTell = true;
    commit();
  }

  @Override
  public CompletionStage<Void> compact() {
    CompletableFuture<Void> result = new CompletableFuture<>();
    serial.execute(
        () -> {
          try {
            partition.compact(taken.owner());
            result.complete(null);
          } catch (RuntimeException thrown) {
            fail(thrown);
            result.completeExceptionally(thrown);
          }
        });
    return result.copy();
  }

  @Override
  public CompletionStage<Void> stopped() {
    return stopped.copy();
  }

  @Override
  public CompletionStage<Void> close() {
    serial.execute(
        () -> {
          if (state == State.RUNNING) {
            try {
              commit();
            } catch (RuntimeException thrown) {
              fail(thrown);
            }
          }
          if (state == State.RUNNING) {
            state = State.CLOSED;
            end();
            stopped.complete(null);
          }
          idle.complete(null);
        });
    return idle.copy();
  }

  @Override
  public WriterStatus status() {
    StableDocument document = partition.document();
    Long oldest = oldestWaiting;
    return new WriterStatus(
        taken.partition(),
        taken.epoch(),
        state,
        taken.firstVbucket(),
        document.vbuckets().stream().map(StableDocument.VbucketState::stable).toList(),
        commits.get(),
        changes.get(),
        Map.of(),
        Map.of(),
        0,
        0,
        oldest == null ? Duration.ZERO : Duration.ofNanos(nanos.getAsLong() - oldest));
  }

  private void accept(Runnable task) {
    serial.execute(
        () -> {
          if (state == State.RUNNING) {
            try {
              task.run();
            } catch (RuntimeException thrown) {
              fail(thrown);
            }
          }
        });
  }

  /** Takes in what is known of a vbucket. */
  private void takeIn(MemoryVbucket vbucket) {
    for (Runnable done = vbucket.takeIn(); done != null; done = vbucket.takeIn()) {
      letGo(done);
    }
    account();
    scheduleCommit();
  }

  /** Keeps the index within its limit, with what waits here. */
  private void account() {
    long now = 0;
    for (MemoryVbucket vbucket : vbuckets) {
      now += vbucket.bytes();
    }
    index.grow(now - waitingBytes);
    waitingBytes = now;
    if (index.isFull()) {
      throw index.declareFull();
    }
    if (index.isOverLimit()) {
      partition.compact(taken.owner());
      // Not for a few bytes, which the next changes would take.
      if (index.bytes() > index.limit() - index.limit() / 64) {
        throw index.declareFull();
      }
    }
  }

  private void scheduleCommit() {
    if (!commitScheduled) {
      commitScheduled = true;
      serial.execute(
          () -> {
            commitScheduled = false;
            if (state == State.RUNNING) {
              try {
                commit();
              } catch (RuntimeException thrown) {
                fail(thrown);
              }
            }
          });
    }
  }

  private void commit() {
    makeReadable();
    oldestWaiting = oldest();
  }

  private @Nullable Long oldest() {
    Long oldest = null;
    for (MemoryVbucket vbucket : vbuckets) {
      Long its = vbucket.oldest();
      if (its != null && (oldest == null || its - oldest < 0)) {
        oldest = its;
      }
    }
    return oldest;
  }

  /** Makes readable what is whole. */
  private void makeReadable() {
    RecentCommits.Collector visible = new RecentCommits.Collector();
    Map<MemoryVbucket, Effect> effects = new HashMap<>();
    for (MemoryVbucket vbucket : vbuckets) {
      Effect effect = vbucket.advance(partition.rows(vbucket.vbucket()), documents);
      if (effect != Effect.NONE) {
        effects.put(vbucket, effect);
      }
    }
    if (effects.isEmpty() && !toTell) {
      return;
    }
    boolean appends = !toTell && !effects.containsValue(Effect.REPLACE);
    Map<String, List<Entry>> entries = appends ? announced(effects, visible) : null;
    if (entries == null) {
      visible.addAll();
    }
    partition.commit(
        taken.owner(),
        vbuckets.stream().map(MemoryVbucket::state).toList(),
        visible.touched(),
        entries,
        rows -> effects.forEach((vbucket, effect) -> apply(rows, vbucket, effect)),
        listener);
    toTell = false;
    commits.incrementAndGet();
    account();
  }

  private static Map<String, List<Entry>> announced(
      Map<MemoryVbucket, Effect> effects, RecentCommits.Collector visible) {
    Map<String, List<Entry>> entries = new HashMap<>();
    for (MemoryVbucket vbucket : effects.keySet()) {
      vbucket
          .rows()
          .channels()
          .forEach(
              (channel, rows) ->
                  entries.computeIfAbsent(channel, name -> new ArrayList<>()).addAll(rows));
    }
    visible.add(entries.keySet().stream().map(IndexKeys::channelHash).toList());
    return entries;
  }

  private static void apply(MemoryPartition partition, MemoryVbucket vbucket, Effect effect) {
    VbucketRows rows = partition.rows(vbucket.vbucket());
    if (effect == Effect.APPEND) {
      rows.append(vbucket.rows());
    } else {
      rows.replace(vbucket.rows());
    }
    vbucket.rows().clear();
  }

  private void fail(Throwable thrown) {
    if (state != State.RUNNING) {
      return;
    }
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    LOG.warn("Writer stops: partition={}, cause={}", taken.partition(), cause.toString());
    state = cause instanceof FencedException ? State.FENCED : State.FAILED;
    end();
    stopped.completeExceptionally(cause);
    idle.complete(null);
  }

  /** Lets go of everything that was not made readable. */
  private void end() {
    vbuckets.forEach(vbucket -> vbucket.drop().forEach(MemoryWriter::letGo));
    vbuckets.clear();
    index.grow(-waitingBytes);
    waitingBytes = 0;
    oldestWaiting = null;
  }

  /** One callback's failure must not keep the others from being called. */
  private static void letGo(Runnable done) {
    try {
      done.run();
    } catch (RuntimeException thrown) {
      LOG.error("Whoever waited for a change failed", thrown);
    }
  }

  private MemoryVbucket vbucket(int vbucket) {
    int place = vbucket - taken.firstVbucket();
    if (place < 0 || place >= vbuckets.size()) {
      throw new IllegalArgumentException(
          "vbucket of another partition: vbucket=" + vbucket + ", partition=" + taken.partition());
    }
    return vbuckets.get(place);
  }
}
