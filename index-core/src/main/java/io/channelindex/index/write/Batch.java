package io.channelindex.index.write;

import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.IndexKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one commit writes: the entries of what arrived, by channel (index-bucket.md, step 1).
 *
 * <p>Confined to the partition's serial executor.
 */
final class Batch {
  /** The channel that every document is in. */
  static final String EVERYTHING = "*";

  /** About what a channel gets at full load. */
  private static final int EXPECTED = 16;

  private final Map<String, ChannelEntries> channels = new LinkedHashMap<>();
  private final RecentCommits.Collector visible = new RecentCommits.Collector();
  private final List<Rebuilt> rebuilt = new ArrayList<>();
  private final Reveals reveals;

  /** What becomes readable with a batch. */
  private enum Reveals {
    ITS_ENTRIES,
    MORE
  }

  /**
   * The new entries of one channel.
   *
   * @param channel its name
   * @param hash its hash
   * @param entries in the order in which they are indexed
   */
  record ChannelEntries(String channel, long hash, List<Entry> entries) {}

  /**
   * A vbucket whose rebuild may be complete with this batch.
   *
   * @param progress the vbucket's
   * @param rebuild its rebuild
   * @param arrival the step with which it is
   */
  record Rebuilt(VbucketProgress progress, VbucketProgress.Rebuild rebuild, Arrival arrival) {}

  /** A batch that may reveal anything. */
  Batch() {
    this(Reveals.MORE);
  }

  private Batch(Reveals reveals) {
    this.reveals = reveals;
  }

  /** The next batch of a partition whose vbuckets are as far as this. */
  static Batch after(List<VbucketProgress> vbuckets) {
    for (VbucketProgress progress : vbuckets) {
      if (progress.hidesEntries()) {
        return new Batch();
      }
    }
    return new Batch(Reveals.ITS_ENTRIES);
  }

  /**
   * Adds the next step of a vbucket: what is at or below {@code floor} is a replay, but for a
   * rebuild, which wants to know that the document is there.
   *
   * @param floor the stable seqno that is committed
   */
  void add(Arrival arrival, VbucketProgress progress, long floor) {
    arrival.indexed().ifPresent(change -> add(change, arrival, progress, floor));
    progress.reached(arrival, visible);
    VbucketProgress.Rebuild rebuild = progress.rebuild();
    if (rebuild != null && rebuild.mayBeComplete(arrival)) {
      rebuilt.add(new Rebuilt(progress, rebuild, arrival));
    }
  }

  private void add(IndexedChange change, Arrival arrival, VbucketProgress progress, long floor) {
    requireConsistent(change, arrival);
    VbucketProgress.Rebuild rebuild = progress.rebuild();
    if (rebuild != null) {
      rebuild.saw(change.documentId());
    }
    if (Long.compareUnsigned(arrival.seqno(), floor) <= 0) {
      return;
    }
    for (Membership membership : change.memberships()) {
      if (Long.compareUnsigned(membership.seqno(), floor) > 0) {
        add(change, membership, arrival.position().vbuuid(), progress);
      }
    }
  }

  /** Adds the row that tells a channel that a document is gone. */
  void gone(String channel, Entry entry, VbucketProgress progress) {
    ChannelEntries entries = channel(channel);
    entries.entries().add(entry);
    progress.touches(entries.hash());
  }

  /** Adds what a document says to a channel, whatever was indexed of it before. */
  void add(IndexedChange change, Membership membership, long vbuuid, VbucketProgress progress) {
    ChannelEntries entries = channel(membership.channel());
    entries
        .entries()
        .add(
            new Entry(
                change.documentId(),
                membership.revision(),
                change.vbucket(),
                membership.seqno(),
                vbuuid,
                membership.state()));
    progress.touches(entries.hash());
  }

  private ChannelEntries channel(String channel) {
    return channels.computeIfAbsent(
        channel,
        name -> new ChannelEntries(name, IndexKeys.channelHash(name), new ArrayList<>(EXPECTED)));
  }

  Collection<ChannelEntries> channels() {
    return channels.values();
  }

  /** Whether what becomes readable with the batch is among its own entries. */
  boolean revealsOnlyItsEntries() {
    return reveals == Reveals.ITS_ENTRIES;
  }

  /** Its entries by channel. */
  Map<String, List<Entry>> entries() {
    Map<String, List<Entry>> entries = new HashMap<>(2 * channels.size());
    channels.forEach((channel, added) -> entries.put(channel, added.entries()));
    return entries;
  }

  RecentCommits.Collector visible() {
    return visible;
  }

  List<Rebuilt> rebuilt() {
    return rebuilt;
  }

  private static void requireConsistent(IndexedChange change, Arrival arrival) {
    if (change.vbucket() != arrival.vbucket() || change.seqno() != arrival.seqno()) {
      throw new IllegalStateException(
          "change of another mutation: vbucket="
              + arrival.vbucket()
              + ", seqno="
              + Long.toUnsignedString(arrival.seqno())
              + ", change="
              + change);
    }
    boolean everywhere = false;
    for (Membership membership : change.memberships()) {
      everywhere |=
          membership.channel().equals(EVERYTHING)
              && membership.seqno() == change.seqno()
              && membership.state() != EntryState.REMOVED;
    }
    if (!everywhere) {
      throw new IllegalStateException("change without channel '*': change=" + change);
    }
  }
}
