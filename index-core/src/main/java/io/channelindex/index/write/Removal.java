package io.channelindex.index.write;

import io.channelindex.storage.format.ChannelHead.Retired;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Removes documents that compaction has replaced. Those that are gone already are none of its
 * concern.
 *
 * <p>Confined to the partition's serial executor.
 */
final class Removal {
  private static final int AT_ONCE = 64;

  private final Scope scope;
  private final String channel;
  private final List<Retired> retired;

  Removal(Scope scope, String channel, List<Retired> retired) {
    this.scope = scope;
    this.channel = channel;
    this.retired = retired;
  }

  CompletableFuture<Void> run() {
    List<String> keys = new ArrayList<>();
    for (Retired some : retired) {
      for (int number = some.first(); number < some.first() + some.count(); number++) {
        keys.add(key(some.kind(), number));
      }
    }
    return Window.each(keys, AT_ONCE, this::remove);
  }

  private String key(Retired.Kind kind, int number) {
    return switch (kind) {
      case BLOCK -> scope.keys().block(channel, scope.partition(), number);
      case PAGE -> scope.keys().page(channel, scope.partition(), number);
      case COMPACTED -> scope.keys().packed(channel, scope.partition(), number);
    };
  }

  private CompletableFuture<Void> remove(String key) {
    return scope
        .bucket()
        .get(WriterStep.COMPACTION, key)
        .thenCompose(
            found ->
                found.isEmpty()
                    ? CompletableFuture.<Void>completedFuture(null)
                    : scope
                        .bucket()
                        .remove(WriterStep.COMPACTION, key, found.get().cas())
                        .thenAccept(removed -> {}));
  }
}
