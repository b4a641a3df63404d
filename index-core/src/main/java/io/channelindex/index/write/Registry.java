package io.channelindex.index.write;

import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelRegistryPage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
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
 * <p>Only the last page is remembered. Names that are asked for at the same time, or while a page
 * is being written, go with the next write. As long as there is one page only, it tells of a
 * channel that it is new, which spares looking for its head.
 *
 * <p>Confined to the partition's serial executor.
 */
final class Registry {
  private final Scope scope;
  private final Map<String, Request> waiting = new LinkedHashMap<>();
  private boolean writing;
  private @Nullable LastPage last;

  private record LastPage(int number, Set<String> channels, long cas) {}

  /** What is known of a channel. */
  enum Standing {
    /** Its name was on no page before: it has no head, unless somebody writes one now. */
    NEW,
    /** It may have a head. */
    UNKNOWN
  }

  private enum Need {
    /** The name has to be on a page. */
    REGISTERED,
    /** The name may be left out if that does not tell whether it is new. */
    STANDING
  }

  private record Request(Need need, CompletableFuture<Standing> standing) {}

  Registry(Scope scope) {
    this.scope = scope;
  }

  /** Registers a channel; completes when its name is on a page. */
  CompletableFuture<Void> ensure(String channel) {
    if (last != null && last.channels().contains(channel)) {
      return CompletableFuture.completedFuture(null);
    }
    return request(channel, Need.REGISTERED).thenApply(standing -> null);
  }

  /** Whether a channel is new; if so, its name is on a page now. */
  CompletableFuture<Standing> enter(String channel) {
    if (last != null && (last.number() > 0 || last.channels().contains(channel))) {
      return CompletableFuture.completedFuture(Standing.UNKNOWN);
    }
    return request(channel, Need.STANDING);
  }

  private CompletableFuture<Standing> request(String channel, Need need) {
    Request request =
        waiting.merge(
            channel,
            new Request(need, new CompletableFuture<>()),
            (one, other) ->
                one.need() == Need.REGISTERED ? one : new Request(need, one.standing()));
    if (!writing) {
      writing = true;
      scope.serial().execute(this::writeNext);
    }
    return request.standing();
  }

  /**
   * The channels of a page, read anew; none if there is no such page, nor any behind it. The pages
   * have at least all channels whose heads were written.
   */
  CompletableFuture<List<String>> page(int page) {
    return scope
        .retries()
        .run(() -> read(page))
        .thenApply(found -> found.map(read -> read.value().channels()).orElse(List.of()));
  }

  /** All channels, read anew: at least those whose heads were written. */
  CompletableFuture<Set<String>> all() {
    return readFrom(0, new LinkedHashSet<>());
  }

  private CompletableFuture<Set<String>> readFrom(int page, Set<String> channels) {
    return page(page)
        .thenCompose(
            found -> {
              channels.addAll(found);
              return found.isEmpty()
                  ? CompletableFuture.completedFuture(channels)
                  : readFrom(page + 1, channels);
            });
  }

  private void writeNext() {
    writing = !waiting.isEmpty();
    if (!writing) {
      return;
    }
    Map<String, Request> requests = new LinkedHashMap<>(waiting);
    waiting.clear();
    Set<String> added = new HashSet<>();
    var unused =
        scope
            .retries()
            .run(() -> write(new LinkedHashMap<>(requests), added))
            .whenComplete(
                (done, failure) -> {
                  requests.forEach((name, request) -> settle(name, request, added, failure));
                  writeNext();
                });
  }

  private static void settle(
      String name, Request request, Set<String> added, @Nullable Throwable failure) {
    if (failure == null) {
      request.standing().complete(added.contains(name) ? Standing.NEW : Standing.UNKNOWN);
    } else {
      request.standing().completeExceptionally(Retries.cause(failure));
    }
  }

  /**
   * Writes what is not on a page yet.
   *
   * @param requests by name; those that are done are removed
   * @param added gets the names of new channels
   */
  private CompletableFuture<Void> write(Map<String, Request> requests, Set<String> added) {
    LastPage page = last;
    if (page == null) {
      return find().thenCompose(found -> write(requests, added));
    }
    requests.keySet().removeAll(page.channels());
    if (page.number() > 0) {
      requests.values().removeIf(request -> request.need() == Need.STANDING);
    }
    if (requests.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    if (page.channels().size() == ChannelRegistryPage.CHANNELS_PER_PAGE) {
      last = new LastPage(page.number() + 1, Set.of(), 0);
      return write(requests, added);
    }
    Set<String> next = new LinkedHashSet<>(page.channels());
    for (String name : requests.keySet()) {
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
              if (page.number() == 0) {
                next.stream().filter(requests::containsKey).forEach(added::add);
              }
              return write(requests, added);
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
