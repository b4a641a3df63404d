package io.channelindex.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.Follower;
import io.channelindex.index.read.Since;
import io.channelindex.server.documents.DocumentWrite;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.Set;

/** {@code GET|HEAD|POST /{db}/}. */
final class DatabaseRoutes {
  private static final FeedRequest NOW =
      new FeedRequest(Set.of("*"), new Since.Now(), FeedRequest.Rows.ALL);

  private final DocumentWriter writer;

  DatabaseRoutes(DocumentWriter writer) {
    this.writer = writer;
  }

  void answer(Exchange exchange, HostedDatabase database) {
    if (exchange.method().equals(HttpMethod.POST)) {
      post(exchange, database);
    } else if (exchange.method().equals(HttpMethod.HEAD)) {
      exchange.body(200, "application/json", Buffer.buffer());
    } else {
      exchange.when(database.follow(NOW), now -> describe(exchange, database, now));
    }
  }

  private static void describe(Exchange exchange, HostedDatabase database, Follower now) {
    ObjectNode description = JsonNodeFactory.instance.objectNode();
    try (now) {
      description
          .put("db_name", database.name())
          .put("instance_start_time", database.instanceStartTime())
          .put("purge_seq", 0)
          .put("update_seq", now.lastSeq())
          .put("state", "Online");
    }
    exchange.json(200, description);
  }

  private void post(Exchange exchange, HostedDatabase database) {
    DocumentRoutes.requireNewEdits(exchange);
    exchange.withBody(
        Exchange.BodyPresence.REQUIRED,
        body -> {
          IncomingDocument document = IncomingDocument.of(body);
          String id = document.id() == null ? IncomingDocument.newId() : document.id();
          DocumentWrite write = document.to(id, null);
          exchange.when(
              writer.write(database, write),
              revision -> DocumentRoutes.written(exchange, 201, id, revision));
        });
  }
}
