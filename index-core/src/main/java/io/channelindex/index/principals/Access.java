package io.channelindex.index.principals;

import io.channelindex.index.principals.Principal.Status;
import io.channelindex.sequence.SequenceClock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which channels a principal can see, its own and those of its roles, at any clock. A channel
 * through a role is seen from the clock on that has both, the role's assignment and its channel:
 * the two are of different vbuckets, so neither can be called the later one.
 *
 * <p>Thread-safe: what it says never changes. What it says of a clock is right if the principals
 * were read after the clock was known to be readable.
 */
public final class Access {
  /** Of somebody who is not known. */
  private static final Access NOTHING = new Access(null, Map.of());

  private final @Nullable Principal principal;
  private final Map<String, Principal> roles;

  /** What can be seen at every clock after which nothing changed; null until somebody asks. */
  private volatile @Nullable Set<String> settled;

  private Access(@Nullable Principal principal, Map<String, Principal> roles) {
    this.principal = principal;
    this.roles = roles;
  }

  /**
   * What a principal can see.
   *
   * @param principal the principal, if there is one
   * @param roles of those that it ever had, as far as it knows, the ones that exist
   */
  public static Access of(Optional<Principal> principal, Map<String, Principal> roles) {
    return principal.map(known -> new Access(known, Map.copyOf(roles))).orElse(NOTHING);
  }

  /** Whether it is of these very principals. */
  @SuppressWarnings("ReferenceEquality") // Equal ones that were read again are not worth comparing.
  public boolean isOf(Optional<Principal> other, Map<String, Principal> otherRoles) {
    if (principal != other.orElse(null) || roles.size() != otherRoles.size()) {
      return false;
    }
    for (Map.Entry<String, Principal> role : otherRoles.entrySet()) {
      if (roles.get(role.getKey()) != role.getValue()) {
        return false;
      }
    }
    return true;
  }

  /**
   * The channels that can be seen at a clock; the same set wherever nothing changed after the
   * clock.
   */
  public Set<String> at(SequenceClock clock) {
    if (!isSettledAt(clock)) {
      return Set.copyOf(seenAt(clock));
    }
    Set<String> known = settled;
    if (known == null) {
      known = Set.copyOf(seenAt(clock));
      settled = known;
    }
    return known;
  }

  private boolean isSettledAt(SequenceClock clock) {
    if (principal != null && !isSettledAt(principal, clock)) {
      return false;
    }
    for (Principal role : roles.values()) {
      if (!isSettledAt(role, clock)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSettledAt(Principal principal, SequenceClock clock) {
    long seqno = clock.seqno(principal.vbucket());
    return principal.channels().isSettledAt(seqno) && principal.roles().isSettledAt(seqno);
  }

  private Set<String> seenAt(SequenceClock clock) {
    Set<String> channels = new HashSet<>();
    if (principal == null || principal.status() != Status.ENABLED) {
      return channels;
    }
    long seqno = clock.seqno(principal.vbucket());
    channels.addAll(principal.channels().at(seqno));
    for (String name : principal.roles().at(seqno)) {
      Principal role = roles.get(name);
      if (role != null && role.status() == Status.ENABLED) {
        channels.addAll(role.channels().at(clock.seqno(role.vbucket())));
      }
    }
    return channels;
  }

  /** The vbuckets that the answer depends on. */
  public List<Integer> vbuckets() {
    Set<Integer> vbuckets = new TreeSet<>();
    if (principal != null) {
      vbuckets.add(principal.vbucket());
    }
    roles.values().forEach(role -> vbuckets.add(role.vbucket()));
    return List.copyOf(vbuckets);
  }
}
