package io.channelindex.index.memory;

import io.channelindex.storage.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What is readable of a vbucket: the rows of each channel.
 *
 * <p>Rows that newer ones of their documents have replaced stay until there are half as many of
 * them as others, or so; then all of the vbucket's channels are rewritten. So a row costs a look at
 * one or two rows once, and no more than a third of the rows are of no use. A reader that was on
 * its way to such a row finds the newer one with its next clock.
 *
 * <p>Readers take no lock: they find each channel as some writer left it. Written by one thread at
 * a time.
 */
final class VbucketRows {
  private static final int FEW_ROWS = 64;

  private volatile Map<String, Run> channels = new ConcurrentHashMap<>();
  private long rows;
  private long bytes;
  private long compactAt = FEW_ROWS;

  /** How many rows a channel has after a seqno, up to another; unsigned. */
  int count(String channel, long since, long upper) {
    return channels.getOrDefault(channel, Run.EMPTY).count(since, upper);
  }

  /** Adds the rows of a channel after a seqno, up to another, that are wanted. */
  void collect(String channel, long since, long upper, Predicate<Entry> wanted, List<Entry> into) {
    channels.getOrDefault(channel, Run.EMPTY).collect(since, upper, wanted, into);
  }

  /** What all of it takes. */
  long bytes() {
    return bytes;
  }

  /** How many rows there are, those among them that newer ones have replaced. */
  long rows() {
    return rows;
  }

  boolean isEmpty() {
    return channels.isEmpty();
  }

  /** Adds rows to their channels, ascending by seqno and above all that are there. */
  void append(RowBuffer buffer) {
    for (Map.Entry<String, List<Entry>> added : buffer.channels().entrySet()) {
      Run before = channels.get(added.getKey());
      Run after = (before == null ? Run.EMPTY : before).plus(added.getValue());
      channels.put(added.getKey(), after);
      bytes += Footprint.of(after) - (before == null ? 0 : Footprint.of(before));
      rows += added.getValue().size();
    }
    bytes += buffer.entryBytes();
    if (rows >= compactAt) {
      compact();
    }
  }

  /** Puts rows in the place of all that are there. */
  void replace(RowBuffer buffer) {
    Map<String, Run> fresh = new ConcurrentHashMap<>();
    buffer.channels().forEach((channel, added) -> fresh.put(channel, Run.EMPTY.plus(added)));
    adopt(fresh);
  }

  /** Keeps the newest row of each document in each channel only. */
  void compact() {
    adopt(channels);
  }

  /** Readers of the old map go on with it; each of its channels is right for itself. */
  private void adopt(Map<String, Run> content) {
    Map<String, Run> kept = new ConcurrentHashMap<>();
    Map<String, Entry> everywhere = new HashMap<>();
    long newRows = 0;
    long newBytes = 0;
    Run all = content.getOrDefault(RowBuffer.EVERYTHING, Run.EMPTY).newest();
    for (int i = 0; i < all.size(); i++) {
      everywhere.put(all.get(i).documentId(), all.get(i));
      newBytes += Footprint.of(all.get(i));
    }
    for (Map.Entry<String, Run> channel : content.entrySet()) {
      boolean isAll = channel.getKey().equals(RowBuffer.EVERYTHING);
      Run run = isAll ? all : channel.getValue().newest();
      kept.put(channel.getKey(), run);
      newRows += run.size();
      newBytes += Footprint.of(run) + (isAll ? 0 : ownBytes(run, everywhere));
    }
    channels = kept;
    rows = newRows;
    bytes = newBytes;
    compactAt = Math.max(FEW_ROWS, newRows + (newRows >> 1));
  }

  /** What a channel's entries take that are not those of the channel that has everything. */
  @SuppressWarnings("ReferenceEquality")
  private static long ownBytes(Run run, Map<String, Entry> everywhere) {
    long own = 0;
    for (int i = 0; i < run.size(); i++) {
      Entry entry = run.get(i);
      own += everywhere.get(entry.documentId()) == entry ? 0 : Footprint.of(entry);
    }
    return own;
  }

  /**
   * What is not there any more, as far as other rows know of everything that is.
   *
   * @param present the documents that are there
   * @return the newest row of each other document, by channel
   */
  Map<String, List<Entry>> missing(Set<String> present) {
    Map<String, List<Entry>> missing = new HashMap<>();
    channels.forEach(
        (channel, run) -> {
          Run newest = run.newest();
          for (int i = 0; i < newest.size(); i++) {
            if (!present.contains(newest.get(i).documentId())) {
              missing.computeIfAbsent(channel, name -> new ArrayList<>()).add(newest.get(i));
            }
          }
        });
    return missing;
  }
}
