package io.channelindex.index.write;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What a writer counts, for {@link WriterStatus}. Thread-safe. */
final class WriterCounters {
  private final Map<WriterStep, LongAdder> operations;
  private final LongAdder commits = new LongAdder();
  private final LongAdder changes = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();
  private final LongAdder casRetries = new LongAdder();

  WriterCounters() {
    Map<WriterStep, LongAdder> byStep = new EnumMap<>(WriterStep.class);
    for (WriterStep step : WriterStep.values()) {
      byStep.put(step, new LongAdder());
    }
    this.operations = Collections.unmodifiableMap(byStep);
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

  Map<WriterStep, Long> operations() {
    Map<WriterStep, Long> sums = new EnumMap<>(WriterStep.class);
    operations.forEach((step, adder) -> sums.put(step, adder.sum()));
    return sums;
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
