package io.channelindex.server.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.server.documents.DocumentException;
import io.channelindex.server.documents.DocumentException.Reason;
import io.channelindex.server.documents.DocumentWrite;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** Writes documents through one server after the other. For one thread. */
final class RestWriting implements RevisedDocuments.Writing {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<URI> servers;
  private int turn;

  RestWriting(List<URI> servers) {
    this.servers = servers;
  }

  @Override
  public String write(DocumentWrite write) throws InterruptedException {
    URI server = servers.get(turn++ % servers.size());
    String revision = write.parent() == null ? "" : "?rev=" + write.parent();
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve("/db/" + write.id() + revision))
            .method(
                write.deleted() ? "DELETE" : "PUT",
                write.deleted()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(write.body().toString()))
            .timeout(Duration.ofSeconds(30))
            .build();
    try {
      HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      JsonNode body = JSON.readTree(answer.body());
      return switch (answer.statusCode()) {
        case 200, 201 -> body.get("rev").asText();
        case 404 -> throw new DocumentException(Reason.NOT_FOUND, body.toString());
        case 409 -> throw new DocumentException(Reason.CONFLICT, body.toString());
        case 503 -> throw new DocumentException(Reason.UNAVAILABLE, body.toString());
        default ->
            throw new IllegalStateException("status=" + answer.statusCode() + ", body=" + body);
      };
    } catch (IOException e) {
      throw new DocumentException(Reason.UNAVAILABLE, "no answer", e);
    }
  }
}
