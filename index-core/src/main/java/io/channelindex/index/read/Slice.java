package io.channelindex.index.read;

import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.read.ChannelCache.Kind;
import io.channelindex.index.read.ChannelCache.Place;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.VbucketState;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.BlockPlace;

/**
 * What somebody wants of a channel in a partition: the entries after one clock, up to another, that
 * are part of the partition's history.
 *
 * <p>Immutable.
 */
final class Slice implements EntryFilter {
  private static final String EVERYTHING = "*";

  private final Channel channel;
  private final StableDocument state;
  private final long[] since;
  private final long[] upper;

  private Slice(Channel channel, StableDocument state, long[] since, long[] upper) {
    this.channel = channel;
    this.state = state;
    this.since = since;
    this.upper = upper;
  }

  /** What lies between two clocks. */
  static Slice between(
      Channel channel, StableDocument state, SequenceClock since, SequenceClock upper) {
    int size = state.vbuckets().size();
    long[] low = new long[size];
    long[] high = new long[size];
    for (int i = 0; i < size; i++) {
      low[i] = since.seqno(state.firstVbucket() + i);
      high[i] = upper.seqno(state.firstVbucket() + i);
    }
    return new Slice(channel, state, low, high);
  }

  /** All that is visible. */
  static Slice all(Channel channel, StableDocument state) {
    long[] high = stable(state);
    return new Slice(channel, state, new long[high.length], high);
  }

  /** What became readable between two states of a partition. */
  static Slice between(Channel channel, StableDocument before, StableDocument after) {
    return after(channel, stable(before), after);
  }

  /**
   * What became readable after some seqnos.
   *
   * @param since one per vbucket of the partition; not changed any more
   */
  static Slice after(Channel channel, long[] since, StableDocument state) {
    return new Slice(channel, state, since, stable(state));
  }

  /** Up to where each vbucket of a partition is readable. */
  static long[] stable(StableDocument state) {
    return state.vbuckets().stream().mapToLong(VbucketState::stable).toArray();
  }

  Channel channel() {
    return channel;
  }

  /** The state of the partition that says what is visible. */
  StableDocument state() {
    return state;
  }

  int partition() {
    return state.partition();
  }

  /** How many vbuckets the partition has. */
  int vbuckets() {
    return since.length;
  }

  /** From where on the partition's vbucket at a place is wanted: after this seqno, unsigned. */
  long since(int place) {
    return since[place];
  }

  /** Up to which seqno the partition's vbucket at a place is wanted, unsigned. */
  long upper(int place) {
    return upper[place];
  }

  /** Whether this is how its partition is divided. */
  boolean isOf(int partition, int firstVbucket, int vbuckets) {
    return partition == partition()
        && firstVbucket == state.firstVbucket()
        && vbuckets == since.length;
  }

  /** Where something of the channel stands in the cache. */
  Place place(Kind kind, int number) {
    return new Place(kind, partition(), channel.hash(), number);
  }

  /**
   * Whether something can hold an entry that is wanted.
   *
   * @param highest the highest seqnos that it holds, per vbucket, from {@code begin} on
   */
  boolean mayHold(long[] highest, int begin) {
    for (int i = 0; i < since.length; i++) {
      if (Long.compareUnsigned(since[i], upper[i]) < 0
          && Long.compareUnsigned(highest[begin + i], since[i]) > 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether seqnos, one per vbucket from {@code begin} on, are all stable. */
  boolean isStable(long[] seqnos, int begin) {
    for (int i = 0; i < since.length; i++) {
      if (Long.compareUnsigned(seqnos[begin + i], state.vbuckets().get(i).stable()) > 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether it begins before everything. */
  boolean isFromBeginning() {
    for (long seqno : since) {
      if (seqno != 0) {
        return false;
      }
    }
    return true;
  }

  /** The index knows of principals' documents what it knows of all; no feed tells of them. */
  private boolean isPrincipal(Entry entry) {
    return channel.name().equals(EVERYTHING) && PrincipalName.isKey(entry.documentId());
  }

  /** Whether an entry is wanted. */
  boolean wants(Entry entry) {
    return wants(entry.vbucket(), entry.seqno(), entry.vbuuid()) && !isPrincipal(entry);
  }

  @Override
  public boolean wants(int vbucket, long seqno, long vbuuid) {
    int i = vbucket - state.firstVbucket();
    if (i < 0 || i >= since.length) {
      throw new IndexStorageException(
          "entry of another partition: channel="
              + channel.name()
              + ", partition="
              + partition()
              + ", vbucket="
              + vbucket
              + ", seqno="
              + Long.toUnsignedString(seqno));
    }
    return Long.compareUnsigned(seqno, since[i]) > 0
        && Long.compareUnsigned(seqno, upper[i]) <= 0
        && state.vbuckets().get(i).history().contains(vbuuid, seqno);
  }

  /**
   * Whether an entry is readable above what is wanted of its vbucket, if anything is: what is
   * wanted may not be all that was to be told of its document then, as superseded entries go.
   */
  boolean isAbove(Entry entry) {
    int i = entry.vbucket() - state.firstVbucket();
    return Long.compareUnsigned(entry.seqno(), upper[i]) > 0
        && Long.compareUnsigned(since[i], upper[i]) < 0
        && state.vbuckets().get(i).history().contains(entry.vbuuid(), entry.seqno())
        && !isPrincipal(entry);
  }

  /** Where the blocks are. */
  BlockPlace place(IndexKeys keys, BlockCoding coding) {
    return new BlockPlace(
        channel.name(), keys, partition(), state.firstVbucket(), since.length, coding, 0);
  }
}
