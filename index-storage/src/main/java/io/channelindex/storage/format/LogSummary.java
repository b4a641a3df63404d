package io.channelindex.storage.format;

import java.util.Arrays;

/**
 * What a document of {@link LogFrames} holds.
 *
 * <p>Immutable.
 */
public final class LogSummary {
  static final EntrySink NOTHING = (documentId, revision, vbucket, seqno, vbuuid, state) -> {};

  private final int frames;
  private final int entries;
  private final long epoch;
  private final long[] highest;

  private LogSummary(Builder builder) {
    this.frames = builder.frames;
    this.entries = builder.entries;
    this.epoch = builder.epoch;
    this.highest = builder.highest;
  }

  /** How many frames there are, each counted as often as it is there. */
  public int frames() {
    return frames;
  }

  /** How many entries there are, each counted as often as it is there. */
  public int entries() {
    return entries;
  }

  /** The highest epoch of those who wrote it. */
  public long epoch() {
    return epoch;
  }

  /** The highest seqno of a vbucket, unsigned, on whatever branch; 0 if it has no entry. */
  public long highest(int vbucket) {
    return vbucket < highest.length ? highest[vbucket] : 0;
  }

  /** Wants no entry, and takes note of all. */
  static final class Builder implements EntryFilter {
    private int frames;
    private int entries;
    private long epoch;
    private long[] highest = new long[0];

    void frame(long frameEpoch) {
      frames++;
      epoch = Math.max(epoch, frameEpoch);
    }

    @Override
    public boolean wants(int vbucket, long seqno, long vbuuid) {
      entries++;
      if (vbucket >= highest.length) {
        highest = Arrays.copyOf(highest, vbucket + 1);
      }
      if (Long.compareUnsigned(seqno, highest[vbucket]) > 0) {
        highest[vbucket] = seqno;
      }
      return false;
    }

    LogSummary build() {
      return new LogSummary(this);
    }
  }
}
