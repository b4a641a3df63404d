package io.channelindex.perf.indexing;

import java.time.Duration;

/**
 * What it took to index some changes.
 *
 * @param changes how many
 * @param elapsed from the first change to the last commit
 * @param cpu the processor time of this process meanwhile
 * @param nodeCpu the processor time of the node meanwhile; zero if it is not known
 * @param operations operations of the writers in the index bucket, reads among them
 * @param clockOperations those of them that concern channel heads and stable documents
 * @param bytes bytes that were sent to be written
 * @param storedBytes bytes of the documents after each write, which is what the data service stores
 * @param casRetries writes that found the document changed by another
 */
public record Written(
    long changes,
    Duration elapsed,
    Duration cpu,
    Duration nodeCpu,
    long operations,
    long clockOperations,
    long bytes,
    long storedBytes,
    long casRetries) {
  /** Nothing yet. */
  public static final Written NOTHING =
      new Written(0, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, 0, 0, 0, 0);

  /** Both, one after the other. */
  public Written plus(Written other) {
    return new Written(
        changes + other.changes,
        elapsed.plus(other.elapsed),
        cpu.plus(other.cpu),
        nodeCpu.plus(other.nodeCpu),
        operations + other.operations,
        clockOperations + other.clockOperations,
        bytes + other.bytes,
        storedBytes + other.storedBytes,
        casRetries + other.casRetries);
  }
}
