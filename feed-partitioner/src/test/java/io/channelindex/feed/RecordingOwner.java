package io.channelindex.feed;

import io.channelindex.feed.RecordingSession.Acknowledging;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.StreamPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Gives out {@link RecordingSession}s, each beginning where it is told. */
final class RecordingOwner implements PartitionOwner {
  private final PartitionMap map;
  private final Map<Integer, List<RecordingSession>> sessions = new ConcurrentHashMap<>();
  private final Map<Integer, StreamPosition> begin = new ConcurrentHashMap<>();

  /** What a take of the partition fails with; null where it does not. */
  volatile IntFunction<@Nullable Throwable> refusal = partition -> null;

  volatile IntFunction<Acknowledging> acknowledging = partition -> Acknowledging.AT_ONCE;

  RecordingOwner(PartitionMap map) {
    this.map = map;
  }

  /** From the next take on the vbuckets' streams begin there. */
  void beginAt(Map<Integer, StreamPosition> positions) {
    begin.putAll(positions);
  }

  @Override
  public CompletionStage<PartitionSession> take(int partition) {
    Throwable problem = refusal.apply(partition);
    if (problem != null) {
      return CompletableFuture.failedFuture(problem);
    }
    Map<Integer, StreamPosition> positions = new HashMap<>();
    for (int vbucket = map.first(partition); vbucket <= map.last(partition); vbucket++) {
      positions.put(vbucket, begin.getOrDefault(vbucket, StreamPosition.BEGINNING));
    }
    RecordingSession session = new RecordingSession(positions, acknowledging.apply(partition));
    sessions.computeIfAbsent(partition, p -> new CopyOnWriteArrayList<>()).add(session);
    return CompletableFuture.completedFuture(session);
  }

  /** The sessions of a partition, oldest first. */
  List<RecordingSession> sessions(int partition) {
    return sessions.getOrDefault(partition, List.of());
  }

  /** The newest session of a partition. */
  RecordingSession session(int partition) {
    List<RecordingSession> all = sessions(partition);
    return all.get(all.size() - 1);
  }

  RecordingSession ofVbucket(int vbucket) {
    return session(map.partitionOf(vbucket));
  }

  List<String> violations() {
    List<String> all = new ArrayList<>();
    sessions.values().forEach(of -> of.forEach(session -> all.addAll(session.violations)));
    return all;
  }

  /** How many changes the newest sessions were given. */
  int changeCount() {
    return sessions.keySet().stream().mapToInt(partition -> session(partition).changeCount()).sum();
  }

  /** Where the newest sessions stand, for every vbucket. */
  Map<Integer, StreamPosition> positions() {
    Map<Integer, StreamPosition> all = new HashMap<>();
    sessions.keySet().forEach(partition -> all.putAll(session(partition).allPositions()));
    return all;
  }
}
