package io.channelindex.storage.format;

import io.channelindex.sequence.ClockAccumulator;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.ClockCodec;
import io.channelindex.sequence.codec.ClockCodecs;
import io.channelindex.sequence.codec.CorruptClockException;
import io.channelindex.storage.format.UnreadableDocumentException.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The clocks of one partition or several in a row, each with the epoch of the owner that last
 * advanced it.
 *
 * <pre>
 *  +--------+----------+------------+----------------+-------------------+
 *  | header | vbuckets | partitions | firstPartition | epochs            |
 *  | 8      | varint   | varint     | varint         | varint; each, one |
 *  +--------+----------+------------+----------------+-------------------+
 *  | seqnos of their vbuckets: length, then frame-of-reference (0009)    |
 *  +---------------------------------------------------------------------+
 * </pre>
 *
 * @param map how the database is divided
 * @param firstPartition whose epoch is {@code epochs.get(0)}
 * @param epochs of the owners, one per partition, unsigned; 0 for one that had none yet
 * @param seqnos of the partitions' vbuckets, that of the first partition's first in place 0
 */
public record PartitionClocks(
    PartitionMap map, int firstPartition, List<Long> epochs, SequenceClock seqnos) {
  private static final ClockCodec CODEC = ClockCodecs.byName("frame-of-reference").orElseThrow();

  public PartitionClocks {
    epochs = List.copyOf(epochs);
    if (firstPartition < 0
        || epochs.isEmpty()
        || firstPartition + epochs.size() > map.partitions()) {
      throw new IllegalArgumentException(
          "no such partitions: firstPartition="
              + firstPartition
              + ", partitions="
              + epochs.size()
              + ", max="
              + map.partitions());
    }
    int vbuckets = vbuckets(map, firstPartition, epochs.size());
    if (seqnos.vbuckets() != vbuckets) {
      throw new IllegalArgumentException(
          "clocks of different shape: vbuckets=" + seqnos.vbuckets() + ", expected=" + vbuckets);
    }
  }

  /** Before any owner. */
  public static PartitionClocks zero(PartitionMap map, int firstPartition, int partitions) {
    return new PartitionClocks(
        map,
        firstPartition,
        Collections.nCopies(partitions, 0L),
        SequenceClock.zero(vbuckets(map, firstPartition, partitions)));
  }

  private static int vbuckets(PartitionMap map, int firstPartition, int partitions) {
    return map.last(firstPartition + partitions - 1) - map.first(firstPartition) + 1;
  }

  /** The epoch of a partition. */
  public long epoch(int partition) {
    return epochs.get(partition - firstPartition);
  }

  /**
   * These clocks with one partition advanced to the maximum of its seqnos and those given; the same
   * object if that and the epoch change nothing.
   *
   * @param epoch of the owner, the partition's own or a higher one
   * @param advance one seqno per vbucket of the partition
   */
  public PartitionClocks advanced(int partition, long epoch, long[] advance) {
    ClockAccumulator advanced = new ClockAccumulator(seqnos.vbuckets());
    advanced.set(seqnos);
    int at = map.first(partition) - map.first(firstPartition);
    boolean changed = epoch != epoch(partition);
    for (int i = 0; i < advance.length; i++) {
      changed |= advanced.raise(at + i, advance[i]);
    }
    if (!changed) {
      return this;
    }
    List<Long> owners = new ArrayList<>(epochs);
    owners.set(partition - firstPartition, epoch);
    return new PartitionClocks(map, firstPartition, owners, advanced.snapshot());
  }

  /** As a document of the index bucket. */
  public byte[] encode() {
    byte[] clock = CODEC.encode(seqnos);
    PayloadWriter payload = PayloadWriter.ofDocument(16 + 2 * epochs.size() + clock.length);
    payload.varint(map.vbuckets()).varint(map.partitions()).varint(firstPartition);
    payload.varint(epochs.size());
    for (long epoch : epochs) {
      payload.varint(epoch);
    }
    return payload.sized(clock).seal(DocumentFormat.PARTITION_CLOCKS);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @param expected how the database is divided
   * @throws UnreadableDocumentException if it is none of these, or of another division
   */
  public static PartitionClocks decode(String key, PartitionMap expected, byte[] document) {
    PartitionClocks clocks =
        PayloadReader.decode(key, DocumentFormat.PARTITION_CLOCKS, document, PartitionClocks::read);
    if (!clocks.map.equals(expected)) {
      throw DocumentHeader.unreadable(
          Reason.OTHER,
          key,
          DocumentFormat.PARTITION_CLOCKS,
          "map=" + expected + ", found=" + clocks.map);
    }
    return clocks;
  }

  private static PartitionClocks read(PayloadReader payload) {
    int vbuckets = payload.varint("vbuckets", Partitions.MAX + 1);
    int partitions = payload.varint("partitions", Partitions.MAX + 1);
    PartitionMap map = Partitions.requireMap(vbuckets, partitions);
    int firstPartition = payload.varint("firstPartition", Partitions.MAX);
    int count = payload.count("epochs", 1);
    List<Long> epochs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      epochs.add(payload.varint());
    }
    int length = payload.count("seqnos", 1);
    int from = payload.skip(length);
    try {
      byte[] clock = Arrays.copyOfRange(payload.array(), from, from + length);
      return new PartitionClocks(map, firstPartition, epochs, CODEC.decode(clock));
    } catch (CorruptClockException e) {
      throw payload.corrupt("clock=" + e.getMessage());
    }
  }
}
