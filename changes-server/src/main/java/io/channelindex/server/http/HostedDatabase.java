package io.channelindex.server.http;

import io.channelindex.feed.PartitionStatus;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.Follower;
import io.channelindex.index.read.Since;
import io.channelindex.server.documents.DocumentWrite;
import io.channelindex.server.documents.StoredDocument;
import io.channelindex.server.documents.StoredPrincipal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A database as the front sees it.
 *
 * <p>Called on event loops: nothing may block. Stages may complete on any thread.
 */
public interface HostedDatabase {
  /** Its name in URLs: a lower case letter, then lower case letters, digits or {@code _$()+-}. */
  String name();

  /**
   * Why the database cannot be used at all: it has not been opened yet. Empty once it was; then,
   * and only then, everything below may be asked.
   */
  Optional<String> whyClosed();

  /**
   * A number that stays the same for the life of the database, and only for that: 1 … 2^53 − 1, so
   * that JavaScript clients can tell it apart from others.
   */
  long instanceStartTime();

  /**
   * Finds out where an earlier feed stood.
   *
   * @param seq what a client took for its token
   * @return fails with a {@code TokenException} if it is none, or none any more; with an {@code
   *     IndexStorageException} if the index cannot be read
   */
  CompletionStage<Since.At> resume(String seq);

  /**
   * Starts a feed.
   *
   * @return fails with an {@code IndexStorageException} if the index cannot be read; that is tried
   *     again where the feed can wait, any other failure is not
   */
  CompletionStage<Follower> follow(FeedRequest request);

  /**
   * A document as it is now, tombstones included.
   *
   * @return fails with a {@code DocumentException}
   */
  CompletionStage<StoredDocument> document(String id);

  /**
   * Writes a document.
   *
   * @return the new revision; fails with a {@code DocumentException}
   */
  CompletionStage<String> write(DocumentWrite write);

  /**
   * A user or role as it is now; empty if there is none.
   *
   * @return fails with a {@code DocumentException}
   */
  CompletionStage<Optional<StoredPrincipal>> principal(PrincipalName name);

  /**
   * Makes a user or role what is wanted.
   *
   * @return whether there was none; fails with a {@code DocumentException}
   */
  CompletionStage<Boolean> write(StoredPrincipal wanted);

  /**
   * Deletes a user or role.
   *
   * @return whether there was one; fails with a {@code DocumentException}
   */
  CompletionStage<Boolean> delete(PrincipalName name);

  /** Whether the index bucket answered the last look at it. */
  boolean isIndexAvailable();

  /** How the partitions are that this node owns or wants to own. */
  List<PartitionStatus> partitions();
}
