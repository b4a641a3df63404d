package io.channelindex.index.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The tails of all channels that somebody follows, and of some that somebody followed not long ago:
 * a client that polls finds its channels again.
 *
 * <p>Thread-safe: guarded by the monitor of {@link StableClocks}, because a tail begins at a view
 * and has to hear of every movement after it.
 */
final class Tails implements StableClocks.Moves {
  private final StableClocks clocks;
  private final SliceReader reader;
  private final ReaderSettings settings;
  private final ScheduledExecutorService executor;
  private final ReadCounters counters;

  private final Map<String, Tail> tails = new HashMap<>();

  /** Those that nobody follows, that left longest ago first. */
  private final Map<String, Tail> idle = new LinkedHashMap<>();

  private final Map<Long, List<Tail>> byHash = new HashMap<>();

  /** Those that have news for when the view is published. */
  private final List<Tail> untold = new ArrayList<>();

  Tails(
      StableClocks clocks,
      SliceReader reader,
      ReaderSettings settings,
      ScheduledExecutorService executor,
      ReadCounters counters) {
    this.clocks = clocks;
    this.reader = reader;
    this.settings = settings;
    this.executor = executor;
    this.counters = counters;
  }

  @Override
  public void moved(Movement movement, StableView after) {
    if (movement.reach() != Movement.Reach.LISTED) {
      tails.values().forEach(tail -> moved(tail, movement, after));
      return;
    }
    for (Long hash : movement.channels()) {
      for (Tail tail : byHash.getOrDefault(hash, List.of())) {
        moved(tail, movement, after);
      }
    }
  }

  private void moved(Tail tail, Movement movement, StableView after) {
    if (tail.moved(movement, after)) {
      untold.add(tail);
    }
  }

  @Override
  public void published() {
    untold.forEach(Tail::tell);
    untold.clear();
  }

  /** The tail of a channel, until {@link #release}. */
  Tail acquire(String channel) {
    return clocks.frozen(
        view -> {
          Tail tail = tails.get(channel);
          if (tail == null) {
            Channel named = Channel.of(channel);
            tail = new Tail(named, view, clocks, reader, settings, executor, counters);
            tails.put(channel, tail);
            byHash.computeIfAbsent(named.hash(), h -> new ArrayList<>()).add(tail);
          }
          tail.users++;
          idle.remove(channel);
          return tail;
        });
  }

  /** The tail is not needed for now. */
  void release(Tail tail) {
    clocks.frozen(
        view -> {
          tail.users--;
          if (tail.users == 0) {
            idle.put(tail.channel().name(), tail);
            makeRoom();
          }
          return tail;
        });
  }

  int size() {
    return clocks.frozen(view -> tails.size());
  }

  private void makeRoom() {
    Iterator<Tail> oldest = idle.values().iterator();
    while (oldest.hasNext()
        && (idle.size() > settings.tails()
            || counters.tailBytes.sum() > settings.totalTailBytes())) {
      Tail tail = oldest.next();
      oldest.remove();
      drop(tail);
    }
  }

  private void drop(Tail tail) {
    tails.remove(tail.channel().name());
    byHash.computeIfPresent(
        tail.channel().hash(),
        (hash, same) -> {
          same.remove(tail);
          return same.isEmpty() ? null : same;
        });
    tail.drop();
  }
}
