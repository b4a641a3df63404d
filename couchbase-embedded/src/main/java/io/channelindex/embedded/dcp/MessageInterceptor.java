package io.channelindex.embedded.dcp;

import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.protocol.Opcode;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the streams of a connection and its client, and sees every message. Lives on the
 * connection's event loop.
 */
public interface MessageInterceptor {
  /** Lets everything pass. */
  MessageInterceptor NONE =
      new MessageInterceptor() {
        @Override
        public boolean isActive() {
          return false;
        }

        @Override
        public @Nullable StreamEndReason before(Opcode opcode, int vbucket, @Nullable Item item) {
          return null;
        }

        @Override
        public void after() {}
      };

  /** Whether the other methods are to be called: one read of a field. */
  boolean isActive();

  /**
   * A message is about to be written; what was written before may be {@link DcpProducer#flush
   * flushed} here.
   *
   * @param item what the message is about, or null
   * @return null to write it, or with which reason to end its stream instead
   */
  @Nullable StreamEndReason before(Opcode opcode, int vbucket, @Nullable Item item);

  /** The message was written, and is still to be flushed. */
  void after();
}
