package io.channelindex.embedded.wire;

import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One blocking connection that sends exactly the bytes it is told to.
 *
 * <p>Answers are found by their opaque; what the server sends on its own is kept in order until it
 * is asked for. Every read gives up after the timeout of the connection with an {@link
 * UncheckedIOException} that holds a {@link SocketTimeoutException}. Confined to one thread.
 */
final class WireClient implements AutoCloseable {
  static final String USERNAME = "Administrator";
  static final String PASSWORD = "password";

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int LARGEST_BODY = 64 << 20;

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;
  private final Map<Integer, Frame> responses = new HashMap<>();
  private final Deque<Frame> serverFrames = new ArrayDeque<>();
  private int nextOpaque = 0x1000;
  private int peekedByte = -1;

  private WireClient(Socket socket) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.in = new DataInputStream(socket.getInputStream());
  }

  static WireClient connect(int port) {
    return connect(port, new Socket());
  }

  /** A connection whose kernel takes few bytes that nobody reads. */
  static WireClient connectWithReceiveBuffer(int port, int bytes) {
    Socket socket = new Socket();
    try {
      socket.setReceiveBufferSize(bytes);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
    return connect(port, socket);
  }

  private static WireClient connect(int port, Socket socket) {
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) TIMEOUT.toMillis());
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) TIMEOUT.toMillis());
      return new WireClient(socket);
    } catch (IOException e) {
      throw new UncheckedIOException("port=" + port, e);
    }
  }

  /** A logged-in connection to {@code bucket} with collections and mutation tokens. */
  static WireClient open(int port, String bucket) {
    WireClient client = connect(port);
    client.hello(
        Feature.MUTATION_SEQNO,
        Feature.XATTR,
        Feature.XERROR,
        Feature.SELECT_BUCKET,
        Feature.SNAPPY,
        Feature.JSON,
        Feature.COLLECTIONS);
    client.require(client.loginWithScram(USERNAME, PASSWORD));
    client.require(client.selectBucket(bucket));
    return client;
  }

  Frame hello(Feature... features) {
    ByteBuffer codes = ByteBuffer.allocate(2 * features.length);
    Stream.of(features).forEach(feature -> codes.putShort((short) feature.code()));
    return call(Frame.request(Opcode.HELLO).withKey("{\"a\":\"wire/1\"}").withValue(codes.array()));
  }

  Frame loginWithPlain(String username, String password) {
    String message = "\0" + username + "\0" + password;
    return call(Frame.request(Opcode.SASL_AUTH).withKey("PLAIN").withValue(message));
  }

  /**
   * Runs SCRAM-SHA512 to its end.
   *
   * @return the last answer; it is a success only after the server proved that it knows the
   *     password
   */
  Frame loginWithScram(String username, String password) {
    ScramConversation scram =
        new ScramConversation(username, password, Long.toHexString(System.nanoTime()));
    Frame challenge =
        call(
            Frame.request(Opcode.SASL_AUTH)
                .withKey(ScramConversation.MECHANISM)
                .withValue(scram.clientFirst()));
    if (!challenge.has(Status.AUTH_CONTINUE)) {
      return challenge;
    }
    Frame end =
        call(
            Frame.request(Opcode.SASL_STEP)
                .withKey(ScramConversation.MECHANISM)
                .withValue(scram.clientFinal(challenge.text())));
    if (end.has(Status.SUCCESS) && !end.text().equals(scram.expectedServerFinal())) {
      throw new IllegalStateException("serverFinal=" + end.text());
    }
    return end;
  }

  Frame selectBucket(String bucket) {
    return call(Frame.request(Opcode.SELECT_BUCKET).withKey(bucket));
  }

  /** Opens a producer; {@code flags} as in DCP_OPEN. */
  Frame dcpOpen(String name, int flags) {
    byte[] extras = ByteBuffer.allocate(8).putInt(0).putInt(flags).array();
    return call(Frame.request(Opcode.DCP_OPEN).withKey(name).withExtras(extras));
  }

  Frame dcpControl(String name, String value) {
    return call(Frame.request(Opcode.DCP_CONTROL).withKey(name).withValue(value));
  }

  /** Sends {@code request} and waits for its answer, whatever arrives before. */
  Frame call(Frame request) {
    return awaitResponse(send(request));
  }

  /** Sends {@code request} under a new opaque, which is returned. */
  int send(Frame request) {
    int opaque = nextOpaque++;
    sendRaw(request.withOpaque(opaque).encode());
    return opaque;
  }

  /** Sends bytes as they are. */
  void sendRaw(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends nothing more, and goes on reading. */
  void finishSending() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends the first {@code length} bytes of {@code frame}. */
  void sendPart(Frame frame, int length) {
    sendRaw(Arrays.copyOf(frame.encode(), length));
  }

  Frame awaitResponse(int opaque) {
    Frame response = responses.remove(opaque);
    while (response == null) {
      file(readFrame());
      response = responses.remove(opaque);
    }
    return response;
  }

  /** The oldest frame that the server sent on its own and that was not taken yet. */
  Frame nextServerFrame() {
    while (serverFrames.isEmpty()) {
      file(readFrame());
    }
    return serverFrames.removeFirst();
  }

  /** As {@link #nextServerFrame()}, but empty if none begins to arrive within {@code wait}. */
  Optional<Frame> pollServerFrame(Duration wait) {
    if (serverFrames.isEmpty() && bytesArriveWithin(wait)) {
      return Optional.of(nextServerFrame());
    }
    return Optional.ofNullable(serverFrames.pollFirst());
  }

  /**
   * Reads until the server closes the connection.
   *
   * @return the frames that came before the end
   */
  Deque<Frame> readUntilClosed() {
    Deque<Frame> frames = new ArrayDeque<>();
    try {
      while (true) {
        frames.add(read());
      }
    } catch (EOFException | SocketException closed) {
      return frames;
    } catch (IOException e) {
      throw new UncheckedIOException("frames=" + frames, e);
    }
  }

  /** Everything that comes until the server closes the connection, frames or not. */
  byte[] readBytesUntilClosed() {
    try {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next frame of either kind, unfiled. */
  Frame readFrame() {
    try {
      return read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes without lingering: what is on its way is answered with a reset. */
  void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void require(Frame response) {
    if (!response.has(Status.SUCCESS)) {
      close();
      throw new IllegalStateException("response=" + response);
    }
  }

  private void file(Frame frame) {
    if (frame.isServerSent()) {
      serverFrames.addLast(frame);
    } else if (responses.put(frame.opaque(), frame) != null) {
      throw new IllegalStateException("answered twice: frame=" + frame);
    }
  }

  private boolean bytesArriveWithin(Duration wait) {
    try {
      socket.setSoTimeout((int) Math.max(1, wait.toMillis()));
      try {
        peekedByte = peekedByte < 0 ? in.read() : peekedByte;
        return peekedByte >= 0;
      } catch (SocketTimeoutException nothing) {
        return false;
      } finally {
        socket.setSoTimeout((int) TIMEOUT.toMillis());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Frame read() throws IOException {
    byte[] header = new byte[Frame.HEADER];
    int offset = 0;
    if (peekedByte >= 0) {
      header[offset++] = (byte) peekedByte;
      peekedByte = -1;
    }
    in.readFully(header, offset, header.length - offset);
    int body = ByteBuffer.wrap(header).getInt(8);
    if (body < 0 || body > LARGEST_BODY) {
      throw new IllegalStateException("body=" + body + " opcode=" + header[1]);
    }
    byte[] frame = Arrays.copyOf(header, header.length + body);
    in.readFully(frame, header.length, body);
    return Frame.decode(frame);
  }
}
