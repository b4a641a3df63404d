package io.channelindex.index.write;

import io.channelindex.sequence.BranchHistory;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one vbucket back to where the data service's history still agrees (invariant 14).
 *
 * <p>What was undone becomes invisible by the new history alone. What it had replaced comes back:
 * documents with an undone entry are read from the data bucket again, because an older state that
 * is current again may never have been indexed (the stream had deduplicated it away), and is not
 * sent either (it lies before the point from which the stream goes on). Nothing is visible before
 * the stable write at the end, and everything before it can be repeated.
 *
 * <p>Confined to the partition's serial executor; no commit is under way meanwhile.
 */
final class Rollback {
  private static final Logger LOG = LoggerFactory.getLogger(Rollback.class);
  private static final int DOCUMENTS_AT_ONCE = 64;
  private static final int CHANNELS_AT_ONCE = 8;

  private final Scope scope;
  private final Commit commit;
  private final DocumentSource documents;
  private final List<VbucketProgress> vbuckets;
  private final VbucketProgress progress;
  private final long to;
  private final List<FailoverEntry> log;
  private final Stream stream;
  private final BranchHistory before;
  private final BranchHistory after;
  private final boolean sameBranch;
  private final boolean owes;

  /** Up to where readers may have seen something; above the stable seqno if it is owed. */
  private final long seen;

  private final Batch batch = new Batch();
  private final Set<String> undone = new HashSet<>();
  private final Set<String> gone = new HashSet<>();

  /** Documents that were undone and written anew above, by the channels that they speak of now. */
  private final Map<String, Set<String>> replaced = new HashMap<>();

  private long highestReplacement;

  /** The highest seqno of what readers have seen and is still true. */
  private long highestKept;

  /**
   * Up to where the index is known to have every state, and feeds to have been told of it, whatever
   * they saw of what was undone. A document that was undone and written anew may have had a state
   * in between that nobody can tell any more, or that a feed has to be told again. Nobody needs it,
   * unless the new one is undone as well before the stream has brought it.
   */
  private long whole = -1;

  /** Whether a document is gone although a state of it was not undone. */
  private boolean vanished;

  private long lowestRestored = -1;

  /** What becomes of the vbucket's stream. */
  enum Stream {
    /** The data service refused it: it starts where the rollback says. */
    RESTARTS,
    /** It goes on: it runs through a part of history that was not undone. */
    GOES_ON
  }

  Rollback(
      Scope scope,
      Commit commit,
      DocumentSource documents,
      List<VbucketProgress> vbuckets,
      VbucketProgress progress,
      long to,
      List<FailoverEntry> log,
      Stream stream) {
    this.scope = scope;
    this.commit = commit;
    this.documents = documents;
    this.vbuckets = vbuckets;
    this.progress = progress;
    this.log = List.copyOf(log);
    this.stream = stream;
    this.before = progress.history();
    this.sameBranch = before.branches().isEmpty() || before.current() == log.get(0).vbuuid();
    // A stream that goes on has, or brings, all that is owed (StreamProgress).
    this.owes = stream == Stream.RESTARTS && owes(progress);
    // History may have been lost again since the data service said where to go back to.
    long common = sameBranch ? to : before.observe(log).commonPoint(before.current(), to);
    this.to = owes && !sameBranch ? min(common, progress.position().snapshotStart()) : common;
    this.seen =
        owes ? max(progress.stable(), progress.position().snapshotEnd()) : progress.stable();
    this.after = history(this.to, this.to);
  }

  /**
   * Whether an earlier rollback left documents that were to be written anew, and the stream has not
   * brought them yet: what became of them meanwhile, nobody was told.
   */
  private static boolean owes(VbucketProgress progress) {
    StreamPosition position = progress.position();
    return !position.isConsistent()
        && Long.compareUnsigned(position.snapshotStart(), progress.stable()) < 0;
  }

  /**
   * The history after the rollback. Where the former branch's state was not whole above the point
   * that it goes back to, it ends there, although the data service has more of it: feeds that stood
   * above have to be told what came to light.
   */
  private BranchHistory history(long end, long resume) {
    return before.rolledBack(
        end, resume, owes || Long.compareUnsigned(end, to) < 0 ? logFrom(end) : log);
  }

  /** The log as if the branches that are new began no later than at a seqno. */
  private List<FailoverEntry> logFrom(long seqno) {
    List<FailoverEntry> earlier = new ArrayList<>(log);
    for (int i = 0; i < earlier.size() && log.get(i).vbuuid() != before.current(); i++) {
      earlier.set(i, new FailoverEntry(log.get(i).vbuuid(), min(log.get(i).seqno(), seqno)));
    }
    return earlier;
  }

  /** Rolls back; the position from which the vbucket's stream goes on. */
  CompletableFuture<StreamPosition> run() {
    return findRestored().thenCompose(found -> commit()).thenApply(done -> goOnFrom());
  }

  private StreamPosition goOnFrom() {
    if (stream == Stream.GOES_ON && isAnew()) {
      throw new IllegalStateException(
          "history was lost twice: the vbucket is indexed anew, by the next owner: vbucket="
              + progress.vbucket());
    }
    return progress.position();
  }

  private CompletableFuture<Void> findRestored() {
    if (sameBranch || to == 0) {
      // Nothing was undone, or nothing is left that the stream does not bring.
      return CompletableFuture.completedFuture(null);
    }
    return new ChannelScan(scope, Batch.EVERYTHING, progress.vbucket(), this::see)
        .run()
        .thenCompose(scanned -> Window.each(undone, DOCUMENTS_AT_ONCE, this::restore));
  }

  private void see(Entry entry) {
    if (!before.contains(entry.vbuuid(), entry.seqno())) {
      return;
    }
    if (!after.contains(entry.vbuuid(), entry.seqno())) {
      undone.add(entry.documentId());
    } else if (Long.compareUnsigned(entry.seqno(), seen) <= 0) {
      highestKept = max(highestKept, entry.seqno());
    }
  }

  private CompletableFuture<Void> restore(String documentId) {
    return documents
        .current(progress.vbucket(), documentId)
        .toCompletableFuture()
        .thenAcceptAsync(current -> restore(documentId, current), scope.serial());
  }

  private void restore(String documentId, Optional<IndexedChange> current) {
    if (current.isEmpty()) {
      gone.add(documentId);
      return;
    }
    IndexedChange change = current.get();
    if (Long.compareUnsigned(change.seqno(), to) > 0) {
      highestReplacement = max(highestReplacement, change.seqno());
      for (IndexedChange.Membership membership : change.memberships()) {
        replaced.computeIfAbsent(membership.channel(), channel -> new HashSet<>()).add(documentId);
      }
    }
    for (IndexedChange.Membership membership : change.memberships()) {
      // What is later the stream brings. Not so the leavings of a newer state that are at or below
      // the stable seqno: to the stream they are replays.
      if (Long.compareUnsigned(membership.seqno(), to) <= 0) {
        batch.add(change, membership, after.current(), progress);
        lowestRestored = min(lowestRestored, membership.seqno());
      }
    }
  }

  private CompletableFuture<Void> commit() {
    return findSurvivors()
        .thenCompose(
            found -> {
              VbucketState state = state();
              batch.visible().addAll();
              LOG.warn(
                  "Rolling back: partition={}, vbucket={}, to={}, from={}, stable={}, undone={}, log={}",
                  scope.partition(),
                  progress.vbucket(),
                  Long.toUnsignedString(to),
                  progress.position(),
                  Long.toUnsignedString(state.stable()),
                  undone.size(),
                  log);
              return commit
                  .write(batch, () -> states(state))
                  .thenAccept(committed -> rolledBack(state));
            });
  }

  private void rolledBack(VbucketState state) {
    progress.rolledBack(state, stream == Stream.GOES_ON ? progress.rebuild() : null);
    commit.forgetChannels();
  }

  private List<VbucketState> states(VbucketState state) {
    return vbuckets.stream().map(other -> other == progress ? state : other.state()).toList();
  }

  /** What was not undone of the documents that could not be restored. */
  private CompletableFuture<Void> findSurvivors() {
    Set<String> channels = new LinkedHashSet<>(replaced.keySet());
    if (gone.isEmpty()) {
      return Window.each(channels, CHANNELS_AT_ONCE, this::findSurvivors);
    }
    // Compaction may have left in one channel what it has taken from all others.
    return commit
        .channels()
        .thenCompose(
            all -> {
              channels.addAll(all);
              return Window.each(channels, CHANNELS_AT_ONCE, this::findSurvivors);
            });
  }

  private CompletableFuture<Void> findSurvivors(String channel) {
    Set<String> writtenAnew = replaced.getOrDefault(channel, Set.of());
    Set<String> wanted = new HashSet<>(writtenAnew);
    wanted.addAll(gone);
    Map<String, Entry> newest = new HashMap<>();
    ChannelScan scan =
        new ChannelScan(
            scope,
            channel,
            progress.vbucket(),
            entry -> {
              if (wanted.contains(entry.documentId())
                  && after.contains(entry.vbuuid(), entry.seqno())) {
                newest.merge(entry.documentId(), entry, Rollback::newer);
              }
            });
    return scan.run()
        .thenAccept(
            scanned ->
                survived(
                    writtenAnew,
                    newest,
                    // What was undone may have made compaction remove what would be left.
                    channel.equals(Batch.EVERYTHING) || scan.isCompacted()));
  }

  private void survived(
      Set<String> writtenAnew, Map<String, Entry> newest, boolean mayHaveBeenMore) {
    for (String id : writtenAnew) {
      Entry survivor = newest.get(id);
      if (survivor != null) {
        whole = min(whole, survivor.seqno() - 1);
      } else if (mayHaveBeenMore) {
        whole = 0;
      }
    }
    vanished |=
        newest.values().stream()
            .anyMatch(
                entry -> entry.state() == EntryState.ACTIVE && gone.contains(entry.documentId()));
  }

  private static Entry newer(Entry one, Entry other) {
    return Long.compareUnsigned(one.seqno(), other.seqno()) > 0 ? one : other;
  }

  private VbucketState state() {
    if (isAnew()) {
      return new VbucketState(0, StreamPosition.BEGINNING, history(0, 0), true);
    }
    // Feeds may have passed over what is left of a document, because what was undone stood there.
    long resume = min(min(to, lowestRestored - 1), whole);
    long stable = sameBranch ? progress.stable() : min(progress.stable(), to);
    BranchHistory history = history(to, resume);
    if (stream == Stream.GOES_ON) {
      return new VbucketState(stable, progress.position(), history, progress.rebuild() != null);
    }
    return mustRebuild()
        ? new VbucketState(stable, StreamPosition.BEGINNING, history, true)
        : new VbucketState(stable, restart(), history, false);
  }

  /**
   * Whether nothing of the vbucket stays true. Only a position can owe what is not whole, and
   * neither the beginning can, from where no stream is ever refused, nor a position that a stream
   * has passed. Nor can the branch end below what is not whole: what lies between may be lost
   * before the stream brings it, and what that had replaced is gone, or lies below.
   */
  private boolean isAnew() {
    boolean isWhole = Long.compareUnsigned(to, whole) <= 0;
    return !isWhole && (stream == Stream.GOES_ON || mustRebuild());
  }

  /**
   * Only a rebuild tells the channels of documents that are gone without a trace although a state
   * of theirs was not undone.
   */
  private boolean mustRebuild() {
    return progress.rebuild() != null
        || (!before.branches().isEmpty() && mustRunFromBeginning())
        || forgetsTheHidden()
        || vanished;
  }

  /**
   * Whether the stream starts at the beginning although something is indexed that nobody sees yet:
   * a stream from there is not refused when tombstones were purged, and would not tell of it.
   */
  private boolean forgetsTheHidden() {
    return progress.position().seqno() != 0 && restart().seqno() == 0;
  }

  private StreamPosition restart() {
    StreamPosition position = progress.position();
    // In the middle of a snapshot the newer half, which may be undone, hid states before it.
    long middle = min(progress.stable(), position.snapshotStart());
    long seqno = min(to, position.isConsistent() ? position.seqno() : middle);
    if (seqno == 0) {
      return StreamPosition.BEGINNING;
    }
    boolean hides = Long.compareUnsigned(whole, seqno) < 0;
    // What readers have seen above, and is still true, may have replaced what lies below. The
    // stream brings it again; some of it can be lost before.
    if (!hides && Long.compareUnsigned(highestKept, seqno) <= 0) {
      return StreamPosition.at(branchAt(seqno), seqno);
    }
    // As if in a snapshot that hides those states: if history is lost again before its end, the
    // data service asks for a rollback to its start, or to 0 if it loses the branch of the end.
    long end = hides ? max(highestKept, highestReplacement) : highestKept;
    return new StreamPosition(branchAt(end - 1), seqno, hides ? whole : seqno - 1, end);
  }

  private boolean mustRunFromBeginning() {
    return to == 0 || (sameBranch && Long.compareUnsigned(to, progress.position().seqno()) < 0);
  }

  /** The branch that the data service's log has at a seqno. */
  private long branchAt(long seqno) {
    for (FailoverEntry entry : log) {
      if (Long.compareUnsigned(entry.seqno(), seqno) <= 0) {
        return entry.vbuuid();
      }
    }
    return log.get(log.size() - 1).vbuuid();
  }

  private static long max(long one, long other) {
    return Long.compareUnsigned(one, other) >= 0 ? one : other;
  }

  private static long min(long one, long other) {
    return Long.compareUnsigned(one, other) <= 0 ? one : other;
  }

  /**
   * Whether a log that a stream was opened under undoes what readers have seen, although the stream
   * itself, because it stands lower, was not refused: to where, or null if not.
   *
   * <p>Above the stable seqno, too: where an earlier rollback went back further than history was
   * lost, some of a former branch was still true. A stream that goes on from there is refused; one
   * that runs from the beginning is not.
   */
  static @Nullable Long undoneAbove(VbucketProgress progress, BranchHistory observed) {
    BranchHistory known = progress.history();
    long stable = progress.stable();
    if (stable != 0 && !observed.contains(known.current(), stable)) {
      return observed.resumePoint(known.current(), stable);
    }
    Long lowest = null;
    for (BranchHistory.Branch former : known.branches()) {
      boolean told = former.vbuuid() != known.current() && observed.contains(former.vbuuid(), 0);
      long end = observed.commonPoint(former.vbuuid(), former.end());
      if (told && end != former.end()) {
        lowest = lowest == null ? end : Long.valueOf(min(lowest, end));
      }
    }
    return lowest;
  }
}
