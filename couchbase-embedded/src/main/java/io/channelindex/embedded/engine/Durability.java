package io.channelindex.embedded.engine;

import org.jspecify.annotations.Nullable;

/**
 * What has to happen to a write before its client is told that it succeeded. Immutable.
 *
 * <p>A durable write is prepared first: the prepare takes a seqno of its own, which no item is ever
 * seen at, and the client's mutation token is the prepare's. With one copy a majority is at hand at
 * once; with more it takes what replicas acknowledge. What must be persisted waits while
 * persistence is paused, and so does every durable write that comes after it in the same vbucket:
 * commits happen in the order of their prepares.
 */
public final class Durability {
  /** The levels, weakest first. */
  public enum Level {
    /** Not prepared at all: the write takes one seqno. */
    NONE,
    /** A majority of copies has it in memory. */
    MAJORITY,
    /** As above, and the active copy is persisted. */
    MAJORITY_AND_PERSIST_ACTIVE,
    /** A majority of copies is persisted, the active one among them. */
    PERSIST_TO_MAJORITY
  }

  /** Hears how a write ended that had to wait. Called under the vbucket's lock: do not block. */
  public interface Outcome {
    /** The write is part of the history now. */
    void committed();

    /** The write was given up; another node may know better. */
    void ambiguous();
  }

  /** The write is not prepared. */
  public static final Durability NONE = new Durability(Level.NONE, null);

  /** The write is prepared; nobody waits for it. */
  public static final Durability PREPARED = new Durability(Level.MAJORITY, null);

  private final Level level;
  private final @Nullable Outcome outcome;

  private Durability(Level level, @Nullable Outcome outcome) {
    this.level = level;
    this.outcome = outcome;
  }

  /**
   * A level, and who is told of the outcome if the write has to wait.
   *
   * @param level not {@link Level#NONE}
   */
  public static Durability of(Level level, Outcome outcome) {
    if (level == Level.NONE) {
      throw new IllegalArgumentException("level=" + level);
    }
    return new Durability(level, outcome);
  }

  /** The same, with nobody to be told. */
  Durability unattended() {
    return outcome == null ? this : new Durability(level, null);
  }

  Level level() {
    return level;
  }

  /** Whether the write is prepared first. */
  boolean isPrepared() {
    return level != Level.NONE;
  }

  void committed() {
    if (outcome != null) {
      outcome.committed();
    }
  }

  void ambiguous() {
    if (outcome != null) {
      outcome.ambiguous();
    }
  }

  /** The seqno of the mutation token for a write that became, or is to become, {@code item}. */
  public long tokenSeqno(Item item) {
    return isPrepared() ? item.seqno() - 1 : item.seqno();
  }

  @Override
  public String toString() {
    return "Durability[level=" + level + "]";
  }
}
