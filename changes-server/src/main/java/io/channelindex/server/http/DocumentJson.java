package io.channelindex.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.StoredDocument;
import java.util.Map;

/** Documents and what became of writing them, in CouchDB's form. */
final class DocumentJson {
  private DocumentJson() {}

  /** A document with its special members, which come first and win over members of the body. */
  static ObjectNode of(StoredDocument document) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("_id", document.id());
    json.put("_rev", document.revision());
    if (document.deleted()) {
      json.put("_deleted", true);
    }
    for (Map.Entry<String, JsonNode> member : document.body().properties()) {
      if (!json.has(member.getKey())) {
        json.set(member.getKey(), member.getValue());
      }
    }
    return json;
  }

  static ObjectNode written(String id, String revision) {
    return JsonNodeFactory.instance.objectNode().put("ok", true).put("id", id).put("rev", revision);
  }
}
