package io.channelindex.server.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.channelindex.server.system.ChannelView.Seen;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way, from documents that are written to rows that clients read: two servers, each with
 * half of the partitions, as processes that die.
 */
class PipelineIT {
  private static final int DOCUMENTS = Integer.getInteger("documents", 100_000);
  private static final int DEATHS = Integer.getInteger("deaths", 1);
  private static final int PAGE = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final List<String> CHANNELS =
      IntStream.range(0, 10).mapToObj(number -> "channel-" + number).toList();

  private static final List<String> STEPS =
      List.of("BLOCKS", "CLOCKS", "STABLE", "WAKE_UPS", "END");

  @TempDir private Path directory;

  /** Some of them were there before the servers, others come and change while these catch up. */
  @Test
  void everyDocumentIsThereOnceAtItsNewestRevisionAndEveryLeaving() throws Exception {
    try (TestCluster cluster = new TestCluster("index")) {
      WrittenDocuments written = new WrittenDocuments(cluster.documents(), CHANNELS, 1);
      int before = DOCUMENTS / 4 * 3;
      written.create(before);
      try (ServerProcess first = start(cluster, "first", "0-31");
          ServerProcess second = start(cluster, "second", "32-63")) {
        written.create(DOCUMENTS - before);
        written.change(DOCUMENTS / 4);

        awaitWhole(written, first.publicUri(), second.publicUri());
      }
    }
  }

  /** One cluster for all steps: what one death has left is what the next one finds. */
  @Test
  void nothingIsLostWhenAServerDiesBetweenTwoStepsOfACommit() throws Exception {
    int documents = Math.min(2_000, DOCUMENTS);
    try (TestCluster cluster = new TestCluster("index");
        ServerProcess second = start(cluster, "second", "32-63")) {
      WrittenDocuments written = new WrittenDocuments(cluster.documents(), CHANNELS, 2);
      Readers readers = new Readers();
      for (String step : STEPS) {
        for (int death = 1; death <= DEATHS; death++) {
          String fault = "-Dchannelindex.fault.halt=" + step + ":" + (7 * death);
          try (ServerProcess first = start(cluster, "first", "0-31", fault)) {
            written.create(documents);
            written.change(documents / 2);
            readers.readSome(List.of(first.publicUri(), second.publicUri()));
            assertThat(first.awaitExit(60)).as(step).isEqualTo(137);
          }
          readers.readSome(List.of(second.publicUri()));
        }
        try (ServerProcess first = start(cluster, "first", "0-31")) {
          awaitWhole(written, first.publicUri(), second.publicUri());
          readers.awaitAll(written, List.of(second.publicUri(), first.publicUri()));
        }
      }
    }
  }

  @Test
  void nothingIsLostWhenServersAreKilledAtRandom() throws Exception {
    long seed = Long.getLong("seed", 42);
    Random random = new Random(seed);
    int documents = Math.min(2_000, DOCUMENTS);
    try (TestCluster cluster = new TestCluster("index")) {
      WrittenDocuments written = new WrittenDocuments(cluster.documents(), CHANNELS, seed);
      Readers readers = new Readers();
      List<ServerProcess> servers = new ArrayList<>();
      servers.add(start(cluster, "first", "0-31"));
      servers.add(start(cluster, "second", "32-63"));
      try {
        for (int round = 0; round < 2 * DEATHS; round++) {
          int victim = random.nextInt(2);
          Killer killer = new Killer(servers.get(victim), random.nextInt(1_000));
          killer.start();
          written.create(documents);
          written.change(documents / 2);
          readers.readSome(List.of(servers.get(1 - victim).publicUri()));
          killer.join();
          servers.set(
              victim,
              victim == 0 ? start(cluster, "first", "0-31") : start(cluster, "second", "32-63"));
        }
        List<URI> uris = servers.stream().map(ServerProcess::publicUri).toList();
        awaitWhole(written, uris.get(0), uris.get(1));
        readers.awaitAll(written, uris);
      } finally {
        servers.forEach(ServerProcess::close);
      }
    }
  }

  /** Kills at a moment that the seed chooses; which moment of the server's that is, is chance. */
  private static final class Killer extends Thread {
    private final ServerProcess victim;
    private final int afterMillis;

    private Killer(ServerProcess victim, int afterMillis) {
      super("killer");
      this.victim = victim;
      this.afterMillis = afterMillis;
    }

    @Override
    public void run() {
      try {
        sleep(afterMillis);
        victim.kill();
      } catch (InterruptedException e) {
        interrupt();
      }
    }
  }

  /** A reader of each channel that goes on from its token on one server after the other. */
  private static final class Readers {
    private final List<ChannelView> views = CHANNELS.stream().map(ChannelView::new).toList();
    private int turn;

    /** A page each; a server that is dying may refuse. */
    void readSome(List<URI> servers) throws InterruptedException {
      for (ChannelView view : views) {
        readPage(view, servers);
      }
    }

    private boolean readPage(ChannelView view, List<URI> servers) throws InterruptedException {
      URI server = servers.get(turn++ % servers.size());
      try {
        return view.readPage(server, "db", PAGE);
      } catch (IOException e) {
        return false;
      }
    }

    void awaitAll(WrittenDocuments written, List<URI> servers) {
      for (int i = 0; i < views.size(); i++) {
        ChannelView view = views.get(i);
        Map<String, Seen> expected = written.expected(CHANNELS.get(i));
        await()
            .atMost(PATIENCE)
            .pollDelay(Duration.ZERO)
            .until(() -> readPage(view, servers) && leaveOutUnseen(view, expected));
        assertThat(view.documents()).containsAllEntriesOf(expected);
      }
    }

    private static boolean leaveOutUnseen(ChannelView view, Map<String, Seen> expected) {
      return view.documents().entrySet().containsAll(expected.entrySet());
    }
  }

  private ServerProcess start(TestCluster cluster, String name, String owned, String... jvmOptions)
      throws IOException, InterruptedException {
    return ServerProcess.start(directory, name, cluster.config("index", owned), jvmOptions);
  }

  private static void awaitWhole(WrittenDocuments written, URI first, URI second) {
    Map<String, Map<String, Seen>> expected = new HashMap<>();
    CHANNELS.forEach(channel -> expected.put(channel, written.expected(channel)));
    expected.put("*", written.expectedOfAll());
    expected.forEach(
        (channel, documents) -> {
          awaitChannel(first, channel, documents);
          awaitChannel(second, channel, documents);
        });
  }

  private static void awaitChannel(URI server, String channel, Map<String, Seen> expected) {
    await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> {
              List<JsonNode> rows = ChannelView.all(server, "db", channel);
              Map<String, Seen> seen = new HashMap<>();
              rows.forEach(row -> seen.put(row.get("id").asText(), ChannelView.seen(row)));
              assertThat(rows).as("a document twice").hasSameSizeAs(seen.keySet());
              assertThat(seen.equals(expected))
                  .as("channel=%s, rows=%d, expected=%d", channel, seen.size(), expected.size())
                  .isTrue();
            });
  }
}
