package io.channelindex.server.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * Runs the writes of a bulk: those of one document one after another, in the order they came;
 * different documents' at once, so many and no more.
 *
 * <p>Confined to one context, on which the writes must also complete.
 */
final class BulkSchedule {
  private static final int AT_ONCE = 64;

  private final Map<String, List<Supplier<Future<Void>>>> writes = new LinkedHashMap<>();
  private final Promise<Void> done = Promise.promise();
  private final Queue<List<Supplier<Future<Void>>>> waiting = new ArrayDeque<>();
  private final Context context;
  private int running;

  BulkSchedule(Context context) {
    this.context = context;
  }

  /**
   * Adds a write.
   *
   * @param write begins it; must not fail
   */
  void add(String id, Supplier<Future<Void>> write) {
    writes.computeIfAbsent(id, none -> new ArrayList<>(1)).add(write);
  }

  /** Runs all of them; completes when the last one has. */
  Future<Void> run() {
    waiting.addAll(writes.values());
    fill();
    return done.future();
  }

  private void fill() {
    while (running < AT_ONCE && !waiting.isEmpty()) {
      running++;
      step(waiting.remove(), 0);
    }
    if (running == 0) {
      done.tryComplete();
    }
  }

  private void step(List<Supplier<Future<Void>>> lane, int next) {
    if (next == lane.size()) {
      running--;
      fill();
    } else {
      // Never from within: a store that answers at once would have us recurse once per document.
      lane.get(next)
          .get()
          .onComplete(written -> context.runOnContext(resume -> step(lane, next + 1)));
    }
  }
}
