package io.channelindex.index.write;

import io.channelindex.sequence.StreamPosition;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A step of a vbucket's stream: a change, or only progress.
 *
 * @param vbucket the vbucket
 * @param position where the stream stands after it, under the branch that was current then
 * @param whole the highest seqno up to here at which a snapshot was complete, unsigned
 * @param change what is to be indexed; null if the vbucket moved on without a change
 * @param done to be called when the change needs no memory any more
 * @param nanos when it arrived
 */
record Arrival(
    int vbucket,
    StreamPosition position,
    long whole,
    @Nullable CompletableFuture<Optional<IndexedChange>> change,
    Runnable done,
    long nanos) {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionWriter.class);

  /** What is to be called where nobody waits. */
  static void nobodyWaits() {}

  long seqno() {
    return position.seqno();
  }

  boolean isReady() {
    return change == null || change.isDone();
  }

  /**
   * What is to be indexed, of a ready arrival.
   *
   * @throws java.util.concurrent.CompletionException if it could not be found out
   */
  Optional<IndexedChange> indexed() {
    return change == null ? Optional.empty() : change.join();
  }

  /** How many of them are changes. */
  static int changes(List<Arrival> arrivals) {
    int changes = 0;
    for (Arrival arrival : arrivals) {
      changes += arrival.change() == null ? 0 : 1;
    }
    return changes;
  }

  /** Lets go of them. One callback's failure must not keep the others from being called. */
  static void letGo(List<Arrival> arrivals) {
    for (Arrival arrival : arrivals) {
      try {
        arrival.done().run();
      } catch (RuntimeException thrown) {
        LOG.error(
            "Whoever waited for a change failed: vbucket={}, position={}",
            arrival.vbucket(),
            arrival.position(),
            thrown);
      }
    }
  }
}
