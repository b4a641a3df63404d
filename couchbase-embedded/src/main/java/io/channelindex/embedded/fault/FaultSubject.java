package io.channelindex.embedded.fault;

import io.channelindex.embedded.engine.Bucket;
import org.jspecify.annotations.Nullable;

/** What a rule may fire at, as the service that handles it sees it. Used on one event loop. */
public interface FaultSubject {
  /** {@link #vbucket()} of what is not about a vbucket, {@link #collection()} of what has none. */
  int NONE = -1;

  /** Who sent it. */
  enum Kind {
    /** A client. */
    REQUEST,
    /** The node, in a stream. */
    MESSAGE
  }

  Kind kind();

  /** The u8 on the wire. */
  int opcode();

  /** The bucket that the connection works on, or null. */
  @Nullable Bucket bucket();

  /** The vbucket that it is about, or {@link #NONE}. */
  int vbucket();

  /** The id of the collection that its key is in, or {@link #NONE}. */
  int collection();

  /** Its key without the collection, or "". */
  String key();

  /** Which connection of the node it is on, in the order that they were accepted in, from 1. */
  long connection();

  /** What the client called itself, or "". */
  String agent();

  /** Who the client authenticated as, or null. */
  @Nullable String user();
}
