package io.channelindex.index.write;

import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.DirectoryPage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Writes a directory page. One that is there already was written by an owner who did not come to
 * its head, or by one who was fenced meanwhile and whose head is on its way: the page then says the
 * most of both, so that whoever's head comes to name it, no reader passes over a block.
 *
 * <p>Confined to the partition's serial executor.
 */
final class PageWrite {
  private final Scope scope;
  private final DirectoryPage page;
  private final String key;

  PageWrite(Scope scope, DirectoryPage page) {
    this.scope = scope;
    this.page = page;
    this.key = scope.keys().page(page.channel(), scope.partition(), ChannelState.pageOf(page));
  }

  CompletableFuture<Void> run() {
    return scope
        .bucket()
        .insert(WriterStep.BLOCKS, key, page.encode())
        .thenCompose(
            result ->
                result.isWritten()
                    ? CompletableFuture.completedFuture(null)
                    : scope.retries().run(this::merge));
  }

  private CompletableFuture<Void> merge() {
    return scope.bucket().get(WriterStep.BLOCKS, key).thenCompose(this::merge);
  }

  private CompletableFuture<Void> merge(Optional<Versioned<byte[]>> found) {
    DirectoryPage merged = page;
    long cas = 0;
    if (found.isPresent()) {
      DirectoryPage other = DirectoryPage.decode(key, page.channel(), found.get().value());
      merged = merge(page, other);
      cas = found.get().cas();
      if (merged.equals(other)) {
        return CompletableFuture.completedFuture(null);
      }
    }
    return scope
        .bucket()
        .write(WriterStep.BLOCKS, key, merged.encode(), cas)
        .thenAccept(result -> ChannelWrite.requireWritten(key, result));
  }

  /**
   * The most of both of each block. Which blocks a page has its number decides, and what compaction
   * has taken, of which the head that this page is written for knows.
   */
  static DirectoryPage merge(DirectoryPage one, DirectoryPage other) {
    Map<Integer, Summary> others = new HashMap<>();
    other.blocks().forEach(block -> others.put(block.number(), block));
    List<Summary> blocks = new ArrayList<>();
    for (Summary block : one.blocks()) {
      Summary same = others.get(block.number());
      blocks.add(same == null ? block : merge(block, same));
    }
    return new DirectoryPage(one.channel(), blocks);
  }

  private static Summary merge(Summary one, Summary other) {
    List<Long> highest = new ArrayList<>();
    for (int i = 0; i < one.highest().size(); i++) {
      long mine = one.highest().get(i);
      long theirs = other.highest().get(i);
      highest.add(Long.compareUnsigned(mine, theirs) >= 0 ? mine : theirs);
    }
    return new Summary(one.number(), Math.max(one.entries(), other.entries()), highest);
  }
}
