package io.channelindex.index.write;

import io.channelindex.index.CommitListener;
import io.channelindex.index.write.Agenda.Job;
import io.channelindex.index.write.CommitGate.Hurry;
import io.channelindex.index.write.VbucketProgress.Past;
import io.channelindex.index.write.WriterStatus.State;
import io.channelindex.sequence.BranchHistory;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.format.StableDocument;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of a partition of the index: takes in what the streams of its vbuckets bring, and
 * commits it batch by batch (invariants 1 to 5 and 14; index-bucket.md, "Writing a batch").
 *
 * <p>One commit is under way at a time, the next is collected meanwhile. What a commit writes is
 * readable only when its stable document is written; a commit that fails half-way leaves nothing
 * that a reader sees, and is repeated by whoever owns the partition next, because the streams then
 * begin where the last commit left them. A failure that retries do not cure ends the writer: {@link
 * #stopped}.
 *
 * <p>Assumes that the calls about one vbucket come one after another, in the order of its stream:
 * {@link #opened}, then {@link #snapshot}, {@link #change} and {@link #advanced}; that every
 * snapshot is announced before its changes; that nothing is told of a vbucket between the call of
 * {@link #rollback} and its completion; and that a stream which the data service does not refuse
 * stands in its history with all that was told before. A breach ends the writer.
 *
 * <p>Thread-safe: calls return at once, and everything is done on a serial executor of the
 * partition, one task at a time.
 */
public final class PartitionWriter implements PartitionIndexer {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionWriter.class);

  private final Scope scope;
  private final StableRecord stable;
  private final DocumentSource documents;
  private final List<VbucketProgress> vbuckets = new ArrayList<>();
  private final Map<Integer, StreamPosition> positions;
  private final Intake intake;
  private final Commit commit;
  private final CommitGate gate;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final CompletableFuture<Void> idle = new CompletableFuture<>();

  // Confined to the serial executor.
  private final Agenda agenda;
  private boolean busy;

  // Written on the serial executor, read by anyone.
  private volatile State state = State.RUNNING;
  private volatile StableDocument committed;
  private volatile @Nullable Long oldestUncommitted;

  PartitionWriter(
      Scope scope,
      StableRecord stable,
      DocumentSource documents,
      WakeUpCounter wakeUps,
      CommitQueue commits,
      CommitListener listener) {
    this.scope = scope;
    this.stable = stable;
    this.documents = documents;
    this.committed = stable.document();
    Map<Integer, StreamPosition> from = new TreeMap<>();
    Past past = committed.epoch() == 1 ? Past.NONE : Past.OWNED;
    for (int vbucket = scope.firstVbucket(); vbuckets.size() < scope.size(); vbucket++) {
      vbuckets.add(new VbucketProgress(vbucket, committed.vbucket(vbucket), past));
      from.put(vbucket, committed.vbucket(vbucket).position());
    }
    this.positions = Map.copyOf(from);
    this.intake = new Intake(scope.firstVbucket(), vbuckets);
    this.commit = new Commit(scope, stable, vbuckets, documents, wakeUps, listener, this::next);
    this.agenda = new Agenda(commit, intake);
    this.gate = new CommitGate(scope, intake, commits, this::next);
  }

  /** Where the stream of each vbucket of the partition has to begin, as of the take. */
  @Override
  public Map<Integer, StreamPosition> positions() {
    return positions;
  }

  /**
   * A stream was opened, or reopened after a disconnect, under this failover log.
   *
   * @param log newest first, not empty
   */
  @Override
  public void opened(int vbucket, List<FailoverEntry> log) {
    List<FailoverEntry> copy = List.copyOf(log);
    accept(
        () -> {
          VbucketProgress progress = progress(vbucket);
          BranchHistory observed = progress.history().observe(copy);
          intake.opened(vbucket, copy);
          Long to = Rollback.undoneAbove(progress, observed);
          if (to == null) {
            progress.observe(observed);
          } else {
            // The stream stands before what was undone, but readers have seen it.
            add(progress, to, copy, Rollback.Stream.GOES_ON, new CompletableFuture<>());
          }
        });
  }

  /**
   * A snapshot begins.
   *
   * @param start at or before its first seqno, unsigned
   * @param end its last seqno, unsigned: with it the state is whole
   */
  @Override
  public void snapshot(int vbucket, long start, long end) {
    accept(() -> intake.snapshot(requireOwn(vbucket), start, end));
  }

  /**
   * The next change of a vbucket.
   *
   * @param change what is to be indexed, empty if nothing is; may complete later (an import has to
   *     be written first): the vbucket does not get past the seqno before. If it fails, the writer
   *     stops
   * @param done called once the change needs no memory any more: committed, or the writer stopped,
   *     or it was no news; must not block
   */
  @Override
  public void change(
      int vbucket, long seqno, CompletionStage<Optional<IndexedChange>> change, Runnable done) {
    CompletableFuture<Optional<IndexedChange>> indexed = change.toCompletableFuture();
    scope
        .serial()
        .execute(
            () -> {
              if (!takeIn(vbucket, seqno, indexed, done)) {
                done.run();
              }
            });
  }

  /** The vbucket moved on without a change. */
  @Override
  public void advanced(int vbucket, long seqno) {
    accept(
        () -> {
          intake.advanced(requireOwn(vbucket), seqno, scope.time().nanos());
          gate.arrived();
        });
  }

  /**
   * The data service lost history: goes back (invariant 14). What is collected of the vbucket is
   * dropped.
   *
   * @param to where the data service wants the stream to restart at the latest, unsigned
   * @param log the failover log now: newest first, not empty
   * @return from where to stream; fails, and the writer stops, if the index could not be rolled
   *     back: then nothing of it is visible, and the next owner will be asked again
   */
  @Override
  public CompletionStage<StreamPosition> rollback(int vbucket, long to, List<FailoverEntry> log) {
    List<FailoverEntry> copy = List.copyOf(log);
    CompletableFuture<StreamPosition> result = new CompletableFuture<>();
    scope
        .serial()
        .execute(
            () -> {
              if (state != State.RUNNING) {
                result.completeExceptionally(stoppedException());
                return;
              }
              guarded(
                  () -> {
                    VbucketProgress progress = progress(vbucket);
                    restart(progress);
                    add(progress, to, copy, Rollback.Stream.RESTARTS, result);
                  });
            });
    return result.copy();
  }

  /**
   * Compacts all channels of the partition, whatever there is to be gained (W9), one between two
   * commits; what is collected meanwhile waits a little.
   *
   * @return fails if the index could not be written, and the writer stops then; and if the writer
   *     is closed before all channels are compacted
   */
  @Override
  public CompletionStage<Void> compact() {
    CompletableFuture<Void> result = new CompletableFuture<>();
    scope
        .serial()
        .execute(
            () -> {
              if (state != State.RUNNING) {
                result.completeExceptionally(stoppedException());
                return;
              }
              var unused =
                  commit
                      .channels()
                      .thenCompose(channels -> Window.each(channels, 1, this::compact))
                      .whenComplete(
                          (done, failure) -> {
                            if (failure == null) {
                              result.complete(null);
                            } else {
                              result.completeExceptionally(Retries.cause(failure));
                            }
                          });
            });
    return result.copy();
  }

  private CompletableFuture<Void> compact(String channel) {
    if (state != State.RUNNING) {
      return CompletableFuture.failedFuture(stoppedException());
    }
    CompletableFuture<Void> done = agenda.compact(channel);
    next();
    return done;
  }

  private IllegalStateException stoppedException() {
    return new IllegalStateException("writer stopped: partition=" + scope.partition());
  }

  /**
   * Completes exceptionally when the writer cannot go on: {@link FencedException} if another owner
   * took the partition, else what failed. Completes normally after {@link #close}.
   */
  @Override
  public CompletionStage<Void> stopped() {
    return stopped.copy();
  }

  /**
   * Commits what it has and stops; changes whose stages have not completed are dropped. Completes
   * when nothing is under way any more, normally even if the writer had failed.
   */
  @Override
  public CompletionStage<Void> close() {
    scope
        .serial()
        .execute(
            () -> {
              if (state == State.RUNNING) {
                state = State.CLOSED;
              }
              next();
            });
    return idle.copy();
  }

  /** How the writer is doing; cheap. */
  @Override
  public WriterStatus status() {
    WriterCounters counters = scope.counters();
    StableDocument document = committed;
    Long oldest = oldestUncommitted;
    return new WriterStatus(
        scope.partition(),
        document.epoch(),
        state,
        scope.firstVbucket(),
        document.vbuckets().stream().map(StableDocument.VbucketState::stable).toList(),
        counters.commits(),
        counters.changes(),
        counters.operations(),
        counters.compactions(),
        counters.bytesWritten(),
        counters.casRetries(),
        oldest == null ? Duration.ZERO : Duration.ofNanos(scope.time().nanos() - oldest));
  }

  private void accept(Runnable task) {
    scope
        .serial()
        .execute(
            () -> {
              if (state == State.RUNNING) {
                guarded(task);
              }
            });
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error thrown) {
      fail(thrown);
    }
    next();
  }

  private boolean takeIn(
      int vbucket, long seqno, CompletableFuture<Optional<IndexedChange>> change, Runnable done) {
    if (state != State.RUNNING) {
      return false;
    }
    try {
      if (!intake.change(requireOwn(vbucket), seqno, change, done, scope.time().nanos())) {
        return false;
      }
      gate.arrived();
    } catch (RuntimeException | Error thrown) {
      fail(thrown);
      return false;
    }
    if (oldestUncommitted == null) {
      oldestUncommitted = scope.time().nanos();
    }
    if (!change.isDone()) {
      var unused = change.whenComplete((indexed, failure) -> scope.serial().execute(this::next));
    }
    next();
    return true;
  }

  private void add(
      VbucketProgress progress,
      long to,
      List<FailoverEntry> log,
      Rollback.Stream stream,
      CompletableFuture<StreamPosition> result) {
    agenda.rollBack(
        new Job<>(
            () ->
                new Rollback(scope, commit, documents, vbuckets, progress, to, log, stream)
                    .run()
                    .thenApply(
                        position -> {
                          if (stream == Rollback.Stream.RESTARTS) {
                            restart(progress);
                          }
                          return position;
                        }),
            result));
  }

  private void restart(VbucketProgress progress) {
    Arrival.letGo(intake.restart(progress.vbucket(), progress.position(), progress.stable()));
  }

  /** Begins what is to be done next, if nothing is under way. */
  private void next() {
    if (busy) {
      return;
    }
    if (state == State.RUNNING || state == State.CLOSED) {
      Job<?> job = nextJob();
      if (job != null) {
        begin(job);
        return;
      }
      if (intake.isReady()) {
        if (gate.isOpen(state == State.CLOSED ? Hurry.CLOSING : Hurry.NONE)) {
          begin(this::commitBatch, new CompletableFuture<>());
        }
        return;
      }
    }
    gate.leave();
    if (state != State.RUNNING) {
      end();
    }
  }

  /** What comes before a commit. */
  private @Nullable Job<?> nextJob() {
    Job<?> rollback = agenda.nextRollback();
    return rollback != null || state != State.RUNNING ? rollback : agenda.nextCompaction();
  }

  private <T> void begin(Job<T> job) {
    // It may take long: others can use the turn.
    gate.leave();
    begin(job.work(), job.result());
  }

  private <T> void begin(Supplier<CompletableFuture<T>> work, CompletableFuture<T> result) {
    busy = true;
    CompletableFuture<T> started;
    try {
      started = work.get();
    } catch (RuntimeException | Error thrown) {
      // An error too ends it: else the partition would be busy for ever, and running.
      started = CompletableFuture.failedFuture(thrown);
    }
    var unused =
        started.whenComplete(
            (value, failure) -> {
              busy = false;
              gate.leave();
              committed = stable.document();
              if (failure != null) {
                fail(Retries.cause(failure));
                result.completeExceptionally(Retries.cause(failure));
              } else {
                result.complete(value);
              }
              next();
            });
  }

  private CompletableFuture<Void> commitBatch() {
    Batching batching = scope.settings().batching();
    gate.committing();
    agenda.committing();
    List<Arrival> arrivals =
        intake.collect(
            batching.changes(),
            batching.bytes(),
            arrival -> progress(arrival.vbucket()).mayCompleteRebuild(arrival));
    Batch batch = Batch.after(vbuckets);
    try {
      for (Arrival arrival : arrivals) {
        long floor = committed.vbucket(arrival.vbucket()).stable();
        batch.add(arrival, progress(arrival.vbucket()), floor);
      }
    } catch (RuntimeException | Error thrown) {
      Arrival.letGo(arrivals);
      throw thrown;
    }
    return commit
        .run(batch, gate::finished)
        .whenComplete(
            (committed, failure) -> {
              if (failure == null) {
                scope.counters().committed(Arrival.changes(arrivals));
              }
              Arrival.letGo(arrivals);
              oldestUncommitted =
                  intake.waiting() == 0 ? null : intake.oldestNanos(scope.time().nanos());
            });
  }

  private void fail(Throwable failure) {
    if (state == State.FENCED || state == State.FAILED) {
      return;
    }
    state = failure instanceof FencedException ? State.FENCED : State.FAILED;
    LOG.warn("Writer stops: partition={}, state={}", scope.partition(), state, failure);
    scope.bucket().stop();
    Arrival.letGo(intake.clear());
    oldestUncommitted = null;
    agenda.drop(failure);
    stopped.completeExceptionally(failure);
  }

  private void end() {
    Arrival.letGo(intake.clear());
    oldestUncommitted = null;
    agenda.drop(stoppedException());
    scope.bucket().stop();
    stopped.complete(null);
    idle.complete(null);
  }

  private VbucketProgress progress(int vbucket) {
    return vbuckets.get(scope.index(vbucket));
  }

  private int requireOwn(int vbucket) {
    scope.index(vbucket);
    return vbucket;
  }
}
