package io.channelindex.index.write;

import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelRegistryPage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The names of the partition's channels, on pages numbered from 0 without a gap. Names are only
 * added; one may stand on two pages if an owner stopped between registering a channel and writing
 * its first head.
 *
 * <p>Only the last page is remembered. Names that are asked for while a page is being written go
 * with the next write.
 *
 * <p>Confined to the partition's serial executor.
 */
final class Registry {
  private final Scope scope;
  private final Map<String, CompletableFuture<Void>> waiting = new LinkedHashMap<>();
  private boolean writing;
  private @Nullable LastPage last;

  private record LastPage(int number, Set<String> channels, long cas) {}

  Registry(Scope scope) {
    this.scope = scope;
  }

  /** Registers a channel; completes when its name is on a page. */
  CompletableFuture<Void> ensure(String channel) {
    if (last != null && last.channels().contains(channel)) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> registered =
        waiting.computeIfAbsent(channel, name -> new CompletableFuture<>());
    if (!writing) {
      writeNext();
    }
    return registered;
  }

  /** All channels, read anew: at least those whose heads were written. */
  CompletableFuture<Set<String>> all() {
    return readFrom(0, new LinkedHashSet<>());
  }

  private CompletableFuture<Set<String>> readFrom(int page, Set<String> channels) {
    return scope
        .retries()
        .run(() -> read(page))
        .thenCompose(
            found -> {
              if (found.isEmpty()) {
                return CompletableFuture.completedFuture(channels);
              }
              channels.addAll(found.get().value().channels());
              return readFrom(page + 1, channels);
            });
  }

  private void writeNext() {
    if (waiting.isEmpty()) {
      return;
    }
    writing = true;
    Map<String, CompletableFuture<Void>> batch = new LinkedHashMap<>(waiting);
    waiting.clear();
    var unused =
        scope
            .retries()
            .run(() -> write(new LinkedHashSet<>(batch.keySet())))
            .whenComplete(
                (done, failure) -> {
                  writing = false;
                  batch.values().forEach(registered -> settle(registered, failure));
                  writeNext();
                });
  }

  private static void settle(CompletableFuture<Void> registered, @Nullable Throwable failure) {
    if (failure == null) {
      registered.complete(null);
    } else {
      registered.completeExceptionally(Retries.cause(failure));
    }
  }

  private CompletableFuture<Void> write(Set<String> names) {
    LastPage page = last;
    if (page == null) {
      return find().thenCompose(found -> write(names));
    }
    names.removeAll(page.channels());
    if (names.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    if (page.channels().size() == ChannelRegistryPage.CHANNELS_PER_PAGE) {
      last = new LastPage(page.number() + 1, Set.of(), 0);
      return write(names);
    }
    Set<String> next = new LinkedHashSet<>(page.channels());
    for (String name : names) {
      if (next.size() < ChannelRegistryPage.CHANNELS_PER_PAGE) {
        next.add(name);
      }
    }
    // Remembered again when the bucket says that it is so.
    last = null;
    String key = scope.keys().registry(scope.partition(), page.number());
    byte[] document = new ChannelRegistryPage(new ArrayList<>(next)).encode();
    return scope
        .bucket()
        .write(WriterStep.BLOCKS, key, document, page.cas())
        .thenCompose(
            result -> {
              long cas = ChannelWrite.requireWritten(key, result);
              last = new LastPage(page.number(), next, cas);
              return write(names);
            });
  }

  /** Finds the last page: steps that double, then halves. */
  private CompletableFuture<Void> find() {
    return read(0)
        .thenCompose(
            first -> {
              if (first.isEmpty()) {
                last = new LastPage(0, Set.of(), 0);
                return CompletableFuture.completedFuture(null);
              }
              return findAfter(0, 1, first.get());
            });
  }

  private CompletableFuture<Void> findAfter(
      int known, int step, Versioned<ChannelRegistryPage> page) {
    return read(known + step)
        .thenCompose(
            found ->
                found.isPresent()
                    ? findAfter(known + step, 2 * step, found.get())
                    : findBetween(known, known + step, page));
  }

  private CompletableFuture<Void> findBetween(
      int known, int missing, Versioned<ChannelRegistryPage> page) {
    if (missing - known == 1) {
      last = new LastPage(known, Set.copyOf(page.value().channels()), page.cas());
      return CompletableFuture.completedFuture(null);
    }
    int middle = (known + missing) >>> 1;
    return read(middle)
        .thenCompose(
            found ->
                found.isPresent()
                    ? findBetween(middle, missing, found.get())
                    : findBetween(known, middle, page));
  }

  private CompletableFuture<Optional<Versioned<ChannelRegistryPage>>> read(int page) {
    String key = scope.keys().registry(scope.partition(), page);
    return scope
        .bucket()
        .get(WriterStep.BLOCKS, key)
        .thenApply(
            found ->
                found.map(
                    document ->
                        new Versioned<>(
                            ChannelRegistryPage.decode(key, document.value()), document.cas())));
  }
}
