package io.channelindex.embedded.connection;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.fault.FaultSubject;
import org.jspecify.annotations.Nullable;

/** What fault rules ask of whoever sends or receives. */
abstract class SessionSubject implements FaultSubject {
  private final Session session;

  SessionSubject(Session session) {
    this.session = session;
  }

  final Session session() {
    return session;
  }

  @Override
  public final @Nullable Bucket bucket() {
    return session.selectedBucket();
  }

  @Override
  public final long connection() {
    return session.ordinal();
  }

  @Override
  public final String agent() {
    return session.agent();
  }

  @Override
  public final @Nullable String user() {
    return session.user();
  }
}
