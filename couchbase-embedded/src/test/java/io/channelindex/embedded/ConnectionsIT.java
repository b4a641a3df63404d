package io.channelindex.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.java.Collection;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that works is not disturbed by those that do not, nor by the end of the node. */
@ExtendWith(NettyLeaks.class)
class ConnectionsIT {
  private static final int SOCKETS = 500;
  private static final int HEADER = 24;

  /** One with the bucket and one without. */
  private static final int CLIENT_CONNECTIONS = 2;

  /** A complete NOOP request. */
  private static final byte[] NOOP = header(0x80, 0x0a, 0);

  @RegisterExtension
  static final EmbeddedCouchbaseExtension COUCHBASE =
      EmbeddedCouchbaseExtension.with(node -> node.bucket("data"));

  private static JavaClient client;
  private static Collection documents;

  @BeforeAll
  static void connect() {
    client = JavaClient.connect(COUCHBASE.node());
    documents = client.documents("data");
    documents.upsert("key", 0);
  }

  /** What an earlier test closed is gone before the next one counts. */
  @BeforeEach
  void awaitOnlyTheClient() {
    awaitConnections(CLIENT_CONNECTIONS);
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  private static byte[] header(int magic, int opcode, int bodyLength) {
    byte[] header = new byte[HEADER];
    header[0] = (byte) magic;
    header[1] = (byte) opcode;
    header[8] = (byte) (bodyLength >>> 24);
    header[9] = (byte) (bodyLength >>> 16);
    header[10] = (byte) (bodyLength >>> 8);
    header[11] = (byte) bodyLength;
    return header;
  }

  private static Socket open() throws IOException {
    EmbeddedCouchbase node = COUCHBASE.node();
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(node.host(), node.port()), 10_000);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private static void requireWorkingClient() {
    for (int i = 0; i < 100; i++) {
      documents.upsert("key", i);
      assertThat(documents.get("key").contentAs(Integer.class)).isEqualTo(i);
    }
  }

  private static void awaitConnections(int count) {
    await()
        .atMost(JavaClient.PATIENCE)
        .untilAsserted(() -> assertThat(COUCHBASE.node().connectionCount()).isEqualTo(count));
  }

  @Test
  void idleAndHalfOpenOnesDoNotDisturb() throws IOException {
    List<byte[]> beginnings =
        List.of(
            new byte[0],
            new byte[] {(byte) 0x80},
            header(0x80, 0x01, 1000),
            header(0x80, 0x1f, 10_000),
            NOOP);
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < SOCKETS; i++) {
        Socket socket = open();
        sockets.add(socket);
        socket.getOutputStream().write(beginnings.get(i % beginnings.size()));
      }
      awaitConnections(CLIENT_CONNECTIONS + SOCKETS);

      requireWorkingClient();

      assertThat(COUCHBASE.node().connectionCount()).isEqualTo(CLIENT_CONNECTIONS + SOCKETS);
    } finally {
      close(sockets);
    }
    awaitConnections(CLIENT_CONNECTIONS);
    requireWorkingClient();
  }

  @Test
  void malformedOnesAreClosed() throws IOException {
    List<byte[]> garbage =
        List.of(
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII),
            header(0x80, 0x01, -1),
            header(0x80, 0x01, Integer.MAX_VALUE),
            header(0x42, 0x0a, 0),
            new byte[HEADER]);
    for (byte[] bytes : garbage) {
      try (Socket socket = open()) {
        socket.getOutputStream().write(bytes);
        assertThat(readToEnd(socket)).isEmpty();
      }
    }
    awaitConnections(CLIENT_CONNECTIONS);
    requireWorkingClient();
  }

  @Test
  void randomOnesDoNotDisturb() throws IOException {
    Random random = new Random(11);
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        Socket socket = open();
        sockets.add(socket);
        byte[] frame = new byte[HEADER + random.nextInt(40)];
        random.nextBytes(frame);
        frame[0] = (byte) (random.nextBoolean() ? 0x80 : 0x08);
        frame[8] = 0;
        frame[9] = 0;
        frame[10] = 0;
        frame[11] = (byte) (frame.length - HEADER);
        socket.getOutputStream().write(frame);
      }
      requireWorkingClient();
    } finally {
      close(sockets);
    }
    awaitConnections(CLIENT_CONNECTIONS);
  }

  /** Whoever asks without end and reads nothing is not read any more, and nobody else notices. */
  @Test
  void onesThatDoNotReadDoNotDisturb() throws IOException, InterruptedException {
    CompletableFuture<IOException> end = new CompletableFuture<>();
    Thread flood;
    try (Socket socket = open()) {
      flood = new Thread(() -> end.complete(writeUntilClosed(socket)), "flood");
      flood.start();

      requireWorkingClient();

      assertThat(end).as("still writing, or stuck").isNotDone();
    }
    flood.join(JavaClient.PATIENCE.toMillis());
    assertThat(end).as("ended by the close").isDone();
    requireWorkingClient();
  }

  private static IOException writeUntilClosed(Socket socket) {
    ByteArrayOutputStream requests = new ByteArrayOutputStream();
    for (int i = 0; i < 2_000; i++) {
      requests.writeBytes(NOOP);
    }
    try {
      while (true) {
        socket.getOutputStream().write(requests.toByteArray());
      }
    } catch (IOException e) {
      return e;
    }
  }

  private static byte[] readToEnd(Socket socket) throws IOException {
    try {
      return socket.getInputStream().readAllBytes();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("still open", e);
    }
  }

  @Test
  void endWithTheNode() throws IOException {
    EmbeddedCouchbase node = EmbeddedCouchbase.builder().bucket("data").start();
    int port = node.port();
    int managerPort = node.managerPort();
    try (JavaClient user = JavaClient.connect(node);
        Socket idle = new Socket(node.host(), port);
        Socket manager = new Socket(node.host(), managerPort)) {
      user.documents("data").upsert("key", 1);
      idle.setSoTimeout(10_000);
      manager.setSoTimeout(10_000);
      long start = System.nanoTime();

      node.close();

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      assertThat(node.connectionCount()).isZero();
      assertThat(readToEnd(idle)).isEmpty();
      assertThat(readToEnd(manager)).isEmpty();
      requireFree(port);
      requireFree(managerPort);
      node.close();
    }
  }

  private static void requireFree(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      assertThat(socket.isBound()).isTrue();
    }
  }

  @Test
  void canBeMadeAgainAtTheSamePort() {
    EmbeddedCouchbase first = EmbeddedCouchbase.builder().bucket("data").start();
    int port = first.port();
    int managerPort = first.managerPort();
    try (JavaClient user = JavaClient.connect(first)) {
      user.documents("data").upsert("key", 1);
      first.close();
      try (EmbeddedCouchbase second =
          EmbeddedCouchbase.builder().port(port).managerPort(managerPort).bucket("data").start()) {
        await()
            .atMost(JavaClient.PATIENCE)
            .untilAsserted(
                () -> assertThat(user.documents("data").exists("key").exists()).isFalse());
        user.documents("data").insert("key", 2);
        assertThat(second.bucket("data").documentCount()).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void clientsOfANodeThatListensOnAllAddressesStayWithTheOneThatTheyUse(String host)
      throws IOException {
    try (EmbeddedCouchbase everywhere =
            EmbeddedCouchbase.builder()
                .host(InetAddress.getByName(host))
                .nodes(2)
                .bucket("b")
                .start();
        JavaClient client = JavaClient.connect(everywhere)) {
      assertThat(everywhere.connectionString()).doesNotContain(host + ":");
      for (int i = 0; i < 20; i++) {
        client.documents("b").upsert("key" + i, Map.of("n", i));
      }
      assertThat(everywhere.bucket("b").documentCount()).isEqualTo(20);
    }
  }
}
