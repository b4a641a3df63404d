package io.channelindex.index.read;

import io.channelindex.sequence.BranchVector;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.BranchVectorDocument;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The branch vectors that tokens speak of, stored in the index bucket under their digests. A vector
 * is stored before the first token with its digest is handed out, so that every node can say later
 * what of that token is still true.
 *
 * <p>Thread-safe.
 */
final class BranchVectors {
  private static final int REMEMBERED = 256;

  private final IndexBucket bucket;
  private final IndexKeys keys;

  /** Vectors that are known to be stored. Guarded by itself. */
  private final Map<Long, BranchVector> stored =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, BranchVector> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Vectors that are being stored: a rollback makes every follower ask for the same one. */
  private final ConcurrentHashMap<Long, CompletableFuture<Void>> underWay =
      new ConcurrentHashMap<>();

  BranchVectors(IndexBucket bucket, IndexKeys keys) {
    this.bucket = bucket;
    this.keys = keys;
  }

  /** Whether the vector is known to be stored already. */
  boolean isPublished(BranchVector vector) {
    return remembered(vector.digest()) != null;
  }

  /** Completes once the vector is stored. */
  CompletionStage<Void> publish(BranchVector vector) {
    if (isPublished(vector)) {
      return CompletableFuture.completedFuture(null);
    }
    long digest = vector.digest();
    CompletableFuture<Void> publishing = new CompletableFuture<>();
    CompletableFuture<Void> first = underWay.putIfAbsent(digest, publishing);
    if (first != null) {
      return first;
    }
    // A conflict says that another node was faster: what has the same digest is the same vector.
    bucket
        .insert(keys.branches(digest), BranchVectorDocument.encode(vector))
        .whenComplete(
            (result, failure) -> {
              if (failure == null) {
                remember(vector);
              }
              underWay.remove(digest);
              if (failure == null) {
                publishing.complete(null);
              } else {
                publishing.completeExceptionally(Stages.cause(failure));
              }
            });
    return publishing;
  }

  /** The vector of a digest; empty if nobody stored one. */
  CompletionStage<Optional<BranchVector>> find(long digest) {
    BranchVector known = remembered(digest);
    if (known != null) {
      return CompletableFuture.completedFuture(Optional.of(known));
    }
    String key = keys.branches(digest);
    return bucket
        .get(key)
        .thenApply(
            found -> {
              Optional<BranchVector> vector =
                  found.map(document -> BranchVectorDocument.decode(key, document.value()));
              vector.ifPresent(this::remember);
              return vector;
            });
  }

  private @Nullable BranchVector remembered(long digest) {
    synchronized (stored) {
      return stored.get(digest);
    }
  }

  private void remember(BranchVector vector) {
    synchronized (stored) {
      stored.put(vector.digest(), vector);
    }
  }
}
