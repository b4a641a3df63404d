package io.channelindex.index.read;

import io.channelindex.index.principals.Access;
import io.channelindex.index.principals.Principal;
import io.channelindex.index.principals.PrincipalName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The principal of one feed, with the roles that it has or had.
 *
 * <p>Thread-safe.
 */
final class FollowedPrincipal {
  private final PrincipalFeeds feeds;
  private final PrincipalWatch own;

  /** Guarded by {@code this}. */
  private final Map<String, PrincipalWatch> roles = new HashMap<>();

  /** Their channels; another list whenever they change. Guarded by {@code this}. */
  private List<Tail> tails;

  private boolean closed;

  FollowedPrincipal(PrincipalFeeds feeds, PrincipalName name) {
    this.feeds = feeds;
    this.own = feeds.watch(name);
    this.tails = List.of(own.tail());
  }

  /** What the principal can see, at the view's clock and at those before; fails if unreadable. */
  CompletionStage<Access> asOf(StableView view) {
    return own.asOf(view).thenCompose(principal -> asOf(view, principal));
  }

  private CompletionStage<Access> asOf(StableView view, Optional<Principal> principal) {
    Map<String, PrincipalWatch> followed =
        follow(principal.map(known -> known.roles().names()).orElse(Set.of()));
    List<CompletionStage<Optional<Principal>>> reads = new ArrayList<>(followed.size());
    followed.values().forEach(role -> reads.add(role.asOf(view)));
    return Stages.all(reads)
        .thenApply(
            read -> {
              Map<String, Principal> known = new HashMap<>();
              read.forEach(role -> role.ifPresent(found -> known.put(found.name().name(), found)));
              return own.access(principal, known);
            });
  }

  /** Takes the roles that are missing, lets go of the others. */
  private synchronized Map<String, PrincipalWatch> follow(Set<String> wanted) {
    if (closed) {
      throw new IllegalStateException("the follower is closed");
    }
    if (!roles.keySet().equals(wanted)) {
      for (String role : wanted) {
        roles.computeIfAbsent(role, name -> feeds.watch(PrincipalName.role(name)));
      }
      for (String role : List.copyOf(roles.keySet())) {
        if (!wanted.contains(role)) {
          feeds.unwatch(PrincipalName.role(role));
          roles.remove(role);
        }
      }
      List<Tail> changed = new ArrayList<>();
      changed.add(own.tail());
      roles.values().forEach(role -> changed.add(role.tail()));
      tails = List.copyOf(changed);
    }
    return Map.copyOf(roles);
  }

  /** The channels in which the index tells of its changes. */
  synchronized List<Tail> tails() {
    return tails;
  }

  synchronized void close(PrincipalName name) {
    if (!closed) {
      closed = true;
      feeds.unwatch(name);
      roles.keySet().forEach(role -> feeds.unwatch(PrincipalName.role(role)));
      roles.clear();
    }
  }
}
