package io.channelindex.server.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** One spelling for all JSON documents that say the same: compact, members sorted by name. */
final class CanonicalJson {
  static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.US_ASCII);

  private CanonicalJson() {}

  /**
   * The canonical spelling.
   *
   * @param document nested no deeper than 1,000 levels, as everything that was read
   */
  static byte[] of(ObjectNode document) {
    return DocumentJson.write(sorted(document));
  }

  private static JsonNode sorted(JsonNode node) {
    if (node instanceof ObjectNode object) {
      Map<String, JsonNode> members = new TreeMap<>();
      object.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
      ObjectNode result = JsonNodeFactory.instance.objectNode();
      members.forEach((name, value) -> result.set(name, sorted(value)));
      return result;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode result = JsonNodeFactory.instance.arrayNode(array.size());
      array.forEach(element -> result.add(sorted(element)));
      return result;
    }
    return node;
  }
}
