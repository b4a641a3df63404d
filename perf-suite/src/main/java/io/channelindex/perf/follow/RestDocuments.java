package io.channelindex.perf.follow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.perf.PerfException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Documents through the server's REST interface. */
public final class RestDocuments implements DocumentWriter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LEAST_ERROR = 300;

  private final Requests requests;

  RestDocuments(Requests requests) {
    this.requests = requests;
  }

  @Override
  public CompletableFuture<String> store(String id, @Nullable String parent, byte[] body) {
    return send(HttpMethod.PUT, id, parent, Buffer.buffer(body));
  }

  @Override
  public CompletableFuture<String> delete(String id, String parent) {
    return send(HttpMethod.DELETE, id, parent, Buffer.buffer());
  }

  private CompletableFuture<String> send(
      HttpMethod method, String id, @Nullable String parent, Buffer body) {
    String revision = parent == null ? "" : "?rev=" + FeedAddress.encoded(parent);
    return requests
        .send(method, "/" + FeedAddress.encoded(id) + revision, body)
        .thenApply(answer -> revision(method + " of document=" + id, answer));
  }

  private static String revision(String what, Requests.Answer answer) {
    JsonNode revision;
    try {
      revision = JSON.readTree(answer.body().getBytes()).path("rev");
    } catch (IOException e) {
      throw new PerfException(what + " has no JSON answer: status=" + answer.status(), e);
    }
    if (answer.status() >= LEAST_ERROR || !revision.isTextual()) {
      throw answer.refusal(what);
    }
    return revision.textValue();
  }
}
