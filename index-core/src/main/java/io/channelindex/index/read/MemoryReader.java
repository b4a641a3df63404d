package io.channelindex.index.read;

import io.channelindex.index.memory.MemoryIndex;
import io.channelindex.storage.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Reads channels from memory, on the executor: nobody else is to wait for a long one. */
final class MemoryReader implements SliceReader {
  /** Unsigned. */
  private static final long ALL = -1;

  private final MemoryIndex index;
  private final Executor executor;

  MemoryReader(MemoryIndex index, Executor executor) {
    this.index = index;
    this.executor = executor;
  }

  @Override
  public CompletionStage<List<SlicePlan>> plan(List<Slice> slices) {
    return CompletableFuture.supplyAsync(
        () -> {
          List<SlicePlan> plans = new ArrayList<>(slices.size());
          for (Slice slice : slices) {
            plans.add(plan(slice));
          }
          return plans;
        },
        executor);
  }

  private SlicePlan plan(Slice slice) {
    long entries = 0;
    int first = slice.state().firstVbucket();
    for (int i = 0; i < slice.vbuckets(); i++) {
      entries += index.count(slice.channel().name(), first + i, slice.since(i), slice.upper(i));
    }
    return new MemoryPlan(slice, entries);
  }

  @Override
  public CompletionStage<List<List<Entry>>> read(List<SlicePlan> plans) {
    return CompletableFuture.supplyAsync(
        () -> {
          List<List<Entry>> entries = new ArrayList<>(plans.size());
          for (SlicePlan plan : plans) {
            entries.add(read(plan.slice()));
          }
          return entries;
        },
        executor);
  }

  private List<Entry> read(Slice slice) {
    List<Entry> entries = new ArrayList<>();
    String channel = slice.channel().name();
    int first = slice.state().firstVbucket();
    for (int i = 0; i < slice.vbuckets(); i++) {
      if (slice.since(i) != slice.upper(i)) {
        index.collect(channel, first + i, slice.since(i), slice.upper(i), slice::wants, entries);
        // After that: what these replace may have gone meanwhile.
        index.collect(channel, first + i, slice.upper(i), ALL, slice::isAbove, entries);
      }
    }
    return entries;
  }
}
