package io.channelindex.embedded.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What all clients did, by document. Thread-safe. */
final class History {
  private final Map<String, Queue<Operation>> operations = new ConcurrentHashMap<>();

  /** Adds an operation that has ended. */
  void add(Operation operation) {
    operations
        .computeIfAbsent(operation.request().key(), key -> new ConcurrentLinkedQueue<>())
        .add(operation);
  }

  /** The operations of each document, in the order that they were invoked. */
  Map<String, List<Operation>> byKey() {
    Map<String, List<Operation>> sorted = new TreeMap<>();
    operations.forEach(
        (key, recorded) -> {
          List<Operation> list = new ArrayList<>(recorded);
          list.sort(Comparator.comparingLong(Operation::invokedNanos));
          sorted.put(key, list);
        });
    return sorted;
  }

  /** How many writes nobody knows the outcome of. */
  long unanswered() {
    return operations.values().stream()
        .flatMap(Queue::stream)
        .filter(operation -> operation.isWrite() && !operation.isEvidence())
        .count();
  }

  int size() {
    return operations.values().stream().mapToInt(Queue::size).sum();
  }
}
