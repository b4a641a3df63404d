package io.channelindex.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentWrite;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /{db}/_bulk_docs}: every document has its own answer, in the order they came. */
final class BulkRoute {
  private static final Logger LOG = LoggerFactory.getLogger(BulkRoute.class);

  private final DocumentWriter writer;
  private final int maxDocuments;

  BulkRoute(DocumentWriter writer, int maxDocuments) {
    this.writer = writer;
    this.maxDocuments = maxDocuments;
  }

  void answer(Exchange exchange, HostedDatabase database) {
    DocumentRoutes.requireNewEdits(exchange);
    exchange.withBody(
        Exchange.BodyPresence.REQUIRED, body -> write(exchange, database, documents(body)));
  }

  private ArrayNode documents(ObjectNode body) {
    JsonNode newEdits = body.get("new_edits");
    if (newEdits != null && !(newEdits.isBoolean() && newEdits.booleanValue())) {
      throw OptionValues.refused("new_edits", newEdits.toString(), "true");
    }
    if (!(body.get("docs") instanceof ArrayNode documents)) {
      throw HttpProblem.badRequest("docs must be an array of documents");
    }
    if (documents.size() > maxDocuments) {
      throw HttpProblem.tooLarge(
          "too many documents: docs=" + documents.size() + ", maxBulkDocuments=" + maxDocuments);
    }
    return documents;
  }

  private void write(Exchange exchange, HostedDatabase database, ArrayNode documents) {
    List<ObjectNode> answers = new ArrayList<>(documents.size());
    BulkSchedule schedule = new BulkSchedule(exchange.context());
    for (int i = 0; i < documents.size(); i++) {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      answers.add(answer);
      try {
        DocumentWrite write = writeOf(documents.get(i), answer);
        schedule.add(write.id(), () -> writeOne(exchange, database, write, answer));
      } catch (HttpProblem refused) {
        refuse(answer, refused);
      }
    }
    schedule
        .run()
        .onComplete(
            done ->
                exchange.guarded(
                    () ->
                        exchange.json(201, JsonNodeFactory.instance.arrayNode().addAll(answers))));
  }

  private static DocumentWrite writeOf(JsonNode element, ObjectNode answer) {
    if (!(element instanceof ObjectNode document)) {
      throw HttpProblem.badRequest("Document must be a JSON object");
    }
    JsonNode id = document.get("_id");
    if (id != null) {
      answer.set("id", id);
    }
    IncomingDocument incoming = IncomingDocument.of(document);
    String target = incoming.id() == null ? IncomingDocument.newId() : incoming.id();
    answer.put("id", target);
    return incoming.to(target, null);
  }

  private Future<Void> writeOne(
      Exchange exchange, HostedDatabase database, DocumentWrite write, ObjectNode answer) {
    return Future.fromCompletionStage(writer.write(database, write), exchange.context())
        .transform(
            result -> {
              if (result.succeeded()) {
                answer.removeAll();
                answer.setAll(DocumentJson.written(write.id(), result.result()));
              } else {
                refuse(answer, problemOf(write, result.cause()));
              }
              return Future.succeededFuture();
            });
  }

  private static HttpProblem problemOf(DocumentWrite write, Throwable failure) {
    HttpProblem problem = HttpProblem.of(failure);
    if (problem == null) {
      LOG.error("write failed: id={}", write.id(), failure);
      return new HttpProblem(500, "internal_server_error", "the server failed; see its log");
    }
    return problem;
  }

  private static void refuse(ObjectNode answer, HttpProblem problem) {
    answer.setAll(Exchange.errorOf(problem));
    answer.put("status", problem.status());
  }
}
