package io.channelindex.index.write;

import io.channelindex.storage.format.StableDocument.Touched;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The ring of recent commits in a stable document: which channels each made news in. */
public final class RecentCommits {
  /** The most commits that are remembered. */
  static final int MAX_COMMITS = 64;

  /** The most channel hashes in all of them; a commit with more may have touched any channel. */
  static final int MAX_CHANNELS = 512;

  private RecentCommits() {}

  /** The ring after one more commit: the oldest go until the rest is within the bounds. */
  public static List<Touched> after(List<Touched> recent, Touched newest) {
    List<Touched> next = new ArrayList<>(MAX_COMMITS);
    next.add(newest);
    int channels = newest.channels().size();
    for (Touched older : recent) {
      channels += older.channels().size();
      if (next.size() == MAX_COMMITS || channels > MAX_CHANNELS) {
        break;
      }
      next.add(older);
    }
    return next;
  }

  /** Collects the channels in which a commit makes something visible. */
  public static final class Collector {
    private final ChannelHashes channels = new ChannelHashes();
    private boolean moved;
    private boolean all;

    /** Something became readable, in these channels. */
    public void add(Collection<Long> channelHashes) {
      moved = true;
      channelHashes.forEach(channels::add);
    }

    void add(ChannelHashes added) {
      moved = true;
      channels.addAll(added);
    }

    /** Something became readable, in any channel. */
    public void addAll() {
      moved = true;
      all = true;
    }

    /** Whether readers have a reason to look. */
    public boolean hasMoved() {
      return moved;
    }

    public Touched touched() {
      return all || channels.size() > MAX_CHANNELS
          ? Touched.ALL
          : new Touched(channels.toList(), false);
    }
  }
}
