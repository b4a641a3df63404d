package io.channelindex.embedded.engine;

import io.channelindex.embedded.protocol.Status;
import java.util.EnumMap;
import java.util.Map;

/**
 * An operation was refused with a status that the client is to see. One instance per status,
 * without a stack trace: a CAS mismatch is an everyday answer and must cost no more than one.
 */
public final class StatusException extends RuntimeException {
  private static final Map<Status, StatusException> INSTANCES = new EnumMap<>(Status.class);

  static {
    for (Status status : Status.values()) {
      INSTANCES.put(status, new StatusException(status));
    }
  }

  private final Status status;

  private StatusException(Status status) {
    super("status=" + status, null, false, false);
    this.status = status;
  }

  /** The exception of {@code status}. */
  public static StatusException of(Status status) {
    StatusException instance = INSTANCES.get(status);
    if (instance == null) {
      throw new IllegalArgumentException("status=" + status);
    }
    return instance;
  }

  public Status status() {
    return status;
  }
}
