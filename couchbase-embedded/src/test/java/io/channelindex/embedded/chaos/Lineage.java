package io.channelindex.embedded.chaos;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The version of a document, and those before it that a loss can bring back. Immutable.
 *
 * <p>Of versions whose write was never answered the seqno is not known: such a version is somewhere
 * between its neighbours.
 */
final class Lineage {
  /** No seqno is known, or no CAS. */
  static final long UNKNOWN = -1;

  private static final long PRIME = 1_000_000_007;

  /**
   * What of a lineage decides what can be seen of it, if versions whose seqnos are not known can as
   * well be written later.
   */
  record Outline(@Nullable String value, long cas, long seqno, long floor, long known) {}

  private final @Nullable String value;
  private final long cas;
  private final long seqno;
  private final DurabilityLevel durability;
  private final @Nullable Lineage before;

  /** The next version comes after this seqno. */
  private final long floor;

  private final int hash;

  /** Tells the versions apart whose seqnos are known, this one's or those before it. */
  private final long outline;

  private Lineage(
      @Nullable String value,
      long cas,
      long seqno,
      DurabilityLevel durability,
      @Nullable Lineage before,
      long floor) {
    this.value = value;
    this.cas = cas;
    this.seqno = seqno;
    this.durability = durability;
    this.before = before;
    this.floor = floor;
    this.hash = Objects.hash(value, cas, seqno, durability, floor) * 31 + Objects.hashCode(before);
    long below = before == null ? 0 : before.outline;
    this.outline = seqno == UNKNOWN ? below : (below * PRIME + seqno) * PRIME + hashOf(value);
  }

  private static int hashOf(@Nullable String value) {
    return value == null ? 0 : value.hashCode();
  }

  /** A document that was never there. */
  static Lineage none() {
    return new Lineage(null, UNKNOWN, 0, DurabilityLevel.NONE, null, 0);
  }

  /** The body, or null of a document that is missing. */
  @Nullable String value() {
    return value;
  }

  long cas() {
    return cas;
  }

  long floor() {
    return floor;
  }

  Outline outline() {
    return new Outline(value, cas, seqno, floor, outline);
  }

  /** The lineage with a version more. */
  Lineage then(@Nullable String next, long nextCas, long nextSeqno, DurabilityLevel level) {
    return new Lineage(next, nextCas, nextSeqno, level, this, Math.max(floor, nextSeqno));
  }

  /** The same version, whose CAS is known now. */
  Lineage withCas(long known) {
    return new Lineage(value, known, seqno, durability, before, floor);
  }

  /** Forgets what cannot come back if nothing is lost at or below {@code lowestCut}. */
  Lineage rooted(long lowestCut) {
    boolean last = lowestCut == Long.MAX_VALUE || (seqno != UNKNOWN && seqno <= lowestCut);
    return last && before != null ? under(null, floor) : this;
  }

  private Lineage under(@Nullable Lineage other, long newFloor) {
    return new Lineage(value, cas, seqno, durability, other, newFloor);
  }

  /**
   * What may be left when the history goes back to the cut of {@code branch}.
   *
   * <p>The newest version at or below the cut is; of those whose place is not known, any that can
   * be below it. What was acknowledged durably, and is kept by that kind of loss, is left with all
   * that is older. A newer version may be left by luck: a copy that received a part of a range has
   * some documents as they were later.
   */
  List<Lineage> after(Branches.Branch branch) {
    List<Lineage> newestFirst = new ArrayList<>();
    Lineage oldest = this;
    while (oldest.before != null && !oldest.isKept(branch)) {
      newestFirst.add(oldest);
      oldest = oldest.before;
    }
    newestFirst.add(oldest);
    // Where the cut is among versions whose places are not known is not known either.
    List<Lineage> atCut = new ArrayList<>(List.of(oldest));
    int luckyOnes = newestFirst.size() - 1;
    while (luckyOnes > 0 && newestFirst.get(luckyOnes - 1).seqno == UNKNOWN) {
      luckyOnes--;
      atCut.add(newestFirst.get(luckyOnes));
    }
    List<Lineage> left = new ArrayList<>();
    for (Lineage base : atCut) {
      left.add(base.under(base.before, Math.max(base.seqno, branch.cut())));
      for (Lineage lucky : newestFirst.subList(0, luckyOnes)) {
        left.add(lucky.under(base, Math.max(lucky.seqno, branch.cut())));
      }
    }
    return left;
  }

  private boolean isKept(Branches.Branch branch) {
    return (seqno != UNKNOWN && seqno <= branch.cut())
        || (seqno != UNKNOWN && branch.cause().keeps(durability));
  }

  @Override
  public boolean equals(Object other) {
    if (this == other) {
      return true;
    }
    return other instanceof Lineage that
        && hash == that.hash
        && cas == that.cas
        && seqno == that.seqno
        && floor == that.floor
        && durability == that.durability
        && Objects.equals(value, that.value)
        && Objects.equals(before, that.before);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return (value == null ? "missing" : value) + (seqno == UNKNOWN ? "" : "@" + seqno);
  }
}
