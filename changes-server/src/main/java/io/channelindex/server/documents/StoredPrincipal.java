package io.channelindex.server.documents;

import io.channelindex.index.principals.Principal.Status;
import io.channelindex.index.principals.PrincipalName;
import java.util.Set;

/**
 * A user or role as an administrator sees it and wants it to be.
 *
 * @param name who
 * @param channels that it may see, {@code *} for all documents
 * @param roles names of the roles whose channels it may see too; none for a role
 * @param status whether it may see anything at all
 */
public record StoredPrincipal(
    PrincipalName name, Set<String> channels, Set<String> roles, Status status) {
  /** Refuses roles that cannot be, and roles of roles. */
  public StoredPrincipal {
    channels = Set.copyOf(channels);
    roles = Set.copyOf(roles);
    roles.forEach(PrincipalName::role);
    if (name.kind() == PrincipalName.Kind.ROLE && !roles.isEmpty()) {
      throw new IllegalArgumentException("a role has no roles: principal=" + name);
    }
  }
}
