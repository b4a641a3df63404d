package io.channelindex.index.read;

import io.channelindex.index.principals.PrincipalName;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.StableDocument;
import java.util.List;

/**
 * What somebody wants of a channel in a partition: the entries after one clock, up to another, that
 * are part of the partition's history.
 *
 * <p>Immutable.
 */
final class Slice {
  private static final String EVERYTHING = "*";

  private final String channel;
  private final StableDocument state;
  private final long[] since;
  private final long[] upper;

  private Slice(String channel, StableDocument state, long[] since, long[] upper) {
    this.channel = channel;
    this.state = state;
    this.since = since;
    this.upper = upper;
  }

  /** What lies between two clocks. */
  static Slice between(
      String channel, StableDocument state, SequenceClock since, SequenceClock upper) {
    int size = state.vbuckets().size();
    long[] low = new long[size];
    long[] high = new long[size];
    for (int i = 0; i < size; i++) {
      low[i] = since.seqno(state.firstVbucket() + i);
      high[i] = upper.seqno(state.firstVbucket() + i);
    }
    return new Slice(channel, state, low, high);
  }

  /** What became readable between two states of a partition. */
  static Slice between(String channel, StableDocument before, StableDocument after) {
    int size = after.vbuckets().size();
    long[] low = new long[size];
    long[] high = new long[size];
    for (int i = 0; i < size; i++) {
      low[i] = before.vbuckets().get(i).stable();
      high[i] = after.vbuckets().get(i).stable();
    }
    return new Slice(channel, after, low, high);
  }

  String channel() {
    return channel;
  }

  int partition() {
    return state.partition();
  }

  /** Refuses a head that speaks of other vbuckets than the partition has. */
  void requireSameVbuckets(ChannelHead head) {
    if (head.partition() != partition()
        || head.firstVbucket() != state.firstVbucket()
        || head.clock().size() != since.length) {
      throw new IndexStorageException(
          "head of another division: channel="
              + channel
              + ", partition="
              + partition()
              + ", head.partition="
              + head.partition()
              + ", head.firstVbucket="
              + head.firstVbucket()
              + ", head.vbuckets="
              + head.clock().size());
    }
  }

  /** Whether something with these highest seqnos per vbucket can hold an entry that is wanted. */
  boolean mayHold(List<Long> highest) {
    for (int i = 0; i < since.length; i++) {
      if (Long.compareUnsigned(since[i], upper[i]) < 0
          && Long.compareUnsigned(highest.get(i), since[i]) > 0) {
        return true;
      }
    }
    return false;
  }

  /** The index knows of principals' documents what it knows of all; no feed tells of them. */
  private boolean isPrincipal(Entry entry) {
    return channel.equals(EVERYTHING) && PrincipalName.isKey(entry.documentId());
  }

  /** Whether an entry is wanted. */
  boolean wants(Entry entry) {
    int i = entry.vbucket() - state.firstVbucket();
    if (i < 0 || i >= since.length) {
      throw new IndexStorageException(
          "entry of another partition: channel="
              + channel
              + ", partition="
              + partition()
              + ", vbucket="
              + entry.vbucket()
              + ", documentId="
              + entry.documentId());
    }
    return Long.compareUnsigned(entry.seqno(), since[i]) > 0
        && Long.compareUnsigned(entry.seqno(), upper[i]) <= 0
        && state.vbuckets().get(i).history().contains(entry.vbuuid(), entry.seqno())
        && !isPrincipal(entry);
  }
}
