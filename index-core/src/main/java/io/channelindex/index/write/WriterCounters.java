package io.channelindex.index.write;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What a writer counts, for {@link WriterStatus}. Thread-safe. */
final class WriterCounters {
  private final Map<WriterStep, LongAdder> operations;
  private final Map<CompactionCause, LongAdder> compactions;
  private final LongAdder commits = new LongAdder();
  private final LongAdder changes = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();
  private final LongAdder casRetries = new LongAdder();

  WriterCounters() {
    this.operations = adders(WriterStep.class);
    this.compactions = adders(CompactionCause.class);
  }

  private static <K extends Enum<K>> Map<K, LongAdder> adders(Class<K> type) {
    Map<K, LongAdder> adders = new EnumMap<>(type);
    for (K key : type.getEnumConstants()) {
      adders.put(key, new LongAdder());
    }
    return Collections.unmodifiableMap(adders);
  }

  private static <K extends Enum<K>> Map<K, Long> sums(Class<K> type, Map<K, LongAdder> adders) {
    Map<K, Long> sums = new EnumMap<>(type);
    adders.forEach((key, adder) -> sums.put(key, adder.sum()));
    return sums;
  }

  void operation(WriterStep step) {
    adder(step).increment();
  }

  void written(WriterStep step, int bytes) {
    operation(step);
    bytesWritten.add(bytes);
  }

  void casRetry() {
    casRetries.increment();
  }

  void committed(int changesOfCommit) {
    commits.increment();
    changes.add(changesOfCommit);
  }

  void compacted(CompactionCause cause) {
    Objects.requireNonNull(compactions.get(cause)).increment();
  }

  Map<WriterStep, Long> operations() {
    return sums(WriterStep.class, operations);
  }

  Map<CompactionCause, Long> compactions() {
    return sums(CompactionCause.class, compactions);
  }

  private LongAdder adder(WriterStep step) {
    return Objects.requireNonNull(operations.get(step));
  }

  long commits() {
    return commits.sum();
  }

  long changes() {
    return changes.sum();
  }

  long bytesWritten() {
    return bytesWritten.sum();
  }

  long casRetries() {
    return casRetries.sum();
  }
}
