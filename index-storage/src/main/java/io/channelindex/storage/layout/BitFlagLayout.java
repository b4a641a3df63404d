package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.BitFlagBlock;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.SequenceDocument;
import io.channelindex.storage.layout.Pruned.Missing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Layout {@code bit-flag} (W2): blocks of two bits per seqno, and one sequence document for each
 * seqno at which a document was in any channel.
 *
 * <p>What sequence documents say never changes; compaction removes those that a newer readable
 * state of the same document has superseded, which the head of the channel {@code *} tells ({@link
 * ChannelHead#pruned}). A reader that misses one at or below that passes over it: what is newer is
 * in every channel that the document was in.
 */
final class BitFlagLayout extends Layout {
  private static final int ATTEMPTS = 8;

  BitFlagLayout() {
    super("bit-flag", HeadClock.COVERS_ACTIVE);
  }

  @Override
  public Companions companions() {
    return Companions.READ;
  }

  /** Its sequence document is inserted. */
  @Override
  public int operationsPerChange() {
    return 1;
  }

  @Override
  public ActiveBlock begin(BlockPlace place) {
    return new WholeBlock(
        new BitFlagBlock(place.channel(), place.epoch()), place.coding().compressor());
  }

  @Override
  public ActiveBlock resume(BlockPlace place, byte[] stored, List<Entry> kept) {
    BitFlagBlock block = new BitFlagBlock(place.channel(), place.epoch());
    kept.forEach(block::add);
    return new WholeBlock(block, place.coding().compressor());
  }

  /** A seqno at which a document was in the channel. */
  private record Point(int vbucket, long seqno, long vbuuid) {}

  @Override
  CompletionStage<Contents> decode(
      BlockPlace place, List<StoredBlock> blocks, EntryFilter filter, DocumentReads documents) {
    List<Entry> entries = new ArrayList<>();
    Map<Point, String> points = new LinkedHashMap<>();
    long epoch = 0;
    for (StoredBlock block : blocks) {
      long its =
          BitFlagBlock.decode(
              block.key(),
              place.channel(),
              block.document(),
              place.coding().compressions(),
              filter,
              (vbucket, seqno, vbuuid) ->
                  points.put(
                      new Point(vbucket, seqno, vbuuid),
                      place.keys().sequence(vbucket, vbuuid, seqno)),
              (documentId, revision, vbucket, seqno, vbuuid, state) ->
                  entries.add(
                      new Entry(
                          documentId,
                          Objects.requireNonNull(revision),
                          vbucket,
                          seqno,
                          vbuuid,
                          state)));
      epoch = Epochs.later(its, epoch);
    }
    long latest = epoch;
    return sequences(points, place, documents)
        .thenApply(
            active -> {
              active.addAll(entries);
              return new Contents(active, latest);
            });
  }

  @Override
  public byte[] pack(BlockPlace place, List<Entry> entries) {
    BitFlagBlock block = new BitFlagBlock(place.channel(), place.epoch());
    entries.forEach(block::add);
    return block.encode(place.coding().compressor());
  }

  @Override
  public boolean prunes(String channel, Entry dropped, @Nullable Entry by) {
    return channel.equals(Pruned.EVERYTHING) && dropped.state() == EntryState.ACTIVE;
  }

  /** Removes none that a later owner has needed, or needs meanwhile: who needs one, writes it. */
  @Override
  public CompletionStage<Void> prune(
      Collection<Entry> entries,
      EntryFilter readable,
      EntryFilter needed,
      IndexKeys keys,
      DocumentWrites documents) {
    return documents.each(
        entries,
        entry -> remove(keys.sequence(entry.vbucket(), entry.vbuuid(), entry.seqno()), documents));
  }

  private static CompletionStage<Void> remove(String key, DocumentWrites documents) {
    return documents
        .get(key)
        .thenCompose(
            found -> {
              if (found.isEmpty()) {
                return CompletableFuture.<Void>completedFuture(null);
              }
              requireNotAfter(key, found.get(), documents);
              return documents.removeFound(key, found.get());
            });
  }

  private static SequenceDocument requireNotAfter(
      String key, Versioned<byte[]> found, DocumentWrites documents) {
    SequenceDocument document = SequenceDocument.decode(key, found.value());
    documents.requireNotAfter(key, document.epoch());
    return document;
  }

  private static CompletionStage<List<Entry>> sequences(
      Map<Point, String> points, BlockPlace place, DocumentReads documents) {
    if (points.isEmpty()) {
      return CompletableFuture.completedFuture(new ArrayList<>());
    }
    List<Point> order = List.copyOf(points.keySet());
    List<String> keys = List.copyOf(points.values());
    return documents
        .getAll(keys)
        .thenCompose(
            answers -> {
              List<Entry> entries = new ArrayList<>(order.size());
              List<Missing> missing = new ArrayList<>();
              for (int i = 0; i < answers.size(); i++) {
                Entry entry = entry(order.get(i), keys.get(i), answers.get(i));
                if (entry == null) {
                  missing.add(missing(order.get(i), keys.get(i), place));
                } else {
                  entries.add(entry);
                }
              }
              return missing.isEmpty()
                  ? CompletableFuture.completedFuture(entries)
                  : Pruned.require(missing, place, documents).thenApply(pruned -> entries);
            });
  }

  private static @Nullable Entry entry(
      Point point, String key, Optional<Versioned<byte[]>> document) {
    if (document.isEmpty()) {
      return null;
    }
    SequenceDocument sequence = SequenceDocument.decode(key, document.get().value());
    return new Entry(
        sequence.documentId(),
        sequence.revision(),
        point.vbucket(),
        point.seqno(),
        point.vbuuid(),
        EntryState.ACTIVE);
  }

  private static Missing missing(Point point, String key, BlockPlace place) {
    return new Missing(
        point.vbucket(),
        point.seqno(),
        "sequence document is missing: key=" + key + ", channel=" + place.channel());
  }

  @Override
  public CompletionStage<Void> writeCompanions(
      Collection<Entry> entries, EntryFilter readable, IndexKeys keys, DocumentWrites documents) {
    Map<String, Entry> byKey = new LinkedHashMap<>();
    for (Entry entry : entries) {
      if (entry.state() == EntryState.ACTIVE) {
        byKey.putIfAbsent(keys.sequence(entry.vbucket(), entry.vbuuid(), entry.seqno()), entry);
      }
    }
    return documents.each(
        byKey.entrySet(),
        one -> {
          Entry entry = one.getValue();
          SequenceDocument document =
              new SequenceDocument(entry.documentId(), entry.revision(), documents.epoch());
          return insert(one.getKey(), document.encode(), documents, ATTEMPTS);
        });
  }

  private static CompletionStage<Void> insert(
      String key, byte[] document, DocumentWrites documents, int attempts) {
    return documents
        .insert(key, document)
        .thenCompose(
            result ->
                result.isWritten()
                    ? CompletableFuture.<Void>completedFuture(null)
                    : claim(key, document, documents, attempts));
  }

  /**
   * One that is there says the same, a seqno of a branch being one mutation. But an owner before
   * may be about to remove it, not knowing that branch: it must not find its version any more.
   */
  private static CompletionStage<Void> claim(
      String key, byte[] document, DocumentWrites documents, int attempts) {
    return documents
        .get(key)
        .thenCompose(
            found -> {
              if (found.isEmpty()) {
                return again(key, document, documents, attempts);
              }
              if (requireNotAfter(key, found.get(), documents).epoch() == documents.epoch()) {
                return CompletableFuture.<Void>completedFuture(null);
              }
              return documents
                  .replace(key, document, found.get().cas())
                  .thenCompose(
                      result ->
                          result.isWritten()
                              ? CompletableFuture.<Void>completedFuture(null)
                              : again(key, document, documents, attempts));
            });
  }

  private static CompletionStage<Void> again(
      String key, byte[] document, DocumentWrites documents, int attempts) {
    documents.conflicted(key, attempts == 1);
    return insert(key, document, documents, attempts - 1);
  }
}
