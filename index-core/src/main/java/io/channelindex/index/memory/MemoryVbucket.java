package io.channelindex.index.memory;

import io.channelindex.index.write.DocumentSource;
import io.channelindex.index.write.IndexedChange;
import io.channelindex.index.write.StreamProgress;
import io.channelindex.sequence.BranchHistory;
import io.channelindex.sequence.BranchHistory.Branch;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a writer knows of a vbucket: what its stream brought and is not readable yet, and the
 * history that it is on.
 *
 * <p>Rows wait for the end of their snapshot, as in {@code VbucketProgress}: only whole states are
 * stable. A stream that begins at 0 <em>loads</em> the vbucket: what it brings replaces what is
 * readable, in one step, at the first whole point that is not below it. Until then readers see what
 * was there, unless that is of a branch that has ended: then nothing, because documents may have
 * gone back to states that nobody can tell before the stream has brought them.
 *
 * <p>Its history is what the failover logs say and nothing else: whoever stood on an earlier branch
 * resumes at 0. What was undone of that branch, other nodes may have told and this one may never
 * have seen; where readers passed over a row because of it, they passed over it anywhere.
 *
 * <p>Confined to the partition's serial executor.
 */
final class MemoryVbucket {
  private final int vbucket;
  private final RowBuffer staged;
  private final RowBuffer whole;
  private final Deque<Step> steps = new ArrayDeque<>();
  private StreamProgress stream;
  private List<FailoverEntry> log = List.of();
  private BranchHistory history;
  private long stable;
  private long wholeSeqno;
  private long tooLow;
  private boolean loading = true;

  // When the oldest changes came that are staged, and that are whole and not readable.
  private @Nullable Long stagedSince;
  private @Nullable Long wholeSince;

  /**
   * A step of the stream.
   *
   * @param seqno where it ends
   * @param whole the last whole point at or before it
   * @param change what is to be indexed; null if the vbucket moved on without a change
   * @param done to be called when the stream need not keep the change any more
   * @param nanos when it came
   */
  private record Step(
      long seqno,
      long whole,
      @Nullable CompletableFuture<Optional<IndexedChange>> change,
      Runnable done,
      long nanos) {}

  /**
   * A vbucket whose stream is about to begin at 0.
   *
   * @param readable what is readable of it
   */
  MemoryVbucket(int vbucket, VbucketState readable, UnaryOperator<String> names) {
    this.vbucket = vbucket;
    this.staged = new RowBuffer(names);
    this.whole = new RowBuffer(names);
    this.stream = beginning();
    this.history = readable.history();
    this.stable = readable.stable();
  }

  private StreamProgress beginning() {
    return new StreamProgress(vbucket, StreamPosition.BEGINNING, 0);
  }

  int vbucket() {
    return vbucket;
  }

  /** What readers are to be told of it now. */
  VbucketState state() {
    return new VbucketState(
        stable, loading ? StreamPosition.BEGINNING : stream.position(), history, loading);
  }

  /** What waits here takes so many bytes. */
  long bytes() {
    return staged.bytes() + whole.bytes();
  }

  /** When the oldest change came that is not readable; null if all are. */
  @Nullable Long oldest() {
    if (wholeSince != null) {
      return wholeSince;
    }
    if (stagedSince != null) {
      return stagedSince;
    }
    Step next = steps.peekFirst();
    return next == null ? null : (Long) next.nanos();
  }

  /** The stream was opened; whether readers have to know. */
  boolean opened(List<FailoverEntry> newLog) {
    stream.opened(newLog);
    return observe(newLog);
  }

  /**
   * The stream begins at 0 again.
   *
   * @return whom to tell that their changes are not needed any more
   */
  List<Runnable> restart(List<FailoverEntry> newLog) {
    List<Runnable> dropped = drop();
    staged.clear();
    whole.clear();
    stagedSince = null;
    wholeSince = null;
    wholeSeqno = 0;
    tooLow = 0;
    stream = beginning();
    loading = true;
    observe(newLog);
    return dropped;
  }

  private boolean observe(List<FailoverEntry> newLog) {
    BranchHistory observed = observed(newLog);
    boolean news = !observed.equals(history);
    if (loading && observed.current() != history.current()) {
      stable = 0;
    }
    log = newLog;
    history = observed;
    return news;
  }

  /**
   * The history by a log, and of the branches that a log forgot because it is full what they have
   * in common with it: rows carry their names.
   */
  private BranchHistory observed(List<FailoverEntry> newLog) {
    List<Branch> branches = new ArrayList<>(BranchHistory.NONE.observe(newLog).branches());
    Set<Long> known = branches.stream().map(Branch::vbuuid).collect(Collectors.toSet());
    for (Branch branch : history.observe(newLog).branches()) {
      if (!known.contains(branch.vbuuid())) {
        branches.add(new Branch(branch.vbuuid(), branch.end(), 0));
      }
    }
    return new BranchHistory(branches);
  }

  void snapshot(long start, long end) {
    stream.snapshot(start, end);
  }

  /** A change comes; whether it is news. */
  boolean change(
      long seqno, CompletableFuture<Optional<IndexedChange>> change, Runnable done, long nanos) {
    return stream.moveTo(seqno) && steps.add(new Step(seqno, stream.whole(), change, done, nanos));
  }

  void advanced(long seqno, long nanos) {
    if (stream.advanceTo(seqno)) {
      Step last = steps.peekLast();
      long since = nanos;
      if (last != null && last.change() == null) {
        steps.removeLast();
        since = last.nanos();
      }
      steps.add(new Step(seqno, stream.whole(), null, () -> {}, since));
    }
  }

  /**
   * Takes in the next step, if what is to be indexed of it is known.
   *
   * @return whom to tell that the step is not needed any more; null if there is no such step
   * @throws java.util.concurrent.CompletionException if it could not be found out
   * @throws IllegalStateException if the change is of another step
   */
  @Nullable Runnable takeIn() {
    Step step = steps.peekFirst();
    if (step == null || !(step.change() == null || step.change().isDone())) {
      return null;
    }
    if (step.change() != null) {
      step.change().join().ifPresent(change -> stage(change, step));
    }
    steps.removeFirst();
    if (Long.compareUnsigned(step.whole(), wholeSeqno) > 0) {
      whole.take(staged);
      wholeSeqno = step.whole();
      wholeSince = wholeSince == null ? stagedSince : wholeSince;
      stagedSince = null;
    }
    return step.done();
  }

  private void stage(IndexedChange change, Step step) {
    if (change.vbucket() != vbucket
        || change.seqno() != step.seqno()
        || !RowBuffer.isComplete(change)) {
      throw new IllegalStateException(
          "change of another mutation, or without channel '*': vbucket="
              + vbucket
              + ", seqno="
              + Long.toUnsignedString(step.seqno())
              + ", change="
              + change);
    }
    stagedSince = stagedSince == null ? (Long) step.nanos() : stagedSince;
    staged.add(change, loading ? 0 : stable, this::branchOf);
  }

  /** The branch under which the data service has a seqno. */
  private long branchOf(long seqno) {
    for (FailoverEntry entry : log) {
      if (Long.compareUnsigned(seqno, entry.seqno()) > 0) {
        return entry.vbuuid();
      }
    }
    return log.get(log.size() - 1).vbuuid();
  }

  /** Removes all steps; whom to tell. */
  List<Runnable> drop() {
    List<Runnable> dropped = new ArrayList<>(steps.size());
    steps.forEach(step -> dropped.add(step.done()));
    steps.clear();
    return dropped;
  }

  /** What is to be done to the rows of a vbucket. */
  enum Effect {
    /** Nothing yet. */
    NONE,
    /** The rows come behind those that are there. */
    APPEND,
    /** They take the place of those that are there. */
    REPLACE
  }

  /**
   * Moves the stable seqno to the last whole point, if it can; {@link #rows} go with that.
   *
   * @param readable the rows that are there
   */
  Effect advance(VbucketRows readable, DocumentSource documents) {
    if (!loading) {
      if (Long.compareUnsigned(wholeSeqno, stable) <= 0) {
        return Effect.NONE;
      }
      moveOn();
      return Effect.APPEND;
    }
    boolean canLoad =
        wholeSeqno != tooLow && Long.compareUnsigned(wholeSeqno, stable) >= 0 && wholeSeqno != 0;
    if (!canLoad || !tellOfTheGone(readable, documents)) {
      return Effect.NONE;
    }
    moveOn();
    loading = false;
    return Effect.REPLACE;
  }

  private void moveOn() {
    whole.sort();
    wholeSince = null;
    stable = wholeSeqno;
    // What was taken in meanwhile told of leavings that were news then and are not any more.
    staged.dropUpTo(stable);
  }

  /** What {@link #advance} makes readable; to be {@linkplain RowBuffer#clear emptied} then. */
  RowBuffer rows() {
    return whole;
  }

  /**
   * Adds rows of the documents that were there and that the stream did not bring: those that had
   * left their channels before keep their rows, of the others there is one that tells that they are
   * gone, at the whole point.
   *
   * @return false if readers may have passed that point: such rows have to wait for the next one
   */
  private boolean tellOfTheGone(VbucketRows readable, DocumentSource documents) {
    if (readable.isEmpty()) {
      return true;
    }
    Set<String> present = whole.documents();
    Map<String, List<Entry>> missing = readable.missing(present);
    boolean gone =
        missing.values().stream().anyMatch(rows -> !rows.stream().allMatch(this::isToldAlready));
    if (gone && stable == wholeSeqno) {
      tooLow = wholeSeqno;
      return false;
    }
    Map<String, String> revisions = revisions(missing, documents);
    missing.forEach(
        (channel, rows) -> {
          for (Entry row : rows) {
            whole.add(channel, isToldAlready(row) ? row : gone(row.documentId(), revisions));
          }
        });
    return true;
  }

  /** The revisions of documents that are gone, by what was known last of each. */
  private static Map<String, String> revisions(
      Map<String, List<Entry>> missing, DocumentSource documents) {
    Map<String, Entry> last = new HashMap<>();
    missing
        .values()
        .forEach(
            rows -> rows.forEach(row -> last.merge(row.documentId(), row, MemoryVbucket::newer)));
    Map<String, String> revisions = new HashMap<>();
    last.forEach((id, row) -> revisions.put(id, documents.goneRevision(id, row.revision())));
    return revisions;
  }

  private static Entry newer(Entry one, Entry other) {
    return Long.compareUnsigned(one.seqno(), other.seqno()) >= 0 ? one : other;
  }

  /** Whether a row says that its document has left, and is still part of history. */
  private boolean isToldAlready(Entry row) {
    return row.state() != EntryState.ACTIVE
        && history.contains(row.vbuuid(), row.seqno())
        && Long.compareUnsigned(row.seqno(), wholeSeqno) <= 0;
  }

  private Entry gone(String documentId, Map<String, String> revisions) {
    return new Entry(
        documentId,
        Objects.requireNonNull(revisions.get(documentId)),
        vbucket,
        wholeSeqno,
        branchOf(wholeSeqno),
        EntryState.DELETED);
  }
}
