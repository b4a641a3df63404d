package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Status;
import org.jspecify.annotations.Nullable;

/**
 * Executes sub-document requests. Pure functions: the caller holds the lock of the vbucket, has
 * checked the CAS and the document's lock, and stores the result.
 *
 * <p>Documents are given as they are found, tombstones included; whether the request may see a
 * tombstone is decided here. A CAS of a request is not to be compared with a tombstone that the
 * request does not see ({@link #sees}), nor, for a request that may create documents, with nothing.
 */
public final class SubdocExecutor {
  private static final byte[] NOTHING = new byte[0];

  private SubdocExecutor() {}

  /** Whether the document exists for the request: it is alive, or tombstones are accessed too. */
  public static boolean sees(SubdocRequest request, SubdocSource source) {
    return !source.isDeleted() || request.has(DocFlag.ACCESS_DELETED);
  }

  /**
   * Executes a lookup.
   *
   * @param source the document, or null if there is none
   * @param clock of the vbucket
   * @return KEY_ENOENT, SUBDOC_CAN_ONLY_REVIVE_DELETED_DOCUMENTS; of one path the path's status; of
   *     many SUCCESS or SUBDOC_MULTI_PATH_FAILURE, or the variants of both for tombstones
   * @throws IllegalArgumentException if the request is a mutation
   */
  public static LookupResult lookup(
      SubdocRequest request, @Nullable SubdocSource source, VbucketClock clock) {
    if (request.isMutation()) {
      throw new IllegalArgumentException("mutation=true");
    }
    if (source == null || !sees(request, source)) {
      return new LookupResult(Status.KEY_ENOENT, NOTHING, Datatype.RAW);
    }
    if (request.has(DocFlag.REVIVE_DOCUMENT) && !source.isDeleted()) {
      return new LookupResult(
          Status.SUBDOC_CAN_ONLY_REVIVE_DELETED_DOCUMENTS, NOTHING, Datatype.RAW);
    }
    return new LookupExecution(source, clock).run(request);
  }

  /**
   * Executes a mutation.
   *
   * @param source the document, or null if there is none
   * @param stamp what the mutation will be stored with
   * @return KEY_ENOENT, KEY_EEXISTS, E2BIG or a status for the document; of one path the path's
   *     status; of many SUBDOC_MULTI_PATH_FAILURE; SUCCESS, or SUBDOC_SUCCESS_DELETED for what was
   *     a tombstone and stays one
   * @throws IllegalArgumentException if the request is a lookup
   */
  public static MutationResult mutate(
      SubdocRequest request, @Nullable SubdocSource source, MutationStamp stamp) {
    if (!request.isMutation()) {
      throw new IllegalArgumentException("mutation=false");
    }
    SubdocSource seen = source != null && sees(request, source) ? source : null;
    Status refusal = refusal(request, seen);
    return refusal == null
        ? new MutationExecution(request, seen, stamp).run()
        : new MutationResult(refusal, NOTHING, Datatype.RAW, null);
  }

  private static @Nullable Status refusal(SubdocRequest request, @Nullable SubdocSource source) {
    if (source == null && !request.createsDocument()) {
      return Status.KEY_ENOENT;
    }
    if (source != null && request.has(DocFlag.ADD)) {
      return Status.KEY_EEXISTS;
    }
    if (request.has(DocFlag.REVIVE_DOCUMENT)) {
      boolean deleted =
          source == null ? request.has(DocFlag.CREATE_AS_DELETED) : source.isDeleted();
      return deleted ? null : Status.SUBDOC_CAN_ONLY_REVIVE_DELETED_DOCUMENTS;
    }
    return null;
  }
}
