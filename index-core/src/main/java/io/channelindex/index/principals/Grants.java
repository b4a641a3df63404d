package io.channelindex.index.principals;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;

/**
 * What a principal was given, channels or roles, since when and until when: seqnos of the vbucket
 * of its document, so what it had at any of them can be told, but for what was {@linkplain #pruned
 * forgotten}. Nobody knows the seqno of a write before it is done: what a write changes is {@link
 * #PENDING} in what it writes, and {@linkplain #writtenAt dated} in what is read.
 *
 * <p>Immutable.
 */
public final class Grants {
  /** Nothing, ever. */
  public static final Grants NONE = new Grants(List.of());

  /** The seqno of the write that carries the grants. */
  public static final long PENDING = 0;

  /** The end of what was not withdrawn: later than every seqno. */
  public static final long NEVER = -1L;

  private static final Comparator<Grant> ORDER =
      Comparator.comparing(Grant::name).thenComparing(Grant::since, Long::compareUnsigned);

  private final List<Grant> grants;

  /** The last seqno with which anything was given or withdrawn; 0 if nothing was. */
  private final long settled;

  /**
   * Something that was given, and perhaps withdrawn.
   *
   * @param name of the channel or role
   * @param since the seqno with which it was given, unsigned
   * @param until the seqno with which it was withdrawn, unsigned
   */
  public record Grant(String name, long since, long until) {
    /** Refuses one that was withdrawn before it was given. */
    public Grant {
      if (until != PENDING && Long.compareUnsigned(until, since) <= 0) {
        throw new IllegalArgumentException(
            "grant ends before it begins: name="
                + name
                + ", since="
                + Long.toUnsignedString(since)
                + ", until="
                + Long.toUnsignedString(until));
      }
    }

    boolean lasts() {
      return until == NEVER;
    }

    private boolean holdsAt(long seqno) {
      return Long.compareUnsigned(since, seqno) <= 0 && Long.compareUnsigned(seqno, until) < 0;
    }
  }

  private Grants(List<Grant> grants) {
    this.grants = grants;
    long last = 0;
    for (Grant grant : grants) {
      long date = grant.lasts() ? grant.since() : grant.until();
      if (Long.compareUnsigned(date, last) > 0) {
        last = date;
      }
    }
    this.settled = last;
  }

  /** These grants. */
  public static Grants of(Collection<Grant> grants) {
    return new Grants(grants.stream().sorted(ORDER).toList());
  }

  /** All of them, by name, then time. */
  public List<Grant> all() {
    return grants;
  }

  /** What the principal had when its vbucket was at a seqno, unsigned. */
  public Set<String> at(long seqno) {
    Set<String> names = new TreeSet<>();
    for (Grant grant : grants) {
      if (grant.holdsAt(seqno)) {
        names.add(grant.name());
      }
    }
    return names;
  }

  /** Whether nothing has changed after a seqno, unsigned. */
  public boolean isSettledAt(long seqno) {
    return Long.compareUnsigned(settled, seqno) <= 0;
  }

  /** What was not withdrawn. */
  public Set<String> lasting() {
    Set<String> names = new TreeSet<>();
    for (Grant grant : grants) {
      if (grant.lasts()) {
        names.add(grant.name());
      }
    }
    return names;
  }

  /** All that was ever given, as far as it is known. */
  public Set<String> names() {
    Set<String> names = new TreeSet<>();
    grants.forEach(grant -> names.add(grant.name()));
    return names;
  }

  /** Grants of which exactly these last: what that changes is pending. */
  public Grants changedTo(Set<String> wanted) {
    Set<String> missing = new TreeSet<>(wanted);
    List<Grant> changed = new ArrayList<>(grants.size() + wanted.size());
    for (Grant grant : grants) {
      boolean withdrawn = grant.lasts() && !missing.remove(grant.name());
      changed.add(withdrawn ? new Grant(grant.name(), grant.since(), PENDING) : grant);
    }
    missing.forEach(name -> changed.add(new Grant(name, PENDING, NEVER)));
    return of(changed);
  }

  /** These grants as what a write with this seqno carries. */
  public Grants writtenAt(long seqno) {
    return redated(date -> date == PENDING ? seqno : date);
  }

  /**
   * These grants where seqnos do not mean anything any more: what lasts was given with this write,
   * and what was before is not known.
   */
  public Grants copiedAt(long seqno) {
    return of(lasting().stream().map(name -> new Grant(name, seqno, NEVER)).toList());
  }

  private Grants redated(LongUnaryOperator date) {
    return of(
        grants.stream()
            .map(
                grant ->
                    new Grant(
                        grant.name(),
                        date.applyAsLong(grant.since()),
                        date.applyAsLong(grant.until())))
            .toList());
  }

  /**
   * These grants with at most {@code limit} that were withdrawn, as far as that is possible: those
   * withdrawn first go first, and none whose withdrawal may not be readable in the index yet.
   *
   * @param stable up to where the index has everything, unsigned
   */
  public Grants pruned(int limit, long stable) {
    List<Grant> withdrawn = grants.stream().filter(grant -> !grant.lasts()).toList();
    int surplus = withdrawn.size() - limit;
    if (surplus <= 0) {
      return this;
    }
    List<Grant> kept = new ArrayList<>(grants);
    withdrawn.stream()
        .filter(grant -> grant.until() != PENDING)
        .filter(grant -> Long.compareUnsigned(grant.until(), stable) <= 0)
        .sorted(Comparator.comparing(Grant::until, Long::compareUnsigned))
        .limit(surplus)
        .forEach(kept::remove);
    return of(kept);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Grants that && that.grants.equals(grants);
  }

  @Override
  public int hashCode() {
    return grants.hashCode();
  }

  @Override
  public String toString() {
    return grants.toString();
  }
}
