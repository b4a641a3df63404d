package io.channelindex.index.write;

import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The partition's stable document as its owner last wrote it, and the writes that take it over and
 * move it on (invariants 1, 3 and 5).
 *
 * <p>Every take-over has an owner id of its own and every write a commit number: a write whose
 * answer was lost is known by both. A version that somebody else wrote means that the partition was
 * taken, and ends this owner's writing.
 *
 * <p>Confined to the partition's serial executor.
 */
final class StableRecord {
  private final Scope scope;
  private final String key;
  private StableDocument document;
  private long cas;

  private StableRecord(Scope scope, StableDocument document, long cas) {
    this.scope = scope;
    this.key = scope.keys().stable(scope.partition());
    this.document = document;
    this.cas = cas;
  }

  /** Takes the partition over. */
  static CompletableFuture<StableRecord> take(Scope scope) {
    String owner = UUID.randomUUID().toString();
    return scope.retries().run(() -> tryTake(scope, owner));
  }

  private static CompletableFuture<StableRecord> tryTake(Scope scope, String owner) {
    String key = scope.keys().stable(scope.partition());
    return scope
        .bucket()
        .get(WriterStep.STABLE, key)
        .thenCompose(
            found -> {
              StableDocument before = decode(scope, key, found);
              long cas = found.map(Versioned::cas).orElse(0L);
              if (before.owner().equals(owner)) {
                return CompletableFuture.completedFuture(new StableRecord(scope, before, cas));
              }
              StableDocument taken = taken(before, owner);
              return scope
                  .bucket()
                  .write(WriterStep.STABLE, key, taken.encode(), cas)
                  .thenApply(result -> ChannelWrite.requireWritten(key, result))
                  .thenApply(written -> new StableRecord(scope, taken, written));
            });
  }

  private static StableDocument taken(StableDocument before, String owner) {
    return new StableDocument(
        before.partition(),
        before.firstVbucket(),
        before.epoch() + 1,
        owner,
        before.commit() + 1,
        before.vbuckets(),
        RecentCommits.after(before.recent(), Touched.NONE));
  }

  private static StableDocument decode(Scope scope, String key, Optional<Versioned<byte[]>> found) {
    if (found.isEmpty()) {
      return StableDocument.unowned(scope.map(), scope.partition());
    }
    StableDocument document = StableDocument.decode(key, found.get().value());
    if (document.partition() != scope.partition()
        || document.firstVbucket() != scope.firstVbucket()
        || document.vbuckets().size() != scope.size()) {
      throw new IndexStorageException(
          "stable document of another division: key="
              + key
              + ", partition="
              + document.partition()
              + ", firstVbucket="
              + document.firstVbucket()
              + ", vbuckets="
              + document.vbuckets().size()
              + ", expected="
              + scope.map());
    }
    return document;
  }

  /** What is committed. */
  StableDocument document() {
    return document;
  }

  /**
   * Commits.
   *
   * @param states of the partition's vbuckets
   * @param touched the channels in which something becomes visible
   * @return fails with {@link FencedException} if another owner took the partition
   */
  CompletableFuture<Void> commit(List<VbucketState> states, Touched touched) {
    StableDocument next =
        new StableDocument(
            document.partition(),
            document.firstVbucket(),
            document.epoch(),
            document.owner(),
            document.commit() + 1,
            states,
            RecentCommits.after(document.recent(), touched));
    byte[] bytes = next.encode();
    Attempt attempt = new Attempt(next, bytes);
    return scope.retries().run(attempt::run);
  }

  /** The attempts at one commit. */
  private final class Attempt {
    private final StableDocument next;
    private final byte[] bytes;
    private boolean unanswered;

    Attempt(StableDocument next, byte[] bytes) {
      this.next = next;
      this.bytes = bytes;
    }

    CompletableFuture<Void> run() {
      if (unanswered) {
        return scope.bucket().get(WriterStep.STABLE, key).thenCompose(this::compare);
      }
      return write();
    }

    private CompletableFuture<Void> write() {
      unanswered = true;
      return scope
          .bucket()
          .replace(WriterStep.STABLE, key, bytes, cas)
          .thenAccept(result -> committed(ChannelWrite.requireWritten(key, result)));
    }

    private void committed(long newCas) {
      document = next;
      cas = newCas;
    }

    private CompletableFuture<Void> compare(Optional<Versioned<byte[]>> found) {
      Versioned<byte[]> version =
          found.orElseThrow(
              () -> new IndexStorageException("stable document vanished: key=" + key));
      StableDocument there = StableDocument.decode(key, version.value());
      if (!there.owner().equals(next.owner())) {
        throw fenced(there);
      }
      if (there.commit() == next.commit()) {
        committed(version.cas());
        return CompletableFuture.completedFuture(null);
      }
      if (there.commit() != document.commit()) {
        throw new IndexStorageException(
            "stable document went back: key="
                + key
                + ", commit="
                + there.commit()
                + ", expected="
                + document.commit());
      }
      cas = version.cas();
      return write();
    }

    private RuntimeException fenced(StableDocument there) {
      String message =
          "partition="
              + there.partition()
              + ", epoch="
              + Long.toUnsignedString(next.epoch())
              + ", foundEpoch="
              + Long.toUnsignedString(there.epoch())
              + ", foundOwner="
              + there.owner();
      return Long.compareUnsigned(there.epoch(), next.epoch()) > 0
          ? new FencedException("partition was taken by another owner: " + message)
          : new IndexStorageException("stable document of an earlier owner is back: " + message);
    }
  }
}
