package io.channelindex.embedded.dcp;

import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.protocol.Status;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a client asked for when it opened the connection for DCP. Set up by open and control
 * messages; immutable, changed by copy. Source: {@code open-connection.md} and {@code control.md}.
 */
public final class DcpOptions {
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

  /** Open flag: tombstones carry the users' attributes too. */
  public static final int OPEN_DELETED_USER_XATTRS = 0x100;

  private static final int OPEN_FLAGS =
      OPEN_PRODUCER
          | OPEN_XATTRS
          | OPEN_NO_VALUE
          | OPEN_DELETE_TIMES
          | OPEN_NO_VALUE_WITH_UNDERLYING_DATATYPE
          | OPEN_DELETED_USER_XATTRS;

  /** What is off unless it is asked for. */
  enum Option {
    /** Keys carry their collection, and system events are sent. */
    COLLECTIONS,
    /** Values carry their attributes. */
    XATTRS,
    /** Tombstones carry the users' attributes beside the system's. */
    DELETED_USER_XATTRS,
    /** Tombstones carry the time they were made. */
    DELETE_TIMES,
    /** Values are sent as snappy where that is smaller. */
    COMPRESSION,
    /** An expiration is told from a deletion, if there are {@link #DELETE_TIMES}. */
    EXPIRATIONS,
    /** A stream that the client closes ends with a message. */
    END_ON_CLOSE,
    /** A vbucket may have several streams, told apart by an id. */
    STREAM_IDS,
    /** Markers of snapshots from disk have version 2.2, which tells the purge seqno. */
    PURGE_SEQNO_IN_MARKER
  }

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

  private final Bodies bodies;
  private final Set<Option> options;

  private DcpOptions(Bodies bodies, Set<Option> options) {
    this.bodies = bodies;
    this.options = options;
  }

  /**
   * The options of an open request.
   *
   * @throws StatusException {@link Status#EINVAL} if a flag is unknown, or flags contradict each
   *     other
   */
  public static DcpOptions opened(int flags, boolean collections) {
    boolean bodiesTwice =
        has(flags, OPEN_NO_VALUE) && has(flags, OPEN_NO_VALUE_WITH_UNDERLYING_DATATYPE);
    boolean userXattrsAlone = has(flags, OPEN_DELETED_USER_XATTRS) && !has(flags, OPEN_XATTRS);
    if ((flags & ~OPEN_FLAGS) != 0 || bodiesTwice || userXattrsAlone) {
      throw StatusException.of(Status.EINVAL);
    }
    return new DcpOptions(Bodies.of(flags), EnumSet.noneOf(Option.class))
        .with(Option.COLLECTIONS, collections)
        .with(Option.XATTRS, has(flags, OPEN_XATTRS))
        .with(Option.DELETED_USER_XATTRS, has(flags, OPEN_DELETED_USER_XATTRS))
        .with(Option.DELETE_TIMES, has(flags, OPEN_DELETE_TIMES));
  }

  private static boolean has(int flags, int flag) {
    return (flags & flag) != 0;
  }

  boolean has(Option option) {
    return options.contains(option);
  }

  Bodies bodies() {
    return bodies;
  }

  DcpOptions with(Option option, boolean enabled) {
    EnumSet<Option> changed = EnumSet.copyOf(options);
    if (enabled) {
      changed.add(option);
    } else {
      changed.remove(option);
    }
    return new DcpOptions(bodies, changed);
  }
}
