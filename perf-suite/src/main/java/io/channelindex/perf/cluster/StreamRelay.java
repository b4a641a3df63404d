package io.channelindex.perf.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.perf.target.Endpoint;
import io.channelindex.perf.target.TargetException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between a change feed and a node, to find out how fast the client is when the server costs
 * next to nothing: the first feed through it is passed on and recorded, those after it are
 * connected to the node as well, but are shown the recorded streams, from memory and as fast as the
 * client reads.
 *
 * <p>For one node without TLS. Feeds are to come one after the other and to ask for the same
 * streams. Flow control is the recorded node's: what the client acknowledges later is not waited
 * for, the connection itself holds the relay back.
 */
public final class StreamRelay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamRelay.class);
  private static final int BUFFER_BYTES = 256 << 10;
  private static final String KV_PORT = "\"kv\":";

  private final Endpoint endpoint;
  private final InetSocketAddress node;
  private final ServerSocket listener;
  private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
  private final AtomicReference<@Nullable StreamRecording> recorded = new AtomicReference<>();
  private volatile @Nullable Conversation conversation;

  /**
   * Listens on the loopback interface.
   *
   * @param endpoint of the node; what feeds are given is {@link #endpoint}
   * @param node where its key-value service listens
   * @throws TargetException if no port can be had
   */
  StreamRelay(Endpoint endpoint, InetSocketAddress node) {
    this.node = node;
    try {
      listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new TargetException("relay does not listen: " + e.getMessage(), e);
    }
    String relay = listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
    this.endpoint =
        new Endpoint("couchbase://" + relay, endpoint.credentials(), endpoint.buckets());
    run("perf-relay", this::accept);
  }

  /** How feeds reach the relay. */
  Endpoint endpoint() {
    return endpoint;
  }

  /**
   * How many messages feeds are shown from the recording, once one was shown everything.
   *
   * @throws TargetException if no feed was recorded to its end
   */
  public long recordedMessages() {
    requireHealthy();
    StreamRecording recording = recorded.get();
    if (recording == null) {
      throw new TargetException("no feed was recorded to its end", null);
    }
    return recording.messages();
  }

  /**
   * Says if something went wrong.
   *
   * @throws TargetException if the relay failed
   */
  void requireHealthy() {
    IOException cause = failure.get();
    if (cause != null) {
      throw new TargetException("relay failed: " + cause.getMessage(), cause);
    }
  }

  @Override
  public void close() {
    closeQuietly(listener);
    Conversation open = conversation;
    if (open != null) {
      open.close();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Conversation next = new Conversation(client, new Socket(node.getAddress(), node.getPort()));
        conversation = next;
        next.start();
      } catch (IOException e) {
        fail(e);
      }
    }
  }

  private void fail(IOException cause) {
    if (!listener.isClosed()) {
      failure.compareAndSet(null, cause);
    }
  }

  private static void run(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void closeQuietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("A relayed connection does not close", e);
    }
  }

  /** One feed: two threads, each of which reads from one side and writes to the other. */
  private final class Conversation {
    private final Socket client;
    private final Socket server;
    private final DataInputStream fromClient;
    private final DataInputStream fromServer;
    private final OutputStream toServer;
    private final @Nullable StreamRecording replayed = recorded.get();
    private final StreamRecording recording = new StreamRecording();

    /** Vbuckets of the streams that were asked for, by the opaque of the request. */
    private final Map<Integer, Integer> asked = new ConcurrentHashMap<>();

    Conversation(Socket client, Socket server) throws IOException {
      this.client = client;
      this.server = server;
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      fromClient = input(client);
      fromServer = input(server);
      toServer = server.getOutputStream();
    }

    void start() {
      run("perf-relay-client", () -> untilClosed(this::passRequests));
      run("perf-relay-server", () -> untilClosed(this::passAnswers));
    }

    private static DataInputStream input(Socket socket) throws IOException {
      return new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
    }

    void close() {
      closeQuietly(client);
      closeQuietly(server);
    }

    /** A feed ends by closing its connection: only the feed knows whether it was shown all. */
    private void untilClosed(Passing passing) {
      try {
        passing.run();
      } catch (IOException e) {
        LOG.debug("A relayed connection was closed", e);
      } finally {
        close();
      }
    }

    private void passRequests() throws IOException {
      while (true) {
        byte[] frame = Frames.read(fromClient);
        int opcode = Frames.isResponse(frame) ? -1 : Frames.opcode(frame);
        if (opcode == Frames.STREAM_REQUEST) {
          asked.put(Frames.opaque(frame), Frames.vbucket(frame));
        }
        if (replayed == null) {
          toServer.write(frame);
        } else if (opcode == Frames.STREAM_REQUEST) {
          replay(replayed, Frames.vbucket(frame), Frames.opaque(frame));
        } else if (opcode != Frames.BUFFER_ACKNOWLEDGEMENT) {
          toServer.write(frame);
        }
      }
    }

    private void replay(StreamRecording replay, int vbucket, int opaque) throws IOException {
      byte[] answer = replay.answer(vbucket, opaque);
      toClient(answer, answer.length);
      if (asked.size() == replay.streams()) {
        // In a thread of its own: while it writes, what the client acknowledges has to be read.
        run("perf-relay-replay", () -> playTo(replay));
      }
    }

    private void playTo(StreamRecording replay) {
      try {
        replay.play(asked, this::toClient);
      } catch (IOException e) {
        LOG.debug("A relayed connection was closed", e);
        close();
      }
    }

    private void passAnswers() throws IOException {
      while (true) {
        byte[] frame = Frames.read(fromServer);
        if (Frames.isResponse(frame) && Frames.opcode(frame) == Frames.GET_CONFIG) {
          frame = withOwnPort(frame);
        }
        // First: a client that has seen the end of a recorded stream may begin to be shown it.
        if (replayed == null) {
          record(frame);
        }
        toClient(frame, frame.length);
      }
    }

    private synchronized void toClient(byte[] frames, int length) throws IOException {
      client.getOutputStream().write(frames, 0, length);
    }

    private void record(byte[] frame) {
      if (Frames.isOfStream(frame)) {
        recording.message(frame);
      } else if (Frames.isResponse(frame) && Frames.opcode(frame) == Frames.STREAM_REQUEST) {
        Integer vbucket = asked.get(Frames.opaque(frame));
        if (vbucket == null) {
          throw new IllegalStateException("answer without request: opaque=" + Frames.opaque(frame));
        }
        recording.answer(vbucket, frame);
      }
      // Streams that are asked for later make it incomplete for a while; the feed ends after all.
      if (recording.isComplete() && recording.streams() == asked.size()) {
        recorded.set(recording);
      }
    }
  }

  /** A configuration that has clients connect to the relay and not, past it, to the node. */
  private byte[] withOwnPort(byte[] frame) {
    int offset = Frames.valueOffset(frame);
    String config = new String(frame, offset, frame.length - offset, UTF_8);
    String own = config.replace(KV_PORT + node.getPort(), KV_PORT + listener.getLocalPort());
    if (own.equals(config)) {
      fail(new IOException("configuration does not name the node: port=" + node.getPort()));
    }
    return Frames.withValue(frame, offset, own.getBytes(UTF_8));
  }

  @FunctionalInterface
  private interface Passing {
    void run() throws IOException;
  }
}
