package io.channelindex.embedded.dcp;

import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.protocol.Status;

/**
 * What a client asked for when it opened the connection for DCP. Set up by open and control
 * messages; immutable, changed by copy.
 *
 * @param collections whether keys carry their collection and system events are sent
 * @param xattrs whether values carry their attributes
 * @param bodies whether and how bodies are sent
 * @param deleteTimes whether tombstones carry the time they were made
 * @param compression whether values are sent as snappy where that is smaller
 * @param expirations whether an expiration is told from a deletion, if {@code deleteTimes}
 * @param endOnClose whether a stream that the client closes ends with a message
 */
public record DcpOptions(
    boolean collections,
    boolean xattrs,
    Bodies bodies,
    boolean deleteTimes,
    boolean compression,
    boolean expirations,
    boolean endOnClose) {
  /** Open flag: this side produces. */
  public static final int OPEN_PRODUCER = 0x01;

  /** Open flag: values carry attributes. */
  public static final int OPEN_XATTRS = 0x04;

  /** Open flag: no bodies. */
  public static final int OPEN_NO_VALUE = 0x08;

  /** Open flag: tombstones carry their time. */
  public static final int OPEN_DELETE_TIMES = 0x20;

  /** Open flag: no bodies, but the datatype of the whole document. */
  public static final int OPEN_NO_VALUE_WITH_UNDERLYING_DATATYPE = 0x40;

  private static final int OPEN_FLAGS =
      OPEN_PRODUCER
          | OPEN_XATTRS
          | OPEN_NO_VALUE
          | OPEN_DELETE_TIMES
          | OPEN_NO_VALUE_WITH_UNDERLYING_DATATYPE;

  /** What becomes of the bodies of documents. */
  public enum Bodies {
    /** They are sent. */
    INCLUDED,
    /** They are left out, and the datatype is that of what is left. */
    OMITTED,
    /** They are left out, and the datatype is that of the document. */
    OMITTED_BUT_TOLD;

    private static Bodies of(int openFlags) {
      if ((openFlags & OPEN_NO_VALUE_WITH_UNDERLYING_DATATYPE) != 0) {
        return OMITTED_BUT_TOLD;
      }
      return (openFlags & OPEN_NO_VALUE) != 0 ? OMITTED : INCLUDED;
    }
  }

  /**
   * The options of an open request.
   *
   * @throws StatusException {@link Status#EINVAL} if a flag is unknown
   */
  public static DcpOptions opened(int flags, boolean collections) {
    if ((flags & ~OPEN_FLAGS) != 0) {
      throw StatusException.of(Status.EINVAL);
    }
    return new DcpOptions(
        collections,
        (flags & OPEN_XATTRS) != 0,
        Bodies.of(flags),
        (flags & OPEN_DELETE_TIMES) != 0,
        false,
        false,
        false);
  }

  DcpOptions withCompression(boolean enabled) {
    return new DcpOptions(
        collections, xattrs, bodies, deleteTimes, enabled, expirations, endOnClose);
  }

  DcpOptions withExpirations(boolean enabled) {
    return new DcpOptions(
        collections, xattrs, bodies, deleteTimes, compression, enabled, endOnClose);
  }

  DcpOptions withEndOnClose(boolean enabled) {
    return new DcpOptions(
        collections, xattrs, bodies, deleteTimes, compression, expirations, enabled);
  }
}
