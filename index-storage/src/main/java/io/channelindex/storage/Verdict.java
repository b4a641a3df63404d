package io.channelindex.storage;

import com.couchbase.client.core.error.AmbiguousTimeoutException;
import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.core.error.DocumentLockedException;
import com.couchbase.client.core.error.DurabilityAmbiguousException;
import com.couchbase.client.core.error.DurabilityImpossibleException;
import com.couchbase.client.core.error.DurableWriteInProgressException;
import com.couchbase.client.core.error.DurableWriteReCommitInProgressException;
import com.couchbase.client.core.error.InternalServerFailureException;
import com.couchbase.client.core.error.InvalidArgumentException;
import com.couchbase.client.core.error.RateLimitedException;
import com.couchbase.client.core.error.RequestCanceledException;
import com.couchbase.client.core.error.ServerOutOfMemoryException;
import com.couchbase.client.core.error.TemporaryFailureException;
import com.couchbase.client.core.error.TimeoutException;
import com.couchbase.client.core.error.context.CancellationErrorContext;
import com.couchbase.client.core.error.context.ErrorContext;
import com.couchbase.client.core.msg.CancellationReason;
import com.couchbase.client.core.retry.RetryReason;

/** What a failure of the client says of the attempt that failed. */
enum Verdict {
  /** Not done, and worth another attempt. */
  TEMPORARY,
  /** Not done, and another attempt would fail the same way. */
  REFUSED,
  /** There was no answer in time; nothing was sent. */
  NOT_SENT,
  /** It may have been done. */
  UNKNOWN;

  /**
   * The verdict on a failure that the client reports after its own retries. Those are safe: it
   * sends a write again only if it was not done before.
   */
  static Verdict on(Throwable failure) {
    if (failure instanceof RequestCanceledException canceled) {
      return onCancellation(canceled);
    }
    if (failure instanceof TimeoutException timeout) {
      boolean ambiguous = timeout instanceof AmbiguousTimeoutException;
      return ambiguous && wasSent(timeout.context()) ? UNKNOWN : NOT_SENT;
    }
    if (isTemporary(failure)) {
      return TEMPORARY;
    }
    boolean refused =
        failure instanceof InvalidArgumentException
            || (failure instanceof CouchbaseException answer && isAnswer(answer));
    return refused ? REFUSED : UNKNOWN;
  }

  private static boolean isTemporary(Throwable failure) {
    return failure instanceof TemporaryFailureException
        || failure instanceof DocumentLockedException
        || failure instanceof ServerOutOfMemoryException
        || failure instanceof RateLimitedException
        || failure instanceof DurabilityImpossibleException
        || failure instanceof DurableWriteInProgressException
        || failure instanceof DurableWriteReCommitInProgressException;
  }

  /** Whether the data service has answered, and with an answer that means "not done". */
  private static boolean isAnswer(CouchbaseException failure) {
    ErrorContext context = failure.context();
    return context != null
        && context.responseStatus() != null
        && !(failure instanceof DurabilityAmbiguousException)
        && !(failure instanceof InternalServerFailureException);
  }

  private static Verdict onCancellation(RequestCanceledException canceled) {
    CancellationReason reason = canceled.reason();
    if (CancellationReason.SHUTDOWN.equals(reason)) {
      return wasSent(canceled.context()) ? UNKNOWN : REFUSED;
    }
    boolean neverTaken =
        CancellationReason.TOO_MANY_REQUESTS_IN_RETRY.equals(reason)
            || CancellationReason.TARGET_NODE_REMOVED.equals(reason);
    boolean notDone =
        reason.innerReason() instanceof RetryReason inner
            && inner != RetryReason.CHANNEL_CLOSED_WHILE_IN_FLIGHT
            && inner != RetryReason.UNKNOWN;
    return neverTaken || notDone || !wasSent(canceled.context()) ? TEMPORARY : UNKNOWN;
  }

  private static boolean wasSent(CancellationErrorContext context) {
    return context == null
        || context.requestContext() == null
        || context.requestContext().lastDispatchedTo() != null;
  }
}
