package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.DenseBlockBuilder;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.Revisions;
import io.channelindex.storage.format.RevisionsDocument;
import io.channelindex.storage.format.RevisionsDocument.Version;
import java.util.ArrayList;
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
 * passed over (invariant 6). That something is missing which should be there is an error.
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

  @Override
  public ActiveBlock begin(BlockPlace place) {
    return new WholeRows(builder(place), place.coding().compressor());
  }

  @Override
  public ActiveBlock resume(BlockPlace place, byte[] stored, List<Entry> kept) {
    DenseBlockBuilder builder = builder(place);
    kept.forEach(builder::add);
    return new WholeRows(builder, place.coding().compressor());
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
        .thenApply(revisions -> new Contents(entries(found, revisions, filter), latest));
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
      List<Object> found, Map<String, RevisionsDocument> revisions, EntryFilter filter) {
    List<Entry> entries = new ArrayList<>(found.size());
    for (Object one : found) {
      if (one instanceof Entry entry) {
        entries.add(entry);
      } else if (one instanceof Bare bare) {
        version(bare, revisions.get(bare.documentId()), filter)
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

  /** What the entry's revision is; empty if something newer has taken its place. */
  private static Optional<Version> version(
      Bare bare, @Nullable RevisionsDocument document, EntryFilter filter) {
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
      throw new IndexStorageException(
          "revision is missing: documentId="
              + bare.documentId()
              + ", vbucket="
              + bare.vbucket()
              + ", seqno="
              + Long.toUnsignedString(bare.seqno()));
    }
    return Optional.ofNullable(same);
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
              if (after.equals(before)) {
                return CompletableFuture.<Void>completedFuture(null);
              }
              int vbucket = same.get(0).vbucket();
              byte[] document =
                  new RevisionsDocument(id, vbucket, documents.epoch(), after).encode();
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
