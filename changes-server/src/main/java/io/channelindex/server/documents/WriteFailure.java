package io.channelindex.server.documents;

import com.couchbase.client.core.error.AuthenticationFailureException;
import com.couchbase.client.core.error.CasMismatchException;
import com.couchbase.client.core.error.DocumentExistsException;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.error.DurabilityImpossibleException;
import com.couchbase.client.core.error.DurabilityLevelNotAvailableException;
import com.couchbase.client.core.error.FeatureNotAvailableException;
import com.couchbase.client.core.error.InvalidArgumentException;
import com.couchbase.client.core.error.UnambiguousTimeoutException;
import com.couchbase.client.core.error.ValueTooLargeException;
import com.couchbase.client.core.error.subdoc.DocumentAlreadyAliveException;
import com.couchbase.client.core.error.subdoc.DocumentTooDeepException;
import com.couchbase.client.core.error.subdoc.ValueTooDeepException;
import io.channelindex.server.documents.ClientRequests.NotSentException;
import java.util.concurrent.CompletionException;

/** What the failure of a write tells of it. */
enum WriteFailure {
  /** Not done: the document is not any more what it was. */
  LOST_RACE,
  /** Not done: too big for the data service. */
  TOO_LARGE,
  /**
   * Not done, if it was a revival: the data service is older than 7.0, or the body is nested deeper
   * than an attribute can be.
   */
  CANNOT_REVIVE,
  /** Not done, for a reason that trying again at once does not change. */
  NOT_DONE,
  /** It may have been done. */
  UNKNOWN;

  static WriteFailure of(Throwable failure) {
    Throwable cause = cause(failure);
    if (cause instanceof CasMismatchException
        || cause instanceof DocumentExistsException
        || cause instanceof DocumentNotFoundException
        || cause instanceof DocumentAlreadyAliveException) {
      return LOST_RACE;
    }
    if (cause instanceof ValueTooLargeException) {
      return TOO_LARGE;
    }
    if (cause instanceof DurabilityLevelNotAvailableException
        || cause instanceof DurabilityImpossibleException
        || cause instanceof UnambiguousTimeoutException
        || cause instanceof AuthenticationFailureException
        || cause instanceof InvalidArgumentException
        || cause instanceof NotSentException) {
      return NOT_DONE;
    }
    return cause instanceof FeatureNotAvailableException
            || cause instanceof ValueTooDeepException
            || cause instanceof DocumentTooDeepException
        ? CANNOT_REVIVE
        : UNKNOWN;
  }

  /** What went wrong, without what stages wrap around it. */
  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
