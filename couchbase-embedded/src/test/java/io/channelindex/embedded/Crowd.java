package io.channelindex.embedded;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A process that opens many connections and then does nothing until the other side closes them: the
 * sockets of a JVM that serves as many would count against the same limit.
 *
 * <p>Every third connection has sent nothing, every third the beginning of a frame, and every third
 * a whole request whose answer nobody reads. Prints {@code open N}, and in the end {@code closed N}
 * with the number of those that ended as they should.
 */
final class Crowd {
  private static final byte[] NOOP = HexFormat.of().parseHex("800a" + "00".repeat(22));
  private static final byte[] HALF = HexFormat.of().parseHex("801f0005000000000000002a");

  private Crowd() {}

  /** Arguments: host, port, number of connections. */
  public static void main(String[] arguments) throws IOException {
    InetSocketAddress node = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    int count = Integer.parseInt(arguments[2]);
    List<SocketChannel> sockets = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      SocketChannel socket = SocketChannel.open(node);
      sockets.add(socket);
      byte[] beginning = i % 3 == 0 ? new byte[0] : i % 3 == 1 ? HALF : NOOP;
      socket.write(ByteBuffer.wrap(beginning));
    }
    System.out.println("open " + count);
    int closed = 0;
    for (SocketChannel socket : sockets) {
      closed += endsProperly(socket) ? 1 : 0;
    }
    System.out.println("closed " + closed);
  }

  private static boolean endsProperly(SocketChannel socket) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(64);
    try (socket) {
      while (socket.read(bytes) >= 0) {
        bytes.clear();
      }
      return true;
    } catch (IOException reset) {
      return reset.getMessage().contains("reset");
    }
  }
}
