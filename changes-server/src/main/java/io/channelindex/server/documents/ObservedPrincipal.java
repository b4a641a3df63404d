package io.channelindex.server.documents;

import io.channelindex.index.principals.Principal;
import io.channelindex.index.principals.PrincipalName;
import java.util.Optional;

/**
 * A principal's document as one look-up of the data service shows it, tombstones included.
 *
 * @param name who
 * @param cas its version
 * @param document what the data service says of it
 * @param attribute what was granted; withdrawn in a tombstone
 */
record ObservedPrincipal(
    PrincipalName name, long cas, VirtualAttribute document, PrincipalAttribute attribute) {
  boolean exists() {
    return document.life() == DocumentMetadata.Life.ALIVE;
  }

  Principal toPrincipal(int vbucket) {
    return new Principal(
        name, vbucket, attribute.status(), attribute.channels(), attribute.roles());
  }

  Optional<StoredPrincipal> toStored() {
    return exists()
        ? Optional.of(
            new StoredPrincipal(
                name,
                attribute.channels().lasting(),
                attribute.roles().lasting(),
                attribute.status()))
        : Optional.empty();
  }
}
