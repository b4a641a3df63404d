package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import io.channelindex.storage.WriteResult.Outcome;
import io.channelindex.storage.format.EntryFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Blocks of one channel and what stands beside them, in a map, written as an owner writes them. */
final class StoredIndex implements DocumentWrites {
  static final IndexKeys KEYS = new IndexKeys("db");

  final Map<String, Versioned<byte[]>> documents = new HashMap<>();
  final List<String> blocks = new ArrayList<>();
  private final Layout layout;
  private final BlockPlace place;
  private final int blockBytes;
  private ActiveBlock active;
  private long cas;

  StoredIndex(Layout layout, BlockCoding coding, String channel, int blockBytes) {
    this.layout = layout;
    this.place = new BlockPlace(channel, KEYS, 0, 0, 4, coding, 7);
    this.blockBytes = blockBytes;
    this.active = layout.begin(place);
  }

  BlockPlace place() {
    return place;
  }

  /** A commit of entries, with the blocks that it fills. */
  void commit(List<Entry> entries, EntryFilter readable) {
    layout.writeCompanions(entries, readable, KEYS, this).toCompletableFuture().join();
    for (Entry entry : entries) {
      if (!active.hasRoomFor(entry, blockBytes)) {
        write();
        active = layout.begin(place);
        blocks.add("block " + blocks.size());
      }
      active.add(entry);
    }
    write();
  }

  private void write() {
    if (!active.isChanged()) {
      return;
    }
    if (blocks.isEmpty()) {
      blocks.add("block 0");
    }
    String key = blocks.get(blocks.size() - 1);
    byte[] update = active.pending();
    Versioned<byte[]> before = documents.get(key);
    if (before != null && active.mode() == ActiveBlock.Mode.APPEND) {
      update = joined(before.value(), update);
    }
    documents.put(key, new Versioned<>(update, ++cas));
  }

  /** The last append of the active block comes again: its answer was lost. */
  void repeatLastBlock() {
    String key = blocks.get(blocks.size() - 1);
    byte[] stored = documents.get(key).value();
    documents.put(key, new Versioned<>(joined(stored, stored), ++cas));
  }

  /** Another owner goes on with the active block. */
  void resume() {
    if (!blocks.isEmpty()) {
      StoredBlock last = stored(blocks.get(blocks.size() - 1));
      List<Entry> kept = read(List.of(last), EntryFilter.ALL).entries();
      active = layout.resume(place, last.document(), kept);
    }
  }

  StoredBlock stored(String key) {
    return new StoredBlock(key, documents.get(key).value());
  }

  List<StoredBlock> all() {
    return blocks.stream().filter(documents::containsKey).map(this::stored).toList();
  }

  Layout.Contents read(List<StoredBlock> some, EntryFilter filter) {
    return layout.read(place, some, filter, this).toCompletableFuture().join();
  }

  private static byte[] joined(byte[] one, byte[] other) {
    byte[] both = new byte[one.length + other.length];
    System.arraycopy(one, 0, both, 0, one.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  @Override
  public CompletionStage<Optional<Versioned<byte[]>>> get(String key) {
    return CompletableFuture.completedFuture(Optional.ofNullable(documents.get(key)));
  }

  @Override
  public CompletionStage<List<Optional<Versioned<byte[]>>>> getAll(List<String> keys) {
    return CompletableFuture.completedFuture(
        keys.stream().map(key -> Optional.ofNullable(documents.get(key))).toList());
  }

  @Override
  public CompletionStage<WriteResult> insert(String key, byte[] value) {
    return CompletableFuture.completedFuture(
        documents.containsKey(key) ? WriteResult.refused(Outcome.CONFLICT) : put(key, value));
  }

  @Override
  public CompletionStage<WriteResult> replace(String key, byte[] value, long expected) {
    Versioned<byte[]> before = documents.get(key);
    boolean fits = before != null && before.cas() == expected;
    return CompletableFuture.completedFuture(
        fits ? put(key, value) : WriteResult.refused(Outcome.CONFLICT));
  }

  @Override
  public CompletionStage<WriteResult> remove(String key, long expected) {
    documents.remove(key);
    return CompletableFuture.completedFuture(WriteResult.written(++cas));
  }

  private WriteResult put(String key, byte[] value) {
    documents.put(key, new Versioned<>(value, ++cas));
    return WriteResult.written(cas);
  }

  @Override
  public long epoch() {
    return place.epoch();
  }

  @Override
  public void requireNotAfter(String key, long epochInside) {
    if (epochInside > place.epoch()) {
      throw new IllegalStateException("fenced: key=" + key);
    }
  }

  @Override
  public void conflicted(String key, boolean last) {
    throw new IllegalStateException("nobody else writes: key=" + key);
  }

  @Override
  public <T> CompletionStage<Void> each(Iterable<T> some, Function<T, CompletionStage<Void>> task) {
    some.forEach(one -> task.apply(one).toCompletableFuture().join());
    return CompletableFuture.completedFuture(null);
  }
}
