package io.channelindex.index.write;

import io.channelindex.index.write.VbucketProgress.Rebuild;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Finds, at the end of a vbucket's rebuild, the documents that the index has and the data bucket
 * has not any more, and adds to a batch the rows that tell every channel where they were (healing,
 * index-bucket.md, "mark and sweep").
 *
 * <p>What counts as a document's last state in a channel: the newest entry that is true; only where
 * there is none, the last one that was undone, because readers may have seen it before. Deletions
 * above the stable seqno do not count: they are what an earlier attempt at this rebuild wrote and
 * never committed, perhaps not in all channels.
 *
 * <p>Memory: the documents that are gone. Confined to the partition's serial executor.
 */
final class GoneDocuments {
  private static final int CHANNELS_AT_ONCE = 8;

  private final Scope scope;
  private final Registry registry;
  private final DocumentSource documents;
  private final VbucketProgress progress;
  private final Rebuild rebuild;
  private final Arrival arrival;

  /** By channel, in the order in which they were registered. */
  private final Map<String, Found> found = new LinkedHashMap<>();

  private long highest;

  /** Whether a rebuild is complete. */
  enum Outcome {
    /** The batch has what has to be told. */
    COMPLETE,
    /** The stream has to come further first; the rebuild's floor says how far. */
    POSTPONED
  }

  GoneDocuments(Scope scope, Registry registry, DocumentSource documents, Batch.Rebuilt candidate) {
    this.scope = scope;
    this.registry = registry;
    this.documents = documents;
    this.progress = candidate.progress();
    this.rebuild = candidate.rebuild();
    this.arrival = candidate.arrival();
  }

  /** Looks for them, and adds their rows at the whole point that the stream has reached. */
  CompletableFuture<Outcome> addTo(Batch batch) {
    return registry
        .all()
        .thenCompose(channels -> Window.each(channels, CHANNELS_AT_ONCE, this::scan))
        .thenApply(
            scanned -> {
              found.values().forEach(Found::keepActive);
              found.values().removeIf(inChannel -> inChannel.newest.isEmpty());
              if (mustWait()) {
                return Outcome.POSTPONED;
              }
              tell(batch);
              return Outcome.COMPLETE;
            });
  }

  /** Each channel for itself: compaction may have left in one what it has taken from another. */
  private CompletableFuture<Void> scan(String channel) {
    Found inChannel = new Found();
    found.put(channel, inChannel);
    return new ChannelScan(scope, channel, progress.vbucket(), inChannel::see).run();
  }

  private boolean mustWait() {
    long whole = arrival.whole();
    if (Long.compareUnsigned(highest, whole) > 0) {
      // The stream has not brought again all that was indexed.
      rebuild.postponeTo(highest);
      return true;
    }
    if (!found.isEmpty() && Long.compareUnsigned(whole, progress.stable()) <= 0) {
      // Readers may have passed this point: rows at it would be missed.
      rebuild.postponeTo(progress.stable() + 1);
      return true;
    }
    return false;
  }

  private void tell(Batch batch) {
    Map<String, Entry> last = new HashMap<>();
    for (Found inChannel : found.values()) {
      inChannel.newest.forEach((id, entry) -> last.merge(id, entry, this::newer));
    }
    Map<String, String> revisions = new HashMap<>();
    last.forEach((id, entry) -> revisions.put(id, documents.goneRevision(id, entry.revision())));
    found.forEach(
        (channel, inChannel) ->
            inChannel
                .newest
                .keySet()
                .forEach(id -> batch.gone(channel, row(id, revisions), progress)));
  }

  private Entry row(String documentId, Map<String, String> revisions) {
    return new Entry(
        documentId,
        Objects.requireNonNull(revisions.get(documentId)),
        progress.vbucket(),
        arrival.whole(),
        arrival.position().vbuuid(),
        EntryState.DELETED);
  }

  /** The last states of documents that the stream did not bring. */
  private final class Found {
    final Map<String, Entry> newest = new HashMap<>();

    void see(Entry entry) {
      boolean isTrue = isTrue(entry);
      if (isTrue && Long.compareUnsigned(entry.seqno(), highest) > 0) {
        highest = entry.seqno();
      }
      boolean uncommittedDeletion =
          isTrue
              && entry.state() == EntryState.DELETED
              && Long.compareUnsigned(entry.seqno(), progress.stable()) > 0;
      if (!uncommittedDeletion && !rebuild.hasSeen(entry.documentId())) {
        newest.merge(entry.documentId(), entry, GoneDocuments.this::newer);
      }
    }

    void keepActive() {
      newest.values().removeIf(entry -> entry.state() != EntryState.ACTIVE);
    }
  }

  private Entry newer(Entry known, Entry candidate) {
    if (!isTrue(known)) {
      return candidate;
    }
    boolean newer =
        isTrue(candidate) && Long.compareUnsigned(candidate.seqno(), known.seqno()) >= 0;
    return newer ? candidate : known;
  }

  private boolean isTrue(Entry entry) {
    return progress.history().contains(entry.vbuuid(), entry.seqno());
  }
}
