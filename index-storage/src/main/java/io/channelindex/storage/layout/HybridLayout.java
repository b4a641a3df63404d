package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.DenseBlockBuilder;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.Revisions;
import io.channelindex.storage.format.RevisionsDocument;
import io.channelindex.storage.format.RevisionsDocument.Version;
import io.channelindex.storage.layout.Pruned.Missing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Layout {@code hybrid} (W4): blocks that hold entries without their revision, and one document for
 * each document of the data bucket that has it, whatever number of channels the document is in.
 *
 * <p>A revisions document keeps the newest version that is readable, and all that may become so.
 * Therefore a reader that looks for an older one does not find it any more: then a newer entry of
 * the document is readable, or about to be, in every channel that it was in, and the old one may be
 * passed over (invariant 6). Of a document that was deleted compaction removes it, and says so
 * ({@link Pruned}). That something is missing otherwise is an error.
 *
 * <p>A document that left a channel has its revision in the block: what comes later of it says
 * nothing to that channel.
 */
final class HybridLayout extends Layout {
  private static final int ATTEMPTS = 8;

  HybridLayout() {
    super("hybrid", HeadClock.COVERS_ACTIVE);
  }

  @Override
  public Companions companions() {
    return Companions.READ;
  }

  /** The document that has its revisions is read and replaced. */
  @Override
  public int operationsPerChange() {
    return 2;
  }

  @Override
  public ActiveBlock begin(BlockPlace place) {
    return new WholeBlock(builder(place), place.coding().compressor());
  }

  @Override
  public ActiveBlock resume(BlockPlace place, byte[] stored, List<Entry> kept) {
    DenseBlockBuilder builder = builder(place);
    kept.forEach(builder::add);
    return new WholeBlock(builder, place.coding().compressor());
  }

  private static DenseBlockBuilder builder(BlockPlace place) {
    return new DenseBlockBuilder(place.channel(), place.epoch(), Revisions.OF_LEAVINGS_ONLY);
  }

  /** An entry of which the revision is elsewhere. */
  private record Bare(String documentId, int vbucket, long seqno, long vbuuid) {}

  @Override
  CompletionStage<Contents> decode(
      BlockPlace place, List<StoredBlock> blocks, EntryFilter filter, DocumentReads documents) {
    List<Object> found = new ArrayList<>();
    long epoch = 0;
    for (StoredBlock block : blocks) {
      long its =
          StoredRows.decodeRows(
              place,
              block,
              Revisions.OF_LEAVINGS_ONLY,
              filter,
              (documentId, revision, vbucket, seqno, vbuuid, state) ->
                  found.add(
                      revision == null
                          ? new Bare(documentId, vbucket, seqno, vbuuid)
                          : new Entry(documentId, revision, vbucket, seqno, vbuuid, state)));
      epoch = Epochs.later(its, epoch);
    }
    long latest = epoch;
    return revisions(place.keys(), found, documents)
        .thenCompose(
            revisions -> {
              List<Missing> missing = new ArrayList<>();
              Contents contents = new Contents(entries(found, revisions, filter, missing), latest);
              return missing.isEmpty()
                  ? CompletableFuture.completedFuture(contents)
                  : Pruned.require(missing, place, documents).thenApply(pruned -> contents);
            });
  }

  @Override
  public byte[] pack(BlockPlace place, List<Entry> entries) {
    return StoredRows.columns(place, entries, Revisions.OF_LEAVINGS_ONLY);
  }

  private static CompletionStage<Map<String, RevisionsDocument>> revisions(
      IndexKeys keys, List<Object> found, DocumentReads documents) {
    Map<String, String> keysOfIds = new LinkedHashMap<>();
    for (Object one : found) {
      if (one instanceof Bare bare) {
        keysOfIds.computeIfAbsent(bare.documentId(), keys::revisions);
      }
    }
    if (keysOfIds.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    List<String> ids = List.copyOf(keysOfIds.keySet());
    return documents
        .getAll(List.copyOf(keysOfIds.values()))
        .thenApply(
            answers -> {
              Map<String, RevisionsDocument> revisions = new LinkedHashMap<>();
              for (int i = 0; i < answers.size(); i++) {
                String id = ids.get(i);
                answers
                    .get(i)
                    .ifPresent(
                        document ->
                            revisions.put(
                                id,
                                RevisionsDocument.decode(
                                    keys.revisions(id), id, document.value())));
              }
              return revisions;
            });
  }

  private static List<Entry> entries(
      List<Object> found,
      Map<String, RevisionsDocument> revisions,
      EntryFilter filter,
      List<Missing> missing) {
    List<Entry> entries = new ArrayList<>(found.size());
    for (Object one : found) {
      if (one instanceof Entry entry) {
        entries.add(entry);
      } else if (one instanceof Bare bare) {
        version(bare, revisions.get(bare.documentId()), filter, missing)
            .ifPresent(
                version ->
                    entries.add(
                        new Entry(
                            bare.documentId(),
                            version.revision(),
                            bare.vbucket(),
                            bare.seqno(),
                            bare.vbuuid(),
                            EntryState.ACTIVE)));
      }
    }
    return entries;
  }

  /** What the entry's revision is; empty if it is missing or something newer has its place. */
  private static Optional<Version> version(
      Bare bare, @Nullable RevisionsDocument document, EntryFilter filter, List<Missing> missing) {
    boolean superseded = false;
    Version same = null;
    if (document != null) {
      for (Version version : document.versions()) {
        if (version.isOf(bare.seqno(), bare.vbuuid())) {
          return Optional.of(version);
        }
        if (version.seqno() == bare.seqno()
            && filter.wants(bare.vbucket(), version.seqno(), version.vbuuid())) {
          // Indexed again under another branch that has it, too: it is the same mutation.
          same = version;
        }
        superseded |= Long.compareUnsigned(version.seqno(), bare.seqno()) > 0;
      }
    }
    if (same == null && !superseded) {
      missing.add(
          new Missing(
              bare.vbucket(),
              bare.seqno(),
              "revision is missing: documentId="
                  + bare.documentId()
                  + ", vbucket="
                  + bare.vbucket()
                  + ", seqno="
                  + Long.toUnsignedString(bare.seqno())));
    }
    return Optional.ofNullable(same);
  }

  /**
   * A document that was deleted, or that only was in what history has undone. Of others the next
   * write takes what is superseded.
   */
  @Override
  public boolean prunes(String channel, Entry dropped, @Nullable Entry by) {
    return channel.equals(Pruned.EVERYTHING)
        && dropped.state() == EntryState.ACTIVE
        && (by == null || by.state() == EntryState.DELETED);
  }

  @Override
  public CompletionStage<Void> prune(
      Collection<Entry> entries,
      EntryFilter readable,
      EntryFilter needed,
      IndexKeys keys,
      DocumentWrites documents) {
    Map<String, Long> superseded = new LinkedHashMap<>();
    for (Entry entry : entries) {
      boolean wasReadable = readable.wants(entry.vbucket(), entry.seqno(), entry.vbuuid());
      superseded.merge(entry.documentId(), wasReadable ? entry.seqno() : 0, HybridLayout::later);
    }
    return documents.each(
        superseded.entrySet(),
        document ->
            prune(document.getKey(), document.getValue(), readable, needed, keys, documents));
  }

  private static long later(long one, long other) {
    return Long.compareUnsigned(one, other) >= 0 ? one : other;
  }

  /**
   * Removes the document if nothing in it is needed: readable versions are superseded up to a
   * seqno. What is not readable yet may become so, whatever its seqno, if it is part of history;
   * and what is not part of it may stand in blocks that nobody has compacted.
   */
  private static CompletionStage<Void> prune(
      String id,
      long supersededTo,
      EntryFilter readable,
      EntryFilter needed,
      IndexKeys keys,
      DocumentWrites documents) {
    String key = keys.revisions(id);
    return documents
        .get(key)
        .thenCompose(
            found -> {
              if (found.isEmpty()) {
                return CompletableFuture.<Void>completedFuture(null);
              }
              RevisionsDocument document = RevisionsDocument.decode(key, id, found.get().value());
              documents.requireNotAfter(key, document.epoch());
              for (Version version : document.versions()) {
                boolean superseded =
                    Long.compareUnsigned(version.seqno(), supersededTo) <= 0
                        && readable.wants(document.vbucket(), version.seqno(), version.vbuuid());
                if (!superseded
                    && needed.wants(document.vbucket(), version.seqno(), version.vbuuid())) {
                  return CompletableFuture.<Void>completedFuture(null);
                }
              }
              return documents.removeFound(key, found.get());
            });
  }

  @Override
  public CompletionStage<Void> writeCompanions(
      Collection<Entry> entries, EntryFilter readable, IndexKeys keys, DocumentWrites documents) {
    Map<String, List<Entry>> byDocument = new LinkedHashMap<>();
    for (Entry entry : entries) {
      if (entry.state() == EntryState.ACTIVE) {
        byDocument.computeIfAbsent(entry.documentId(), id -> new ArrayList<>(2)).add(entry);
      }
    }
    return documents.each(
        byDocument.values(), same -> merge(same, readable, keys, documents, ATTEMPTS));
  }

  private static CompletionStage<Void> merge(
      List<Entry> same,
      EntryFilter readable,
      IndexKeys keys,
      DocumentWrites documents,
      int attempts) {
    String id = same.get(0).documentId();
    String key = keys.revisions(id);
    return documents
        .get(key)
        .thenCompose(
            found -> {
              List<Version> before = before(key, id, found, documents);
              List<Version> after = merged(before, same, readable);
              byte[] document =
                  new RevisionsDocument(id, same.get(0).vbucket(), documents.epoch(), after)
                      .encode();
              // One of the same versions that an owner before wrote, that one may be removing.
              if (found.isPresent() && Arrays.equals(document, found.get().value())) {
                return CompletableFuture.<Void>completedFuture(null);
              }
              return write(key, document, found, documents)
                  .thenCompose(
                      written -> {
                        if (written) {
                          return CompletableFuture.<Void>completedFuture(null);
                        }
                        documents.conflicted(key, attempts == 1);
                        return merge(same, readable, keys, documents, attempts - 1);
                      });
            });
  }

  private static List<Version> before(
      String key, String id, Optional<Versioned<byte[]>> found, DocumentWrites documents) {
    if (found.isEmpty()) {
      return List.of();
    }
    RevisionsDocument document = RevisionsDocument.decode(key, id, found.get().value());
    documents.requireNotAfter(key, document.epoch());
    return document.versions();
  }

  private static CompletionStage<Boolean> write(
      String key, byte[] document, Optional<Versioned<byte[]>> found, DocumentWrites documents) {
    return (found.isEmpty()
            ? documents.insert(key, document)
            : documents.replace(key, document, found.get().cas()))
        .thenApply(result -> result.isWritten());
  }

  /** The versions with the new ones, without those that a newer readable one has superseded. */
  private static List<Version> merged(
      List<Version> before, List<Entry> added, EntryFilter readable) {
    int vbucket = added.get(0).vbucket();
    long newest = 0;
    for (Version version : before) {
      if (readable.wants(vbucket, version.seqno(), version.vbuuid())
          && Long.compareUnsigned(version.seqno(), newest) > 0) {
        newest = version.seqno();
      }
    }
    List<Version> versions = new ArrayList<>();
    for (Version version : before) {
      if (Long.compareUnsigned(version.seqno(), newest) >= 0) {
        versions.add(version);
      }
    }
    // What a rollback brings back is older than what is readable until then: it stays.
    for (Entry entry : added) {
      if (versions.stream().noneMatch(known -> known.isOf(entry.seqno(), entry.vbuuid()))) {
        versions.add(new Version(entry.seqno(), entry.vbuuid(), entry.revision()));
      }
    }
    return versions;
  }
}
