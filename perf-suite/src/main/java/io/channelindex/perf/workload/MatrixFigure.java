package io.channelindex.perf.workload;

import io.channelindex.perf.measure.Unit;
import java.util.Locale;

/** What is measured of a cell of the matrix. The names are those in the results. */
enum MatrixFigure {
  /** Changes indexed, from the first that comes to the last commit. */
  MUTATIONS_PER_SECOND(Unit.MUTATIONS_PER_SECOND),
  /** The same as a share of what the raw stream of the same documents brings. */
  OF_DRAIN(Unit.PERCENT),
  /** Processor time of the process that indexes, its DCP and key-value clients among it. */
  CPU_US_PER_MUTATION(Unit.MICROSECONDS),
  /** Processor time of the node meanwhile. */
  NODE_CPU_US_PER_MUTATION(Unit.MICROSECONDS),
  /** Operations of the writers in the index bucket, reads among them. */
  BUCKET_OPERATIONS_PER_MUTATION(Unit.OPERATIONS_PER_MUTATION),
  /**
   * Bytes that the writers sent as values of documents; of an APPEND the frame alone, and refused
   * writes among them.
   */
  BYTES_WRITTEN_PER_MUTATION(Unit.BYTES_PER_MUTATION),
  /**
   * Bytes of the documents after each write, which is what the data service writes to its disk,
   * replicates and streams because of the writers; of an APPEND the whole document.
   */
  BYTES_STORED_PER_MUTATION(Unit.BYTES_PER_MUTATION),
  /** Writes that found their document changed, per operation on channel heads and stable clocks. */
  CAS_RETRIES_PER_UPDATE(Unit.RETRIES_PER_UPDATE),
  /**
   * Keys, values and overhead of all documents of the index per live entry, compacted; of an index
   * in memory, what it takes on the heap.
   */
  BYTES_PER_ENTRY(Unit.BYTES_PER_ENTRY),
  /** The same as the writers left it. */
  BYTES_PER_ENTRY_RAW(Unit.BYTES_PER_ENTRY),
  /** Documents of the index per live entry, compacted. */
  DOCUMENTS_PER_ENTRY(Unit.DOCUMENTS_PER_ENTRY),
  /**
   * Entries in blocks per live entry, of documents that are written again and again, after
   * partitions had nothing to write for as long as they wait before they compact, and had done so.
   */
  STORED_ENTRIES_PER_LIVE_ENTRY(Unit.ENTRIES_PER_ENTRY),
  /** The same directly after the last write. */
  STORED_ENTRIES_PER_LIVE_ENTRY_BUSY(Unit.ENTRIES_PER_ENTRY),
  /** Entries read from the beginning, channel by channel, with nothing in memory. */
  COLD_READ_ENTRIES_PER_SECOND(Unit.ENTRIES_PER_SECOND),
  /** The same channels again. */
  CACHED_READ_ENTRIES_PER_SECOND(Unit.ENTRIES_PER_SECOND),
  /** Of what these wanted the share that the reader's cache had; none of an index in memory. */
  CACHE_HIT_RATE(Unit.PERCENT),
  /** Documents that were asked for to read a channel with nothing in memory. */
  OPERATIONS_PER_COLD_READ(Unit.OPERATIONS_PER_READ);

  private final Unit unit;

  MatrixFigure(Unit unit) {
    this.unit = unit;
  }

  /** As it is called in the results. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  Unit unit() {
    return unit;
  }
}
