package io.channelindex.server.documents;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * What is known of a document beside its body: its revision, the channels that it is in and those
 * that it left.
 *
 * <p>Immutable. No channel is in both; {@code *}, in which every document is, is in neither.
 *
 * @param revision the current revision
 * @param life whether it is a tombstone
 * @param channels the channels that it is in, sorted; of a tombstone none
 * @param leavings when it left a channel, by channel, sorted
 */
public record DocumentMetadata(
    Revision revision, Life life, Set<String> channels, Map<String, Leaving> leavings) {
  /** Whether there is a body. */
  public enum Life {
    /** There is. */
    ALIVE,
    /** It is a tombstone. */
    DELETED
  }

  /**
   * How a document left a channel.
   *
   * @param revision with which it did
   * @param seqno of the write that did it, unsigned; {@link #PENDING} for the write that carries
   *     these metadata, whose seqno is not known yet
   * @param life {@code DELETED} if it left by being deleted
   */
  public record Leaving(Revision revision, long seqno, Life life) {
    /** No seqno of a write: they begin with 1. */
    public static final long PENDING = 0;

    boolean isPending() {
      return seqno == PENDING;
    }

    private Leaving at(long newSeqno) {
      return new Leaving(revision, newSeqno, life);
    }
  }

  public DocumentMetadata {
    // Most documents are in one channel and have left none: nothing to sort, nothing to copy.
    channels =
        channels.size() <= 1
            ? Set.copyOf(channels)
            : Collections.unmodifiableSet(new TreeSet<>(channels));
    leavings = leavings.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(leavings));
  }

  /** The metadata of a document that was in no channel before. */
  static DocumentMetadata initial(Revision revision, Life life, Collection<String> channels) {
    return new DocumentMetadata(revision, life, new TreeSet<>(channels), Map.of());
  }

  /**
   * The metadata of a tombstone that has no attribute.
   *
   * @param revisionSeqno how often the document was written, all its lives
   */
  public static DocumentMetadata deletedWithoutTrace(String id, long revisionSeqno) {
    byte[] content = id.getBytes(StandardCharsets.UTF_8);
    Revision revision = Revision.root(revisionSeqno, Life.DELETED, content);
    return initial(revision, Life.DELETED, Set.of());
  }

  /** The metadata after a deletion by somebody who does not know them, with this seqno. */
  public DocumentMetadata deletedAt(long seqno) {
    return next(revision.deletion(), Life.DELETED, Set.of()).at(seqno);
  }

  /**
   * The metadata that follow on these with a write: channels that the document is not in any more
   * were left with it, and so were those whose leaving is still pending here; for channels that it
   * comes back to there is no leaving any more.
   */
  DocumentMetadata next(Revision newRevision, Life newLife, Collection<String> newChannels) {
    Leaving now = new Leaving(newRevision, Leaving.PENDING, newLife);
    Map<String, Leaving> left = new TreeMap<>(leavings);
    left.replaceAll((channel, leaving) -> leaving.isPending() ? now : leaving);
    channels.forEach(channel -> left.put(channel, now));
    newChannels.forEach(left::remove);
    return new DocumentMetadata(newRevision, newLife, new TreeSet<>(newChannels), left);
  }

  /** These metadata with pending leavings dated: the write that carries them has this seqno. */
  public DocumentMetadata at(long seqno) {
    return redated(leaving -> leaving.isPending() ? leaving.at(seqno) : leaving);
  }

  /** These metadata with leavings that are later than the write that carries them dated to it. */
  DocumentMetadata notAfter(long seqno) {
    return redated(
        leaving ->
            Long.compareUnsigned(leaving.seqno(), seqno) > 0
                ? leaving.at(Leaving.PENDING)
                : leaving);
  }

  /** These metadata as if the write that carries them had made all leavings. */
  DocumentMetadata allPending() {
    return redated(leaving -> leaving.at(Leaving.PENDING));
  }

  private DocumentMetadata redated(UnaryOperator<Leaving> date) {
    if (leavings.isEmpty()) {
      return this;
    }
    Map<String, Leaving> dated = new TreeMap<>(leavings);
    dated.replaceAll((channel, leaving) -> date.apply(leaving));
    return new DocumentMetadata(revision, life, channels, dated);
  }

  /**
   * These metadata with at most {@code limit} leavings, as far as that is possible: the earliest go
   * first, and none that may not be indexed yet.
   *
   * @param stable up to where the index has everything, unsigned
   */
  DocumentMetadata pruned(int limit, long stable) {
    int surplus = leavings.size() - limit;
    if (surplus <= 0) {
      return this;
    }
    List<String> oldest =
        leavings.entrySet().stream()
            .filter(entry -> !entry.getValue().isPending())
            .filter(entry -> Long.compareUnsigned(entry.getValue().seqno(), stable) <= 0)
            .sorted(
                Map.Entry.comparingByValue(
                    Comparator.comparing(Leaving::seqno, Long::compareUnsigned)))
            .limit(surplus)
            .map(Map.Entry::getKey)
            .toList();
    Map<String, Leaving> kept = new TreeMap<>(leavings);
    oldest.forEach(kept::remove);
    return new DocumentMetadata(revision, life, channels, kept);
  }

  /** Whether it is a tombstone. */
  public boolean isDeleted() {
    return life == Life.DELETED;
  }
}
