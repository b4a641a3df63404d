package io.channelindex.embedded.connection;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.SystemEvent;
import io.channelindex.embedded.protocol.Opcode;
import org.jspecify.annotations.Nullable;

/** A stream message about to be sent, as fault rules look at it. */
final class MessageSubject extends SessionSubject {
  private final Opcode message;
  private final int vbucket;
  private final @Nullable Item item;

  MessageSubject(Session session, Opcode message, int vbucket, @Nullable Item item) {
    super(session);
    this.message = message;
    this.vbucket = vbucket;
    this.item = item;
  }

  @Override
  public Kind kind() {
    return Kind.MESSAGE;
  }

  @Override
  public int opcode() {
    return message.code();
  }

  @Override
  public int vbucket() {
    return vbucket;
  }

  @Override
  public int collection() {
    return item == null || item instanceof SystemEvent ? NONE : item.collection();
  }

  @Override
  public String key() {
    return item == null ? "" : new String(item.key(), UTF_8);
  }
}
