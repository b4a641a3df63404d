package io.channelindex.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.channelindex.server.documents.DocumentWrite;
import io.channelindex.server.documents.StoredDocument;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code PUT|GET|HEAD|DELETE /{db}/{doc}}. */
final class DocumentRoutes {
  /** Options that would change the answer's shape: better refused than ignored. */
  private static final List<String> UNKNOWN_SHAPES =
      List.of("revs", "revs_info", "open_revs", "atts_since", "conflicts", "deleted_conflicts");

  private final DocumentWriter writer;

  DocumentRoutes(DocumentWriter writer) {
    this.writer = writer;
  }

  void answer(Exchange exchange, HostedDatabase database, String id) {
    IncomingDocument.requireId(id);
    if (exchange.method().equals(HttpMethod.PUT)) {
      put(exchange, database, id);
    } else if (exchange.method().equals(HttpMethod.DELETE)) {
      delete(exchange, database, id);
    } else {
      get(exchange, database, id);
    }
  }

  private void put(Exchange exchange, HostedDatabase database, String id) {
    requireNewEdits(exchange);
    String parent = requestedRevision(exchange);
    exchange.withBody(
        Exchange.BodyPresence.REQUIRED,
        body -> {
          DocumentWrite write = IncomingDocument.of(body).to(id, parent);
          exchange.when(
              writer.write(database, write), revision -> written(exchange, 201, id, revision));
        });
  }

  private void delete(Exchange exchange, HostedDatabase database, String id) {
    DocumentWrite write =
        new DocumentWrite(
            id, requestedRevision(exchange), true, JsonNodeFactory.instance.objectNode());
    exchange.when(writer.write(database, write), revision -> written(exchange, 200, id, revision));
  }

  private static void get(Exchange exchange, HostedDatabase database, String id) {
    for (String option : UNKNOWN_SHAPES) {
      String value = exchange.query().get(option);
      if (value != null && !value.equals("false")) {
        throw OptionValues.refused(option, value, "false, as revision trees are not kept");
      }
    }
    String wanted = exchange.query().get("rev");
    exchange.when(database.document(id), document -> found(exchange, document, wanted));
  }

  private static void found(Exchange exchange, StoredDocument document, @Nullable String wanted) {
    if (wanted != null && !wanted.equals(document.revision())) {
      throw HttpProblem.notFound("missing");
    }
    if (wanted == null && document.deleted()) {
      throw HttpProblem.notFound("deleted");
    }
    String tag = tag(document.revision());
    exchange.response().putHeader(HttpHeaders.ETAG, tag);
    if (tag.equals(exchange.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
      exchange.response().setStatusCode(304).end();
      return;
    }
    exchange.json(200, DocumentJson.of(document));
  }

  /** Answers for a write that was done. */
  static void written(Exchange exchange, int status, String id, String revision) {
    exchange.response().putHeader(HttpHeaders.ETAG, tag(revision));
    exchange.json(status, DocumentJson.written(id, revision));
  }

  /**
   * Refuses writes that bring their own revisions.
   *
   * @throws HttpProblem 400
   */
  static void requireNewEdits(Exchange exchange) {
    String value = exchange.query().get("new_edits");
    if (value != null && !value.equals("true")) {
      throw OptionValues.refused("new_edits", value, "true");
    }
  }

  private static String tag(String revision) {
    return '"' + revision + '"';
  }

  /** The revision in the query or in {@code If-Match}. */
  private static @Nullable String requestedRevision(Exchange exchange) {
    String inQuery = exchange.query().get("rev");
    String inHeader = unquoted(exchange.request().getHeader(HttpHeaders.IF_MATCH));
    if (inQuery != null && inHeader != null && !inQuery.equals(inHeader)) {
      throw HttpProblem.badRequest(
          "document rev from query and If-Match disagree: query="
              + HttpProblem.quote(inQuery)
              + ", ifMatch="
              + HttpProblem.quote(inHeader));
    }
    return inQuery == null ? inHeader : inQuery;
  }

  private static @Nullable String unquoted(@Nullable String tag) {
    if (tag == null || tag.length() < 2 || !tag.startsWith("\"") || !tag.endsWith("\"")) {
      return tag;
    }
    return tag.substring(1, tag.length() - 1);
  }
}
