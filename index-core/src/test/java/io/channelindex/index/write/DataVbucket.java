package io.channelindex.index.write;

import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A vbucket of the data bucket as a model: every version of every document, branch by branch, and
 * what DCP says of it: deduplicated snapshots, failover logs, rollbacks (kv_engine,
 * FailoverTable::needsRollback).
 */
final class DataVbucket {
  /** The most entries that the data service's logs have (kv_engine, max_failover_entries). */
  static final int LOG_LIMIT = 25;

  private final int number;
  private final int logLimit;
  private final @Nullable LongSupplier vbuuids;
  private final Map<Long, List<Version>> branches = new HashMap<>();
  private final Map<Long, Long> starts = new HashMap<>();
  private final List<FailoverEntry> log = new ArrayList<>();
  private List<Version> versions = new ArrayList<>();
  private long high;
  private long purged;
  private final Set<String> purgedIds = new HashSet<>();

  /** Whether documents may be missing without a trace. */
  boolean lostTraces;

  DataVbucket(int number) {
    this(number, LOG_LIMIT);
  }

  /** A vbucket whose failover log has no more than so many entries: the oldest go first. */
  DataVbucket(int number, int logLimit) {
    this(number, null, logLimit);
  }

  /**
   * A vbucket whose branches somebody else names.
   *
   * @param vbuuids the identity of a branch that begins
   */
  DataVbucket(int number, LongSupplier vbuuids) {
    this(number, vbuuids, LOG_LIMIT);
  }

  private DataVbucket(int number, @Nullable LongSupplier vbuuids, int logLimit) {
    this.number = number;
    this.vbuuids = vbuuids;
    this.logLimit = logLimit;
    newBranch();
  }

  int number() {
    return number;
  }

  /**
   * A document's version.
   *
   * @param rows what it says to each channel: where it is, and since when it is not any more
   */
  record Version(String id, long seqno, String revision, boolean deleted, Map<String, Row> rows) {}

  /** A document's state in a channel. */
  record Row(long seqno, String revision, EntryState state) {}

  /** What a stream sends: a snapshot. */
  record Snapshot(long start, long end, List<Version> versions) {}

  long high() {
    return high;
  }

  List<FailoverEntry> log() {
    return List.copyOf(log);
  }

  private long vbuuid() {
    return log.get(0).vbuuid();
  }

  /** Whether all that it has is readable, by what a stable document says of it. */
  boolean isIndexed(VbucketState state) {
    return state.stable() == high && state.history().current() == vbuuid() && !state.rebuilding();
  }

  /** How a document is called in the end that went without a trace. */
  static String goneRevision(String lastRevision) {
    return lastRevision.split("-", 2)[0] + "0-90e";
  }

  @Override
  public String toString() {
    return number + ": high=" + high + ", log=" + log;
  }

  private void newBranch() {
    long vbuuid =
        vbuuids == null ? (number + 1) * 1_000L + branches.size() + 1 : vbuuids.getAsLong();
    log.add(0, new FailoverEntry(vbuuid, high));
    if (log.size() > logLimit) {
      log.remove(logLimit);
    }
    starts.put(vbuuid, high);
    versions = new ArrayList<>(versions);
    branches.put(vbuuid, versions);
  }

  /** Writes a document: it is in these channels now, or deleted if there is no set of channels. */
  Version write(String id, Optional<Set<String>> channels) {
    high++;
    Version before = latest(high).get(id);
    int generation = before == null ? 1 : Integer.parseInt(before.revision().split("-", 2)[0]) + 1;
    String revision = generation + "-" + Long.toHexString(high * 0x10001 + 0xabcd00 + vbuuid());
    Map<String, Row> rows = new TreeMap<>();
    EntryState leaving = channels.isPresent() ? EntryState.REMOVED : EntryState.DELETED;
    if (before != null) {
      before
          .rows()
          .forEach(
              (channel, row) ->
                  rows.put(
                      channel,
                      row.state() == EntryState.ACTIVE ? new Row(high, revision, leaving) : row));
    }
    channels.ifPresent(
        in -> in.forEach(c -> rows.put(c, new Row(high, revision, EntryState.ACTIVE))));
    rows.put(
        Batch.EVERYTHING,
        new Row(high, revision, channels.isPresent() ? EntryState.ACTIVE : EntryState.DELETED));
    Version version = new Version(id, high, revision, channels.isEmpty(), rows);
    versions.add(version);
    return version;
  }

  /** The newest version of each document up to a seqno. */
  Map<String, Version> latest(long upTo) {
    return latest(versions, upTo);
  }

  /** What a channel shows of the documents up to a seqno, as a branch has seen them. */
  Map<String, Row> rows(String channel, long vbuuid, long upTo) {
    Map<String, Row> rows = new TreeMap<>();
    latest(branches.get(vbuuid), upTo)
        .forEach(
            (id, version) -> {
              if (version.rows().containsKey(channel)) {
                rows.put(id, version.rows().get(channel));
              }
            });
    return rows;
  }

  /** Documents with newer versions than the point at which a branch began, seen at that point. */
  Set<String> replacedSinceRollback(long vbuuid, long stable) {
    Set<String> replaced = new HashSet<>();
    if (stable > 0 && stable <= starts.getOrDefault(vbuuid, 0L)) {
      for (Version version : branches.get(vbuuid)) {
        if (version.seqno() > stable) {
          replaced.add(version.id());
        }
      }
    }
    return replaced;
  }

  /** Whether a branch, seen at the point at which it began, is history already. */
  boolean wasLeftAtStart(long vbuuid, long stable) {
    return vbuuid != vbuuid() && stable <= starts.getOrDefault(vbuuid, 0L);
  }

  private static Map<String, Version> latest(List<Version> versions, long upTo) {
    Map<String, Version> latest = new TreeMap<>();
    for (Version version : versions) {
      if (version.seqno() <= upTo) {
        latest.put(version.id(), version);
      }
    }
    return latest;
  }

  Optional<IndexedChange> current(String id) {
    return purgedIds.contains(id)
        ? Optional.empty()
        : Optional.ofNullable(latest(high).get(id)).map(this::change);
  }

  IndexedChange change(Version version) {
    List<Membership> memberships = new ArrayList<>();
    version
        .rows()
        .forEach(
            (channel, row) ->
                memberships.add(new Membership(channel, row.seqno(), row.revision(), row.state())));
    return new IndexedChange(version.id(), number, version.seqno(), memberships);
  }

  /** Where a stream from a position would have to go back to. */
  Optional<Long> rollbackOf(StreamPosition position) {
    if (position.seqno() == 0) {
      return Optional.empty();
    }
    if (position.seqno() < purged) {
      return Optional.of(0L);
    }
    long upper = high;
    int found = -1;
    for (int i = 0; i < log.size() && found < 0; i++) {
      found = log.get(i).vbuuid() == position.vbuuid() ? i : -1;
    }
    if (found < 0) {
      return Optional.of(0L);
    }
    upper = found == 0 ? upper : log.get(found - 1).seqno();
    long start = position.snapshotStart();
    long end = position.snapshotEnd();
    end = position.seqno() == start ? position.seqno() : end;
    if (end <= upper) {
      return Optional.empty();
    }
    start = position.seqno() == end ? position.seqno() : start;
    return Optional.of(Math.min(upper, start));
  }

  /**
   * What comes after a seqno, as it was at a later one: a stream brings the vbucket's state as a
   * whole, or checkpoint by checkpoint (kv_engine, ActiveStream::processItems).
   */
  Snapshot snapshotAfter(long seqno, long snapshotStart, long end) {
    List<Version> versions =
        latest(end).values().stream()
            .filter(version -> version.seqno() > seqno && !isPurged(version.id()))
            .sorted(Comparator.comparingLong(Version::seqno))
            .toList();
    return new Snapshot(snapshotStart, end, versions);
  }

  /**
   * A new active took over that has seen less, but all that was purged: tombstones stay for days,
   * and a replica that is behind them is streamed anew.
   */
  void failOver(long to) {
    high = Math.min(high, Math.max(to, purged));
    // A log tells of its own past only: branches that began later were diverged from.
    log.removeIf(entry -> entry.seqno() > high);
    newBranch();
    versions.removeIf(version -> version.seqno() > high);
  }

  /**
   * Forgets tombstones, but for one at the end: a vbucket keeps its highest item.
   *
   * @return how many
   */
  int purge() {
    int forgotten = 0;
    for (Version version : latest(high).values()) {
      if (version.deleted() && version.seqno() < high && purgedIds.add(version.id())) {
        purged = Math.max(purged, version.seqno());
        lostTraces = true;
        forgotten++;
      }
    }
    return forgotten;
  }

  /** Loses everything, the log too. */
  void flush() {
    high = 0;
    purged = 0;
    versions = new ArrayList<>();
    log.clear();
    lostTraces = true;
    newBranch();
  }

  /** Whether a document was purged: its name is never used again. */
  boolean isPurged(String id) {
    return purgedIds.contains(id);
  }
}
