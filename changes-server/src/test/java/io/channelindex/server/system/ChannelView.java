package io.channelindex.server.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a client knows of a channel: it reads page after page, keeps the newest row of each document
 * and its token, and goes on with that token on whichever server it is told.
 */
final class ChannelView {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final String channel;
  private final Map<String, Seen> documents = new HashMap<>();
  private String token = "0";
  private long rows;

  /** A document's last row. */
  record Seen(String revision, boolean deleted, boolean removed) {
    static Seen active(String revision) {
      return new Seen(revision, false, false);
    }

    static Seen deleted(String revision) {
      return new Seen(revision, true, false);
    }

    static Seen removed(String revision) {
      return new Seen(revision, false, true);
    }
  }

  ChannelView(String channel) {
    this.channel = channel;
  }

  /**
   * Reads one page.
   *
   * @return whether the server said that nothing was left
   * @throws IOException if the answer is anything but a whole page: what came is forgotten
   */
  boolean readPage(URI server, String database, int limit)
      throws IOException, InterruptedException {
    JsonNode answer = changes(server, database, channel, token, limit);
    for (JsonNode row : answer.get("results")) {
      documents.put(row.get("id").asText(), seen(row));
      rows++;
    }
    token = answer.get("last_seq").asText();
    return answer.get("pending").asLong() == 0;
  }

  /** One answer, of a server that has to say something whole. */
  static JsonNode changes(URI server, String database, String channel, String since, int limit)
      throws IOException, InterruptedException {
    String query =
        "?filter=sync_gateway/bychannel&channels="
            + URLEncoder.encode(channel, StandardCharsets.UTF_8)
            + "&since="
            + since
            + (limit == 0 ? "" : "&limit=" + limit);
    HttpResponse<byte[]> response =
        HTTP.send(
            HttpRequest.newBuilder(server.resolve("/" + database + "/_changes" + query))
                .timeout(Duration.ofSeconds(60))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new IOException(
          "status="
              + response.statusCode()
              + ", body="
              + new String(response.body(), StandardCharsets.UTF_8));
    }
    return JSON.readTree(response.body());
  }

  /** All rows of a channel from the beginning, in one answer. */
  static List<JsonNode> all(URI server, String database, String channel)
      throws IOException, InterruptedException {
    List<JsonNode> rows = new ArrayList<>();
    changes(server, database, channel, "0", 0).get("results").forEach(rows::add);
    return rows;
  }

  static Seen seen(JsonNode row) {
    String revision = row.get("changes").get(0).get("rev").asText();
    boolean deleted = row.path("deleted").asBoolean();
    return new Seen(revision, deleted, row.has("removed"));
  }

  Map<String, Seen> documents() {
    return documents;
  }

  long rows() {
    return rows;
  }

  String token() {
    return token;
  }
}
