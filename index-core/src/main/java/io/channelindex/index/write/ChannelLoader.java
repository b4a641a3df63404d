package io.channelindex.index.write;

import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.layout.StoredBlock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Reads what a channel looks like before it is written.
 *
 * <p>Blocks that the head does not name may be there: an owner wrote them and did not come to its
 * head. They are looked for after trouble only, because then something may have been written; else
 * the insert that meets them finds out.
 *
 * <p>Confined to the partition's serial executor.
 */
final class ChannelLoader {
  private final Scope scope;
  private final Owner owner;

  ChannelLoader(Scope scope, Owner owner) {
    this.scope = scope;
    this.owner = owner;
  }

  /** How far to look. */
  enum Look {
    /** At what the head names. */
    HEAD,
    /** For blocks after those, too. */
    BEYOND
  }

  /**
   * A channel, and what its last blocks hold.
   *
   * @param state the channel
   * @param present the identities of the entries in the blocks that were read
   */
  record Loaded(ChannelState state, Set<Identity> present) {
    boolean lacks(Entry entry) {
      return !present.contains(Identity.of(entry));
    }
  }

  /** What makes an entry the same one. */
  record Identity(int vbucket, long seqno, long vbuuid, String documentId) {
    private static final int VBUCKET_BITS = 10;
    private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

    static Identity of(Entry entry) {
      return new Identity(entry.vbucket(), entry.seqno(), entry.vbuuid(), entry.documentId());
    }

    /**
     * Few differ in the others only; ids of entries that were just read have not been hashed. Both
     * are small numbers, and of a table's slots only the low bits are used: they depend on all bits
     * only by the multiplication (Knuth, The Art of Computer Programming, 6.4).
     */
    @Override
    public int hashCode() {
      return Long.hashCode((seqno << VBUCKET_BITS | vbucket) * GOLDEN_RATIO);
    }
  }

  /** A channel that nobody has written. */
  Loaded fresh(String channel) {
    return new Loaded(new ChannelState(scope, channel, owner.epoch()), new HashSet<>());
  }

  /** Reads a channel; fails with {@link FencedException} if a later owner wrote it. */
  CompletableFuture<Loaded> load(String channel, Look look) {
    String key = scope.keys().head(channel, scope.partition());
    return scope
        .bucket()
        .get(WriterStep.CLOCKS, key)
        .thenCompose(answer -> load(channel, key, answer, look));
  }

  private CompletableFuture<Loaded> load(
      String channel, String key, Optional<Versioned<byte[]>> answer, Look look) {
    if (answer.isEmpty()) {
      Loaded fresh = fresh(channel);
      return look == Look.HEAD
          ? CompletableFuture.completedFuture(fresh)
          : loadBeyond(fresh, Place.AT_ACTIVE);
    }
    ChannelHead head = ChannelHead.decode(key, channel, answer.get().value());
    owner.requireNotAfter(key, head.epoch());
    if (head.partition() != scope.partition() || head.clock().size() != scope.size()) {
      throw new IndexStorageException(
          "head of another division: key="
              + key
              + ", partition="
              + head.partition()
              + ", vbuckets="
              + head.clock().size());
    }
    ChannelState state = new ChannelState(scope, head, answer.get().cas(), owner.epoch());
    return loadActive(new Loaded(state, new HashSet<>()), head, look);
  }

  private CompletableFuture<Loaded> loadActive(Loaded loaded, ChannelHead head, Look look) {
    String key = loaded.state().activeKey();
    return scope
        .bucket()
        .get(WriterStep.BLOCKS, key)
        .thenCompose(
            answer -> {
              if (answer.isPresent()) {
                return read(loaded, key, answer.get())
                    .thenCompose(
                        read ->
                            look == Look.HEAD
                                ? CompletableFuture.completedFuture(loaded)
                                : loadBeyond(loaded, Place.AFTER_ACTIVE));
              }
              if (head.activeMustExist()) {
                throw new IndexStorageException("block that the head names is missing: key=" + key);
              }
              // Some after it may be there, of a write of several: they come to light when it is.
              return CompletableFuture.completedFuture(loaded);
            });
  }

  private enum Place {
    AT_ACTIVE,
    AFTER_ACTIVE
  }

  private CompletableFuture<Loaded> loadBeyond(Loaded loaded, Place place) {
    ChannelState state = loaded.state();
    int number = place == Place.AT_ACTIVE ? state.active() : state.active() + 1;
    String key = scope.keys().block(state.channel(), scope.partition(), number);
    return scope
        .bucket()
        .get(WriterStep.BLOCKS, key)
        .thenCompose(
            answer -> {
              if (answer.isEmpty()) {
                return CompletableFuture.completedFuture(loaded);
              }
              if (place == Place.AFTER_ACTIVE) {
                state.skipToNext();
              }
              return read(loaded, key, answer.get())
                  .thenCompose(read -> loadBeyond(loaded, Place.AFTER_ACTIVE));
            });
  }

  private CompletableFuture<Void> read(Loaded loaded, String key, Versioned<byte[]> document) {
    ChannelState state = loaded.state();
    StoredBlock block = new StoredBlock(key, document.value());
    return scope
        .read(scope.place(state.channel(), owner.epoch()), List.of(block), EntryFilter.ALL)
        .thenAccept(
            contents -> {
              owner.requireNotAfter(key, contents.epoch());
              List<Entry> kept = contents.entries().stream().filter(owner::keeps).toList();
              state.loaded(document.value(), kept, document.cas());
              kept.forEach(entry -> loaded.present().add(Identity.of(entry)));
            });
  }
}
