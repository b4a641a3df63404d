package io.channelindex.index.write;

import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.sequence.StreamPosition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
 * @param bytes the memory that it takes, about; of a change that was not known when it arrived only
 *     what is known
 */
record Arrival(
    int vbucket,
    StreamPosition position,
    long whole,
    @Nullable CompletableFuture<Optional<IndexedChange>> change,
    Runnable done,
    long nanos,
    int bytes) {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionWriter.class);

  /** What a step takes, and a change besides its texts: objects of 64-bit Java, compressed. */
  private static final int STEP_BYTES = 128;

  private static final int MEMBERSHIP_BYTES = 96;

  /** A step that takes as much as is known of it. */
  static Arrival of(
      int vbucket,
      StreamPosition position,
      long whole,
      @Nullable CompletableFuture<Optional<IndexedChange>> change,
      Runnable done,
      long nanos) {
    IndexedChange known = known(change);
    int bytes = STEP_BYTES;
    if (known != null) {
      bytes += known.documentId().length();
      for (Membership membership : known.memberships()) {
        bytes += MEMBERSHIP_BYTES + membership.channel().length() + membership.revision().length();
      }
    }
    return new Arrival(vbucket, position, whole, change, done, nanos, bytes);
  }

  private static @Nullable IndexedChange known(
      @Nullable CompletableFuture<Optional<IndexedChange>> change) {
    return change == null || !change.isDone() || change.isCompletedExceptionally()
        ? null
        : change.join().orElse(null);
  }

  /** Adds the channels that it touches, as far as is known. */
  void addChannels(Set<String> channels) {
    IndexedChange known = known(change);
    if (known != null) {
      for (Membership membership : known.memberships()) {
        channels.add(membership.channel());
      }
    }
  }

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
