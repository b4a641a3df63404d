package io.channelindex.server.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.server.system.ChannelView.Seen;
import io.channelindex.server.system.RevisedDocuments.Written;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Follows a channel by one kind of feed, never for long on the same server: it goes on with the
 * token of the last row or answer that it got, wherever that leaves it. A thread of its own; what
 * it was told can be read by others.
 */
final class TravellingFollower extends Thread {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int QUIET_MILLIS = 500;
  private static final int UNAVAILABLE = 503;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Feed feed;
  private final String channel;
  private final List<URI> servers;
  private final Random random;
  private final Map<String, Seen> documents = new ConcurrentHashMap<>();
  private final Set<Written> told = ConcurrentHashMap.newKeySet();
  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;
  private volatile @Nullable InputStream reading;
  private String token = "0";

  /** How it asks. */
  enum Feed {
    /** It leaves after some rows, or when the feed has nothing to say. */
    CONTINUOUS,
    /** Each answer is a server's last. */
    LONGPOLL
  }

  TravellingFollower(Feed feed, String channel, List<URI> servers, long seed) {
    super("follower-" + feed + "-of-" + channel);
    this.feed = feed;
    this.channel = channel;
    this.servers = servers;
    this.random = new Random(seed);
  }

  @Override
  public void run() {
    while (!stopped) {
      try {
        follow(servers.get(random.nextInt(servers.size())));
      } catch (IOException cutOff) {
        // Whoever follows goes on at its last token.
      } catch (InterruptedException | RuntimeException e) {
        complaints.add(this + " ends: " + e);
        return;
      }
    }
  }

  private void follow(URI server) throws IOException, InterruptedException {
    String query =
        "/db/_changes?filter=sync_gateway/bychannel&channels=%s&feed=%s&timeout=%d&since=%s"
            .formatted(
                channel.equals("*") ? "%2A" : channel,
                feed == Feed.CONTINUOUS ? "continuous" : "longpoll",
                QUIET_MILLIS,
                token);
    HttpResponse<InputStream> answer =
        http.send(
            HttpRequest.newBuilder(server.resolve(query)).timeout(PATIENCE).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      reading = body;
      if (answer.statusCode() == UNAVAILABLE) {
        sleep(50);
      } else if (answer.statusCode() != 200) {
        String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
        complaints.add(this + ": status=" + answer.statusCode() + ", body=" + text);
      } else if (feed == Feed.LONGPOLL) {
        JsonNode whole = JSON.readTree(body.readAllBytes());
        whole.get("results").forEach(this::take);
        token = whole.get("last_seq").asText();
      } else {
        takeSome(body);
      }
    }
  }

  private void takeSome(InputStream body) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    int rows = 1 + random.nextInt(40);
    for (String line = lines.readLine(); line != null && !stopped; line = lines.readLine()) {
      if (line.isEmpty()) {
        continue;
      }
      JsonNode row = JSON.readTree(line);
      if (row.has("last_seq")) {
        token = row.get("last_seq").asText();
        return;
      }
      take(row);
      token = row.get("seq").asText();
      if (--rows == 0) {
        return;
      }
    }
  }

  private void take(JsonNode row) {
    Seen seen = ChannelView.seen(row);
    String id = row.get("id").asText();
    documents.put(id, seen);
    told.add(new Written(id, seen.revision()));
  }

  String channel() {
    return channel;
  }

  /** The last row of each of these documents. */
  Map<String, Seen> documentsAmong(Set<String> ids) {
    Map<String, Seen> some = new HashMap<>(documents);
    some.keySet().retainAll(ids);
    return some;
  }

  /** The last rows of all documents but these, and but of those that were deleted. */
  Set<Written> unsettled(Set<String> ids) {
    return documents.entrySet().stream()
        .filter(document -> !ids.contains(document.getKey()) && !document.getValue().deleted())
        .map(document -> new Written(document.getKey(), document.getValue().revision()))
        .collect(Collectors.toSet());
  }

  /** All revisions of all rows. */
  Set<Written> told() {
    return told;
  }

  /** What no server should answer. */
  Queue<String> complaints() {
    return complaints;
  }

  @Override
  public String toString() {
    return getName();
  }

  /** Ends it, whatever it is reading. */
  void end() throws IOException, InterruptedException {
    stopped = true;
    InputStream open = reading;
    if (open != null) {
      open.close();
    }
    join();
  }
}
