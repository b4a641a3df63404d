package io.channelindex.embedded.connection;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.SystemEvent;
import io.channelindex.embedded.fault.FaultSubject;
import io.channelindex.embedded.protocol.Opcode;
import org.jspecify.annotations.Nullable;

/** A stream message about to be sent, as fault rules look at it. */
record MessageSubject(Session session, Opcode message, int vbucket, @Nullable Item item)
    implements FaultSubject {
  @Override
  public Kind kind() {
    return Kind.MESSAGE;
  }

  @Override
  public int opcode() {
    return message.code();
  }

  @Override
  public @Nullable Bucket bucket() {
    return session.selectedBucket();
  }

  @Override
  public int collection() {
    return item == null || item instanceof SystemEvent ? NONE : item.collection();
  }

  @Override
  public String key() {
    return item == null ? "" : new String(item.key(), UTF_8);
  }

  @Override
  public long connection() {
    return session.ordinal();
  }

  @Override
  public String agent() {
    return session.agent();
  }

  @Override
  public @Nullable String user() {
    return session.user();
  }
}
