package io.channelindex.perf.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.perf.config.Buckets;
import io.channelindex.perf.config.Credentials;
import io.channelindex.perf.config.LoadSettings;
import io.channelindex.perf.config.SuiteSettings;
import io.channelindex.perf.target.Endpoint;
import io.channelindex.perf.target.TargetException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamRelayIT {
  private static final LoadSettings LOAD = SuiteSettings.from(Map.of()).load();
  private static final int VBUCKETS = 16;
  private static final int DOCUMENTS = 3_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private EmbeddedCouchbase node;
  private ClusterSession session;
  private StreamRelay relay;

  @BeforeEach
  void start() throws InterruptedException {
    node =
        EmbeddedCouchbase.builder()
            .port(0)
            .managerPort(0)
            .vbuckets(VBUCKETS)
            .bucket("data")
            .bucket("index")
            .start();
    session =
        ClusterSession.open(
            new Endpoint(
                node.connectionString(),
                new Credentials(node.username(), node.password()),
                new Buckets("data", "index")),
            LOAD,
            "it");
    relay = session.relay();
    for (int i = 0; i < DOCUMENTS; i++) {
      session.documents().upsert("d" + i, body("first " + i)).join();
    }
  }

  @AfterEach
  void stop() {
    relay.close();
    session.close();
    node.close();
  }

  private static byte[] body(String text) {
    return ("{\"text\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8);
  }

  /** What a feed shows of each vbucket, in its order. */
  private static final class Shown implements ChangeListener {
    private final Map<Integer, List<String>> changes = new ConcurrentHashMap<>();

    private void add(int vbucket, String change) {
      changes.computeIfAbsent(vbucket, v -> new ArrayList<>()).add(change);
    }

    @Override
    public void mutation(int vbucket, long seqno, byte[] key, byte[] body) {
      add(vbucket, seqno + " " + text(key) + " " + text(body));
    }

    @Override
    public void deletion(int vbucket, long seqno, byte[] key) {
      add(vbucket, seqno + " " + text(key) + " deleted");
    }

    @Override
    public void advanced(int vbucket, long seqno) {}

    private static String text(byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  @FunctionalInterface
  private interface Opening {
    ChangeFeed open(ChangeListener listener) throws InterruptedException;
  }

  private static Map<Integer, List<String>> shown(Opening opening) throws InterruptedException {
    Shown shown = new Shown();
    try (ChangeFeed feed = opening.open(shown)) {
      feed.streamBetween(Positions.beginning(VBUCKETS), feed.seqnos());
      feed.awaitEnd(PATIENCE);
    }
    return new TreeMap<>(shown.changes);
  }

  private Map<Integer, List<String>> shownThroughRelay() throws InterruptedException {
    return shown(listener -> session.changes(relay, listener));
  }

  @Test
  void whatWasRecordedIsShownAgainWhateverTheNodeHasNow() throws InterruptedException {
    Map<Integer, List<String>> direct = shown(session::changes);
    assertThat(shownThroughRelay()).isEqualTo(direct);
    assertThat(relay.recordedMessages()).isGreaterThan(DOCUMENTS);
    session.documents().upsert("d1", body("second")).join();
    assertThat(shownThroughRelay()).isEqualTo(direct);
    assertThat(shownThroughRelay()).isEqualTo(direct);
    assertThat(shown(session::changes)).isNotEqualTo(direct);
  }

  @Test
  void nothingIsSaidToBeRecordedBeforeAFeedWasShownEverything() {
    assertThatThrownBy(() -> relay.recordedMessages())
        .isInstanceOf(TargetException.class)
        .hasMessage("no feed was recorded to its end");
  }
}
