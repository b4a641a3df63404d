package io.channelindex.embedded.manager;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What answers requests below {@code /control}, on all nodes of a cluster, for users who have
 * proved who they are. Thread-safe.
 */
@FunctionalInterface
public interface ControlInterface {
  /**
   * A request.
   *
   * @param node the id of the node that is asked
   * @param method of HTTP, in upper case
   * @param path segments after {@code control}
   * @param body as it came, maybe empty
   */
  record Request(int node, String method, List<String> path, String body) {
    /** Keeps what it is given. */
    public Request {
      path = List.copyOf(path);
    }
  }

  /** An answer and its status of HTTP. */
  record Answer(int status, JsonNode body) {}

  /** Answers later, on a thread of its own; never exceptionally. */
  CompletionStage<Answer> handle(Request request);
}
