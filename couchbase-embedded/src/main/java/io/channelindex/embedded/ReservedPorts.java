package io.channelindex.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports of a node that is down: whoever connects is refused, and nobody else gets them. Without
 * that a client that tries again and again is given the very port that it tries, sooner or later,
 * and is connected to itself. Not thread-safe.
 */
final class ReservedPorts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReservedPorts.class);

  /** A selector lets go of a socket that was closed when it selects next. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final List<SocketChannel> sockets = new ArrayList<>();

  /**
   * Takes ports that nobody listens on any more, as soon as the system agrees; one that somebody
   * else has is left to him.
   */
  ReservedPorts(InetSocketAddress... addresses) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    for (InetSocketAddress address : addresses) {
      try {
        sockets.add(boundUntil(deadline, address));
      } catch (IOException e) {
        LOG.warn("Port of a node that is down is not reserved: address={}", address, e);
      }
    }
  }

  private static SocketChannel boundUntil(long deadline, SocketAddress address) throws IOException {
    while (true) {
      try {
        return bound(address);
      } catch (BindException taken) {
        if (System.nanoTime() - deadline > 0) {
          throw taken;
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  /** A socket that is bound and neither connected nor listening. */
  private static SocketChannel bound(SocketAddress address) throws IOException {
    SocketChannel socket = SocketChannel.open();
    try {
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      return socket.bind(address);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Gives them back. */
  @Override
  public void close() {
    for (SocketChannel socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.warn("Port is not given back: socket={}", socket, e);
      }
    }
    sockets.clear();
  }
}
