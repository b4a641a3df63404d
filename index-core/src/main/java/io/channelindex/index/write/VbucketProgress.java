package io.channelindex.index.write;

import io.channelindex.sequence.BranchHistory;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far the index of one vbucket is: what the next stable write says of it.
 *
 * <p>Entries become visible only when {@code stable} moves past them, which may be some commits
 * after they were written: the channels that they are in are remembered until then, so that the
 * commit that makes them visible is the one that names the channels.
 *
 * <p>Confined to the partition's serial executor.
 */
final class VbucketProgress {
  private final int vbucket;
  private BranchHistory history;
  private long stable;
  private StreamPosition position;
  private @Nullable Rebuild rebuild;

  private final ChannelHashes hidden = new ChannelHashes();
  private boolean hiddenAnywhere;

  /** Who owned the vbucket before. */
  enum Past {
    /** Nobody: what is in the index, this owner wrote. */
    NONE,
    /** Somebody, who may have left entries without committing them. */
    OWNED
  }

  /** As a stable document says. */
  VbucketProgress(int vbucket, VbucketState state, Past past) {
    this.vbucket = vbucket;
    this.history = state.history();
    this.stable = state.stable();
    this.position = state.position();
    this.rebuild = state.rebuilding() ? new Rebuild(Reason.LOST_HISTORY, stable) : null;
    // A stream that resumes behind purged tombstones is rolled back to the beginning. One that
    // begins there is not: then uncommitted entries of documents that are gone have to be found.
    if (rebuild == null && position.seqno() == 0 && past == Past.OWNED) {
      rebuild = new Rebuild(Reason.UNCOMMITTED_PAST, stable);
    }
    this.hiddenAnywhere = position.seqno() != stable;
  }

  int vbucket() {
    return vbucket;
  }

  BranchHistory history() {
    return history;
  }

  long stable() {
    return stable;
  }

  StreamPosition position() {
    return position;
  }

  @Nullable Rebuild rebuild() {
    return rebuild;
  }

  VbucketState state() {
    boolean rebuilding = rebuild != null && rebuild.reason == Reason.LOST_HISTORY;
    return new VbucketState(stable, position, history, rebuilding);
  }

  void observe(BranchHistory observed) {
    history = observed;
  }

  /** An entry of this vbucket is about to be written in a channel. */
  void touches(long channelHash) {
    if (!hiddenAnywhere && hidden.add(channelHash) && hidden.size() > RecentCommits.MAX_CHANNELS) {
      hideAnywhere();
    }
  }

  /** Whether a commit has to end at this step of the stream, because a rebuild may be complete. */
  boolean mayCompleteRebuild(Arrival arrival) {
    return rebuild != null && rebuild.mayBeComplete(arrival);
  }

  /** The stream passed a step: the position follows, and the stable seqno to the whole point. */
  void reached(Arrival arrival, RecentCommits.Collector visible) {
    if (rebuild != null) {
      return;
    }
    position = arrival.position();
    if (Long.compareUnsigned(arrival.whole(), stable) > 0) {
      stable = arrival.whole();
      reveal(visible);
    }
  }

  /** The rebuild is complete at a whole point that {@link #mayCompleteRebuild} accepted. */
  void rebuilt(Arrival arrival, RecentCommits.Collector visible) {
    rebuild = null;
    hideAnywhere();
    reached(arrival, visible);
    // A stable seqno that was as far already: what the rebuild wrote lies at it.
    reveal(visible);
  }

  /**
   * History was undone: everything is as told.
   *
   * @param continued the rebuild whose stream goes on; null if the stream starts anew
   */
  void rolledBack(VbucketState state, @Nullable Rebuild continued) {
    history = state.history();
    stable = state.stable();
    position = state.position();
    rebuild = state.rebuilding() ? Rebuild.after(continued, stable) : null;
    hideAnywhere();
  }

  /** Whether a commit may make more readable than the entries that it writes itself. */
  boolean hidesEntries() {
    return rebuild != null || hiddenAnywhere || !hidden.isEmpty();
  }

  private void hideAnywhere() {
    hiddenAnywhere = true;
    hidden.clear();
  }

  private void reveal(RecentCommits.Collector visible) {
    if (hiddenAnywhere) {
      visible.addAll();
    } else {
      visible.add(hidden);
    }
    hidden.clear();
    hiddenAnywhere = false;
  }

  /** Why a vbucket is rebuilt. */
  private enum Reason {
    /** The data service lost history: remembered until it is done. */
    LOST_HISTORY,
    /** An owner before this may have left something: every owner who starts there finds out. */
    UNCOMMITTED_PAST
  }

  /**
   * A stream that runs again from the beginning to find documents that are gone.
   *
   * <p>Memory: the ids of the vbucket's documents.
   */
  static final class Rebuild {
    private final Reason reason;
    private final Set<String> seen = new HashSet<>();
    private long floor;

    /**
     * A rebuild that is not complete before this seqno, because the index holds what the stream has
     * not brought again until there.
     */
    private Rebuild(Reason reason, long floor) {
      this.reason = reason;
      this.floor = floor;
    }

    /** A rebuild of which the stream has brought a part already, if one is given. */
    static Rebuild after(@Nullable Rebuild begun, long floor) {
      Rebuild rebuild = begun == null ? new Rebuild(Reason.LOST_HISTORY, floor) : begun;
      rebuild.floor = floor;
      return rebuild;
    }

    boolean mayBeComplete(Arrival arrival) {
      return arrival.whole() != 0 && Long.compareUnsigned(arrival.whole(), floor) >= 0;
    }

    /** Not complete before this seqno, after all. */
    void postponeTo(long seqno) {
      floor = seqno;
    }

    void saw(String documentId) {
      seen.add(documentId);
    }

    boolean hasSeen(String documentId) {
      return seen.contains(documentId);
    }
  }
}
