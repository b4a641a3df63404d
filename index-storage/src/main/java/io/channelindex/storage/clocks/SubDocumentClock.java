package io.channelindex.storage.clocks;

import io.channelindex.sequence.ClockAccumulator;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexBucket.Field;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import io.channelindex.storage.clocks.Update.Outcome;
import io.channelindex.storage.format.ClockFields;
import io.channelindex.storage.format.ClockFields.Hold;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All partitions' clocks in one JSON document, each in a field of its own that its owner sets by a
 * sub-document write: one get reads the whole clock, owners are not in each other's way, and an
 * advance sends a few bytes. What the data service writes to disk and to its change streams is the
 * whole document nevertheless.
 *
 * <p>A sub-document write knows no maximum, and has no condition but the document's version, by
 * which all owners would be in each other's way again. Left to itself it is safe only while a
 * partition has one writer with one write under way, of which none is done late: a paused owner, or
 * a write whose answer was lost, would take the clock back. So the right to write is part of the
 * field's path, {@code p5.7-0}: partition, epoch, turn.
 *
 * <ul>
 *   <li><em>Taking hold</em> (the first advance of an epoch; the next one after a lost answer) is a
 *       compare and swap of the document. It removes the partition's field and puts in another,
 *       that nobody but this instance uses, with the maximum of what was there and what is new.
 *   <li><em>Advancing</em> sets that field if it is still there, one write at a time. What it sets
 *       is never below what this instance set before, and nobody else set anything.
 *   <li>Whatever else is still under way for the partition, of an earlier owner or of this one,
 *       then names a field that is not there, and the data service refuses it. Who finds its field
 *       gone takes hold again, or learns that it is fenced.
 * </ul>
 *
 * <p>Several instances that advance a partition in the same epoch are safe, too; they take the
 * field from each other each time.
 *
 * <p>Thread-safe.
 */
public final class SubDocumentClock implements SharedClock {
  private static final long NOT_THERE = 0;

  private final IndexBucket bucket;
  private final String key;
  private final PartitionMap map;
  private final Executor executor;
  private final List<Lane> lanes;

  SubDocumentClock(IndexBucket bucket, String key, PartitionMap map, Executor executor) {
    this.bucket = bucket;
    this.key = key;
    this.map = map;
    this.executor = executor;
    this.lanes = IntStream.range(0, map.partitions()).mapToObj(p -> new Lane()).toList();
  }

  @Override
  public CompletionStage<Update> advance(int partition, long epoch, long... seqnos) {
    Advance advance = new Advance(map, partition, epoch, seqnos, executor);
    lanes.get(partition).enter(advance);
    return advance.answer();
  }

  @Override
  public CompletionStage<SequenceClock> read() {
    return bucket.get(key).thenApplyAsync(document -> join(decode(document)), executor);
  }

  private ClockFields decode(Optional<Versioned<byte[]>> document) {
    return document
        .map(found -> ClockFields.decode(key, map, found.value()))
        .orElse(ClockFields.EMPTY);
  }

  private SequenceClock join(ClockFields fields) {
    ClockAccumulator clock = new ClockAccumulator(map.vbuckets());
    for (int partition = 0; partition < map.partitions(); partition++) {
      int first = map.first(partition);
      fields
          .hold(partition)
          .map(Hold::seqnos)
          .ifPresent(
              seqnos -> {
                for (int i = 0; i < seqnos.vbuckets(); i++) {
                  clock.set(first + i, seqnos.seqno(i));
                }
              });
    }
    return clock.snapshot();
  }

  /** A partition's advances, one after the other, and the field that they set. */
  // An advance that fails says so itself; the next one does not depend on it.
  @SuppressWarnings("FutureReturnValueIgnored")
  private final class Lane {
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    // Confined to the advance under way.
    private @Nullable Hold held;

    synchronized void enter(Advance advance) {
      CompletableFuture<?> before = last;
      last = advance.result();
      before.whenComplete((update, failure) -> begin(advance));
    }

    private void begin(Advance advance) {
      Hold hold = held;
      if (hold != null && hold.epoch() == advance.epoch()) {
        set(advance, new Hold(hold.epoch(), hold.turn(), max(hold.seqnos(), advance.seqnos())));
      } else {
        takeHold(advance);
      }
    }

    private void set(Advance advance, Hold wanted) {
      Field field = new Field(wanted.path(advance.partition()), wanted.value());
      advance.write(
          field.path().length() + field.value().length(),
          bucket.setFields(key, List.of(field)),
          answer -> {
            if (answer.isWritten()) {
              held = wanted;
              advance.end(Outcome.REACHED);
            } else {
              takeHold(advance);
            }
          },
          () -> takeHold(advance));
    }

    private void takeHold(Advance advance) {
      held = null;
      advance.read(
          bucket.get(key),
          document -> {
            ClockFields fields = decode(document);
            Hold before = fields.hold(advance.partition()).orElse(null);
            if (before != null && Long.compareUnsigned(before.epoch(), advance.epoch()) > 0) {
              advance.end(Outcome.FENCED);
            } else {
              long cas = document.map(Versioned::cas).orElse(NOT_THERE);
              swap(advance, fields, cas, after(before, advance));
            }
          });
    }

    private void swap(Advance advance, ClockFields fields, long cas, Hold hold) {
      byte[] document = fields.with(advance.partition(), hold).encode();
      CompletionStage<WriteResult> writing =
          cas == NOT_THERE ? bucket.insert(key, document) : bucket.replace(key, document, cas);
      advance.write(
          document.length,
          writing,
          answer -> {
            if (answer.isWritten()) {
              held = hold;
              advance.end(Outcome.REACHED);
            } else {
              takeHold(advance);
            }
          },
          () -> takeHold(advance));
    }

    private static Hold after(@Nullable Hold before, Advance advance) {
      if (before == null) {
        return new Hold(advance.epoch(), 0, SequenceClock.of(advance.seqnos()));
      }
      int turn = before.epoch() == advance.epoch() ? before.turn() + 1 : 0;
      return new Hold(advance.epoch(), turn, max(before.seqnos(), advance.seqnos()));
    }

    private static SequenceClock max(SequenceClock one, long[] other) {
      return one.merge(SequenceClock.of(other));
    }
  }
}
