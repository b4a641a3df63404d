package io.channelindex.index.write;

import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.DirectoryPage;
import io.channelindex.storage.layout.StoredBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads all entries of a vbucket in a channel, whether readers see them or not, in the order in
 * which they were indexed: of the blocks that the head names, and of those after them that an owner
 * left who did not come to its head.
 *
 * <p>Confined to the partition's serial executor.
 */
final class ChannelScan {
  private static final int BLOCKS_AT_ONCE = 16;

  private final Scope scope;
  private final String channel;
  private final int vbucket;
  private final Consumer<Entry> entries;
  private final List<String> blocks = new ArrayList<>();
  private int next;
  private @Nullable String mayBeMissing;
  private boolean compacted;

  ChannelScan(Scope scope, String channel, int vbucket, Consumer<Entry> entries) {
    this.scope = scope;
    this.channel = channel;
    this.vbucket = vbucket;
    this.entries = entries;
  }

  CompletableFuture<Void> run() {
    String key = scope.keys().head(channel, scope.partition());
    return get(WriterStep.CLOCKS, key).thenCompose(answer -> readDirectory(key, answer));
  }

  /**
   * Whether something of the channel has been compacted: then what a document was before its newest
   * entry may be missing. Known after {@link #run}.
   */
  boolean isCompacted() {
    return compacted;
  }

  private CompletableFuture<Void> readDirectory(String key, Optional<Versioned<byte[]>> answer) {
    if (answer.isEmpty()) {
      return readBeyond(0);
    }
    ChannelHead head = ChannelHead.decode(key, channel, answer.get().value());
    compacted = head.isCompacted();
    for (Summary packed : head.compacted().blocks()) {
      if (!holdsNothing(packed)) {
        blocks.add(scope.keys().packed(channel, scope.partition(), packed.number()));
      }
    }
    return Window.each(head.pages(), 1, this::readPage)
        .thenCompose(
            read -> {
              list(head.closed());
              String active = scope.keys().block(channel, scope.partition(), head.active());
              mayBeMissing = head.activeMustExist() ? null : active;
              blocks.add(active);
              return readBlocks();
            })
        .thenCompose(read -> readBeyond(head.active() + 1));
  }

  private CompletableFuture<Void> readPage(Summary page) {
    if (holdsNothing(page)) {
      return CompletableFuture.completedFuture(null);
    }
    String key = scope.keys().page(channel, scope.partition(), page.number());
    return get(WriterStep.BLOCKS, key)
        .thenAccept(
            answer -> list(DirectoryPage.decode(key, channel, require(key, answer)).blocks()));
  }

  private void list(List<Summary> summaries) {
    for (Summary summary : summaries) {
      if (!holdsNothing(summary)) {
        blocks.add(scope.keys().block(channel, scope.partition(), summary.number()));
      }
    }
  }

  private boolean holdsNothing(Summary summary) {
    return summary.highest().get(scope.index(vbucket)) == 0;
  }

  private CompletableFuture<Void> readBlocks() {
    if (next == blocks.size()) {
      return CompletableFuture.completedFuture(null);
    }
    int end = Math.min(blocks.size(), next + BLOCKS_AT_ONCE);
    List<String> keys = List.copyOf(blocks.subList(next, end));
    next = end;
    return scope
        .retries()
        .run(() -> scope.bucket().getAll(WriterStep.BLOCKS, keys))
        .thenCompose(
            answers -> {
              List<StoredBlock> found = new ArrayList<>(keys.size());
              for (int i = 0; i < keys.size(); i++) {
                String key = keys.get(i);
                if (answers.get(i).isPresent() || !key.equals(mayBeMissing)) {
                  found.add(new StoredBlock(key, require(key, answers.get(i))));
                }
              }
              return read(found).thenCompose(read -> readBlocks());
            });
  }

  private CompletableFuture<Void> readBeyond(int block) {
    String key = scope.keys().block(channel, scope.partition(), block);
    return get(WriterStep.BLOCKS, key)
        .thenCompose(
            answer -> {
              if (answer.isEmpty()) {
                return CompletableFuture.completedFuture(null);
              }
              return read(List.of(new StoredBlock(key, answer.get().value())))
                  .thenCompose(read -> readBeyond(block + 1));
            });
  }

  private CompletableFuture<Void> read(List<StoredBlock> found) {
    return scope
        .retries()
        .run(
            () ->
                scope.read(
                    scope.place(channel, 0),
                    found,
                    (itsVbucket, seqno, vbuuid) -> itsVbucket == vbucket))
        .thenAccept(contents -> contents.entries().forEach(entries));
  }

  private CompletableFuture<Optional<Versioned<byte[]>>> get(WriterStep step, String key) {
    return scope.retries().run(() -> scope.bucket().get(step, key));
  }

  private static byte[] require(String key, Optional<Versioned<byte[]>> answer) {
    return answer
        .orElseThrow(
            () -> new IndexStorageException("document that a head names is missing: key=" + key))
        .value();
  }
}
