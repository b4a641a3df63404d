package io.channelindex.perf.oracle;

import io.channelindex.perf.load.ChannelPlan;
import io.channelindex.perf.load.ChannelPlan.Appearance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What the writers of a plan got acknowledged, and what follows from it for every channel. The
 * writes of one document are acknowledged in their order; different documents may be written from
 * different threads.
 */
public final class WriteLog {
  private static final long NOT_ACKNOWLEDGED = 0;

  private final ChannelPlan plan;

  /** A fingerprint of the revision that each write was acknowledged with. */
  private final AtomicLongArray revisions;

  /**
   * @param plan what is written
   */
  public WriteLog(ChannelPlan plan) {
    this.plan = plan;
    this.revisions = new AtomicLongArray(plan.writes());
  }

  /**
   * What the followers of a channel must have been shown of a document in the end.
   *
   * @param document its index
   * @param version the last acknowledged one that says something to the channel
   * @param appearance what it says
   * @param revision the fingerprint of its revision
   */
  public record Expectation(int document, int version, Appearance appearance, long revision) {}

  /** A write was acknowledged. */
  public void acknowledged(int write, long revision) {
    revisions.set(write, revision);
  }

  /** The last acknowledged version of a document, or 0. */
  public int version(int document) {
    int version = 0;
    while (isAcknowledged(plan.write(document, version + 1))) {
      version++;
    }
    return version;
  }

  /**
   * What is expected in the end, by channel: the newest acknowledged state of each document that is
   * or was in it. Takes a pass over all writes.
   */
  public List<List<Expectation>> expectations() {
    List<List<Expectation>> channels = new ArrayList<>();
    for (int channel = 0; channel < plan.channels(); channel++) {
      channels.add(new ArrayList<>());
    }
    int[] newest = new int[plan.channels()];
    for (int document = 0; document < plan.documents(); document++) {
      Arrays.fill(newest, 0);
      int last = version(document);
      for (int version = 1; version <= last; version++) {
        newest[plan.channel(document, version)] = version;
        int before = version > 1 ? plan.channel(document, version - 1) : -1;
        if (before >= 0 && plan.appearance(before, document, version) != Appearance.NONE) {
          newest[before] = version;
        }
      }
      for (int channel = 0; channel < newest.length; channel++) {
        if (newest[channel] > 0) {
          channels.get(channel).add(expectation(channel, document, newest[channel]));
        }
      }
    }
    return channels;
  }

  private Expectation expectation(int channel, int document, int version) {
    return new Expectation(
        document,
        version,
        plan.appearance(channel, document, version),
        revisions.get(plan.write(document, version)));
  }

  private boolean isAcknowledged(int write) {
    return write >= 0 && revisions.get(write) != NOT_ACKNOWLEDGED;
  }
}
