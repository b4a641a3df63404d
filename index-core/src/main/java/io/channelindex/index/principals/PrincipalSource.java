package io.channelindex.index.principals;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where principals are kept: the data bucket. Thread-safe. */
@FunctionalInterface
public interface PrincipalSource {
  /**
   * The principal as it is now, at least as new as all that the index has told of it; with the
   * grants that were withdrawn, those of a deleted one among them.
   *
   * @return empty if there has never been one; a failure completes exceptionally
   */
  CompletionStage<Optional<Principal>> current(PrincipalName name);
}
