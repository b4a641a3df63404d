package io.channelindex.perf.load;

/**
 * Which document each write of a run goes to, which version it makes, and which channel it puts it
 * in: fixed before the first one, so that what followers are shown can be judged without asking the
 * system under test. Immutable.
 *
 * <p>Three writes in four go round the first documents again and again, the fourth creates a new
 * one. Of the versions of a document after its first, one in ten moves it to the next channel and
 * one in ten deletes it; the version after that brings it back.
 *
 * <pre>
 *   write       0  1  2  3  4  5  6  7  8 …     with 4 documents that are written again
 *   document    0  1  2  4  3  0  1  5  2 …
 *   version     1  1  1  1  1  2  2  1  2 …
 * </pre>
 */
public final class ChannelPlan {
  private static final int GROUP = 4;
  private static final int AGAIN = GROUP - 1;
  private static final int CYCLE = 10;
  private static final int MOVES_AT = 5;
  private static final int DELETES_AT = 9;
  private static final int MIXING = 0x9e3779b9;

  private final int channels;
  private final int documents;
  private final int writes;

  /** What a write does to its document. */
  public enum Kind {
    /** It is there, in the channel that it was in. */
    STORE,
    /** It is there, in another channel. */
    MOVE,
    /** It is gone. */
    DELETE
  }

  /** What a version of a document is to a channel. */
  public enum Appearance {
    /** Nothing: the document is not in it, and was not before. */
    NONE,
    /** It is in the channel. */
    ACTIVE,
    /** It has just left the channel. */
    REMOVED,
    /** It is deleted, and was in the channel. */
    DELETED
  }

  /**
   * @param channels how many channels, positive
   * @param documents how many documents are written again and again, positive
   * @param writes how many writes there are
   */
  public ChannelPlan(int channels, int documents, int writes) {
    if (channels < 1 || documents < 1 || writes < 0) {
      throw new IllegalArgumentException(
          "invalid plan: channels=" + channels + ", documents=" + documents + ", writes=" + writes);
    }
    this.channels = channels;
    this.documents = documents;
    this.writes = writes;
  }

  /** How many channels there are. */
  public int channels() {
    return channels;
  }

  /** How many writes there are. */
  public int writes() {
    return writes;
  }

  /** How many documents there are in the end, with indexes from 0. */
  public int documents() {
    return documents + writes / GROUP;
  }

  /** The document that a write goes to. */
  public int document(int write) {
    return write % GROUP == AGAIN ? documents + write / GROUP : again(write) % documents;
  }

  /** The version of its document that a write makes, from 1. */
  public int version(int write) {
    return write % GROUP == AGAIN ? 1 : 1 + again(write) / documents;
  }

  /** The write that makes a version of a document, or -1 if there is none. */
  public int write(int document, int version) {
    if (document < 0 || version < 1) {
      return -1;
    }
    long write;
    if (document >= documents) {
      write = version == 1 ? (long) (document - documents) * GROUP + AGAIN : -1;
    } else {
      long turn = (version - 1L) * documents + document;
      write = (turn / AGAIN) * GROUP + turn % AGAIN;
    }
    return write < writes ? (int) write : -1;
  }

  /** What a version does to its document. */
  public Kind kind(int document, int version) {
    if (version == 1) {
      return Kind.STORE;
    }
    int turn = (version + phase(document)) % CYCLE;
    return turn == MOVES_AT ? Kind.MOVE : turn == DELETES_AT ? Kind.DELETE : Kind.STORE;
  }

  /** The channel that a version is in; where it deletes the document, the one that it was in. */
  public int channel(int document, int version) {
    return Math.floorMod(document + moves(document, version), channels);
  }

  /** What a version is to a channel. */
  public Appearance appearance(int channel, int document, int version) {
    if (channel(document, version) == channel) {
      return kind(document, version) == Kind.DELETE ? Appearance.DELETED : Appearance.ACTIVE;
    }
    boolean left =
        version > 1
            && kind(document, version - 1) != Kind.DELETE
            && channel(document, version - 1) == channel;
    return left ? Appearance.REMOVED : Appearance.NONE;
  }

  /** How many versions from 2 up to one move the document. */
  private int moves(int document, int version) {
    int phase = phase(document);
    return movesUpTo(version + phase) - movesUpTo(1 + phase);
  }

  private static int movesUpTo(int turn) {
    return Math.floorDiv(turn - MOVES_AT, CYCLE);
  }

  /** Spread over the documents of every channel. */
  private static int phase(int document) {
    return ((document * MIXING) >>> 16) % CYCLE;
  }

  /** How many writes before this one go to documents that are written again. */
  private static int again(int write) {
    return (write / GROUP) * AGAIN + write % GROUP;
  }
}
