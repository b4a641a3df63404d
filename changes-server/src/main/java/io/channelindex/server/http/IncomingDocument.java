package io.channelindex.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentWrite;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A document as a client sends it: members of its own, and special ones that begin with an
 * underscore.
 *
 * @param id its {@code _id}
 * @param revision its {@code _rev}: the one that it replaces
 * @param deleted its {@code _deleted}
 * @param body the other members
 */
record IncomingDocument(
    @Nullable String id, @Nullable String revision, boolean deleted, ObjectNode body) {
  private static final int LONGEST_ID = 250;

  /**
   * Takes a document apart.
   *
   * @throws HttpProblem 400 {@code doc_validation} for special members that are unknown or of the
   *     wrong type
   */
  static IncomingDocument of(ObjectNode document) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> member : document.properties()) {
      if (!member.getKey().startsWith("_")) {
        body.set(member.getKey(), member.getValue());
      } else if (!isSpecial(member.getKey())) {
        throw invalid("Bad special document member: " + HttpProblem.quote(member.getKey()));
      }
    }
    return new IncomingDocument(
        text(document, "_id"), text(document, "_rev"), isDeleted(document), body);
  }

  /** An id for a document that brings none. */
  static String newId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /**
   * The write that this document asks for.
   *
   * @param target the id that it is sent to
   * @param parent the revision that the request names besides the document
   * @throws HttpProblem 400 if the two disagree
   */
  DocumentWrite to(String target, @Nullable String parent) {
    requireId(target);
    if (id != null && !id.equals(target)) {
      throw HttpProblem.badRequest(
          "_id is not the id in the path: _id=" + HttpProblem.quote(id) + ", path=" + target);
    }
    if (revision != null && parent != null && !revision.equals(parent)) {
      throw HttpProblem.badRequest(
          "document rev from request and body disagree: request="
              + HttpProblem.quote(parent)
              + ", body="
              + HttpProblem.quote(revision));
    }
    return new DocumentWrite(target, parent == null ? revision : parent, deleted, body);
  }

  /**
   * Refuses what cannot be the id of a document.
   *
   * @throws HttpProblem 400
   */
  static void requireId(String id) {
    if (id.startsWith("_")) {
      throw new HttpProblem(
          400, "illegal_docid", "Only reserved document ids may start with underscore.");
    }
    int bytes = id.getBytes(UTF_8).length;
    if (bytes == 0 || bytes > LONGEST_ID) {
      throw new HttpProblem(
          400, "illegal_docid", "id out of range: bytes=" + bytes + ", min=1, max=" + LONGEST_ID);
    }
  }

  private static boolean isSpecial(String name) {
    return name.equals("_id") || name.equals("_rev") || name.equals("_deleted");
  }

  private static @Nullable String text(ObjectNode document, String name) {
    JsonNode value = document.get(name);
    if (value == null) {
      return null;
    }
    if (!value.isTextual()) {
      throw invalid(name + " must be a string");
    }
    return Objects.requireNonNull(value.textValue());
  }

  private static boolean isDeleted(ObjectNode document) {
    JsonNode value = document.get("_deleted");
    if (value != null && !value.isBoolean()) {
      throw invalid("_deleted must be true or false");
    }
    return value != null && value.booleanValue();
  }

  private static HttpProblem invalid(String reason) {
    return new HttpProblem(400, "doc_validation", reason);
  }
}
