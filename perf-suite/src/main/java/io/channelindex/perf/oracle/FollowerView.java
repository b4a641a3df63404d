package io.channelindex.perf.oracle;

import com.carrotsearch.hppc.IntIntHashMap;
import com.carrotsearch.hppc.IntLongHashMap;
import io.channelindex.perf.load.ChannelPlan;
import io.channelindex.perf.load.ChannelPlan.Appearance;
import java.util.List;

/**
 * What one follower of a channel was shown, judged row by row and in the end. For one thread.
 *
 * <p>Nothing is assumed of the order of different documents. Those of one document must not go
 * back: neither from a version to an older one, nor from its leaving to its being there.
 */
public final class FollowerView {
  /** Versions begin at 1. */
  private static final int NEVER = 0;

  private final ChannelPlan plan;
  private final int channel;
  private final Arrivals arrivals;

  // By document; numbers only: there are thousands of followers, and what they keep must not make
  // the load generator stop to collect garbage.
  private final IntIntHashMap versions = new IntIntHashMap();
  private final IntLongHashMap revisions = new IntLongHashMap();
  private long rows;
  private long repeated;
  private long outOfOrder;
  private long unexpected;
  private String firstProblem = "";

  /**
   * @param plan what is written
   * @param channel the channel that it follows
   * @param arrivals told of every write that the follower has been shown, or shown to be outdated
   */
  public FollowerView(ChannelPlan plan, int channel, Arrivals arrivals) {
    this.plan = plan;
    this.channel = channel;
    this.arrivals = arrivals;
  }

  /** Told of writes when a follower learns of them; must be quick. */
  @FunctionalInterface
  public interface Arrivals {
    /**
     * A write has arrived.
     *
     * @param write its number in the plan
     * @param nanos when
     */
    void arrived(int write, long nanos);
  }

  /** The channel that it follows. */
  public int channel() {
    return channel;
  }

  /**
   * A row came in.
   *
   * @param document the index in its id; negative if it is none of the plan's
   * @param version the generation of its revision
   * @param revision the fingerprint of its revision
   * @param appearance what it says
   * @param nanos when it came in
   */
  public void row(int document, int version, long revision, Appearance appearance, long nanos) {
    rows++;
    if (plan.write(document, version) < 0
        || plan.appearance(channel, document, version) != appearance) {
      unexpected++;
      note("unexpected row", document, version, appearance.toString());
      return;
    }
    int last = versions.getOrDefault(document, NEVER);
    if (version < last) {
      outOfOrder++;
      note("row out of order", document, version, "after version " + last);
      return;
    }
    if (version == last) {
      repeated++;
    } else {
      arrived(document, last, version, nanos);
    }
    versions.put(document, version);
    revisions.put(document, revision);
  }

  /** A row came in that is none, or whose token goes back. */
  public void disordered(String problem) {
    outOfOrder++;
    if (firstProblem.isEmpty()) {
      firstProblem = problem;
    }
  }

  /** A version that an arriving one has made obsolete will not come any more: it counts as well. */
  private void arrived(int document, int after, int upTo, long nanos) {
    for (int version = after + 1; version <= upTo; version++) {
      if (version == upTo || plan.appearance(channel, document, version) != Appearance.NONE) {
        arrivals.arrived(plan.write(document, version), nanos);
      }
    }
  }

  /**
   * How many documents' acknowledged states the follower has not been shown.
   *
   * @param expected what it must have been shown in the end
   */
  public long missed(List<WriteLog.Expectation> expected) {
    long missed = 0;
    for (WriteLog.Expectation expectation : expected) {
      missed += isShown(expectation) ? 0 : 1;
    }
    return missed;
  }

  /** What the first thing that it was not shown is; empty if there is none. */
  public String firstMissed(List<WriteLog.Expectation> expected) {
    for (WriteLog.Expectation expectation : expected) {
      if (!isShown(expectation)) {
        int shown = versions.getOrDefault(expectation.document(), NEVER);
        return "channel="
            + channel
            + ", document="
            + expectation.document()
            + ", expected=version "
            + expectation.version()
            + " "
            + expectation.appearance()
            + ", found="
            + (shown == NEVER ? "never seen" : "version " + shown);
      }
    }
    return "";
  }

  /** A newer version that nobody got acknowledged makes up for an older one that somebody did. */
  private boolean isShown(WriteLog.Expectation expected) {
    int shown = versions.getOrDefault(expected.document(), NEVER);
    return shown > expected.version()
        || (shown == expected.version()
            && revisions.get(expected.document()) == expected.revision());
  }

  private void note(String problem, int document, int version, String about) {
    if (firstProblem.isEmpty()) {
      firstProblem =
          problem
              + ": channel="
              + channel
              + ", document="
              + document
              + ", version="
              + version
              + ", "
              + about;
    }
  }

  /** Rows so far. */
  public long rows() {
    return rows;
  }

  /** Rows that said again what an earlier one had said. */
  public long repeated() {
    return repeated;
  }

  /** Rows that went back. */
  public long outOfOrder() {
    return outOfOrder;
  }

  /** Rows of what nobody wrote, or of what is none of the channel's business. */
  public long unexpected() {
    return unexpected;
  }

  /** The first row that was wrong, for a message; empty if none was. */
  public String firstProblem() {
    return firstProblem;
  }
}
