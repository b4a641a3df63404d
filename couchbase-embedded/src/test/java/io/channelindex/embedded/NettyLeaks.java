package io.channelindex.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a class of tests after which Netty's leak detector knows of a buffer of the node that was
 * collected before it was released. The detector reports when it allocates after a collection.
 */
public final class NettyLeaks implements AfterAllCallback {
  @Override
  public void afterAll(ExtensionContext context) {
    System.gc();
    ByteBufAllocator.DEFAULT.buffer().release();
    assertThat(LeakAppender.reports()).as("leaked buffers").isEmpty();
  }
}
