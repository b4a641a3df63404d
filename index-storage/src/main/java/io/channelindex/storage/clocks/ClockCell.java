package io.channelindex.storage.clocks;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import io.channelindex.storage.clocks.Update.Outcome;
import io.channelindex.storage.format.PartitionClocks;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * One document with the clocks of partitions, advanced by compare and swap.
 *
 * <p>An owner that nobody else is in the way of needs one operation: the version that the last
 * advance left is remembered, and if it is still there a replacement of it says so. Whether there
 * is nothing to do or somebody to be fenced by is decided by what was read during the call, never
 * by what is remembered.
 *
 * <p>Thread-safe.
 */
final class ClockCell {
  private static final long NOT_THERE = 0;

  private final IndexBucket bucket;
  private final String key;
  private final PartitionMap map;
  private final Executor executor;
  private final PartitionClocks zero;
  private volatile Versioned<PartitionClocks> remembered;

  ClockCell(
      IndexBucket bucket,
      String key,
      PartitionMap map,
      int firstPartition,
      int partitions,
      Executor executor) {
    this.bucket = bucket;
    this.key = key;
    this.map = map;
    this.executor = executor;
    this.zero = PartitionClocks.zero(map, firstPartition, partitions);
    this.remembered = new Versioned<>(zero, NOT_THERE);
  }

  String key() {
    return key;
  }

  CompletionStage<Update> advance(int partition, long epoch, long[] seqnos) {
    Advance advance = new Advance(map, partition, epoch, seqnos, executor);
    Versioned<PartitionClocks> last = remembered;
    PartitionClocks wanted = wanted(last.value(), advance);
    if (last.cas() == NOT_THERE || wanted.equals(last.value()) || isFenced(last.value(), advance)) {
      read(advance);
    } else {
      write(advance, last.cas(), wanted);
    }
    return advance.answer();
  }

  /** The clocks in a document, or before there was one. */
  PartitionClocks decode(Optional<Versioned<byte[]>> document) {
    return document.map(found -> PartitionClocks.decode(key, map, found.value())).orElse(zero);
  }

  private void read(Advance advance) {
    advance.read(
        bucket.get(key),
        document -> {
          PartitionClocks now = decode(document);
          long cas = document.map(Versioned::cas).orElse(NOT_THERE);
          remembered = new Versioned<>(now, cas);
          PartitionClocks wanted = wanted(now, advance);
          if (isFenced(now, advance)) {
            advance.end(Outcome.FENCED);
          } else if (wanted.equals(now)) {
            advance.end(Outcome.REACHED);
          } else {
            write(advance, cas, wanted);
          }
        });
  }

  private void write(Advance advance, long cas, PartitionClocks wanted) {
    byte[] document = wanted.encode();
    advance.write(
        document.length,
        cas == NOT_THERE ? bucket.insert(key, document) : bucket.replace(key, document, cas),
        answer -> written(advance, wanted, answer),
        () -> read(advance));
  }

  private void written(Advance advance, PartitionClocks wanted, WriteResult answer) {
    if (answer.isWritten()) {
      remembered = new Versioned<>(wanted, answer.cas());
      advance.end(Outcome.REACHED);
    } else {
      read(advance);
    }
  }

  private static boolean isFenced(PartitionClocks clocks, Advance advance) {
    return Long.compareUnsigned(clocks.epoch(advance.partition()), advance.epoch()) > 0;
  }

  private static PartitionClocks wanted(PartitionClocks clocks, Advance advance) {
    return clocks.advanced(advance.partition(), advance.epoch(), advance.seqnos());
  }
}
