package io.channelindex.server.documents;

import com.fasterxml.jackson.databind.JsonNode;
import io.channelindex.server.documents.DocumentException.Reason;
import java.util.ArrayDeque;
import java.util.Deque;

/** What of a client's write can be refused without looking at the document that is there. */
final class WriteLimits {
  /** Of a key's 250 bytes the name of the default collection takes one. */
  private static final int MAX_ID_BYTES = 249;

  private WriteLimits() {}

  /** Whether a key can be the id of a document: 1 … 249 bytes, not beginning with an underscore. */
  static boolean isId(String key) {
    return !key.isEmpty()
        && key.charAt(0) != '_'
        && UnicodeText.isValid(key)
        && UnicodeText.utf8Length(key) <= MAX_ID_BYTES;
  }

  /**
   * Checks id, names of members, and depth.
   *
   * @throws DocumentException {@code BAD_REQUEST}
   */
  static void check(DocumentWrite write, DocumentLimits limits) {
    if (!isId(write.id())) {
      throw new DocumentException(
          Reason.BAD_REQUEST,
          "document id not allowed: bytes="
              + UnicodeText.utf8Length(write.id())
              + ", min=1, max="
              + MAX_ID_BYTES
              + ", first character not _");
    }
    write
        .body()
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (name.startsWith("_")) {
                throw new DocumentException(
                    Reason.BAD_REQUEST, "reserved member of the body: name=" + name);
              }
            });
    checkDepth(write.body(), limits.depth());
  }

  /** Level by level: what is too deep must not be walked by recursion. */
  private static void checkDepth(JsonNode body, int max) {
    Deque<JsonNode> level = new ArrayDeque<>();
    level.add(body);
    for (int depth = 1; !level.isEmpty(); depth++) {
      if (depth > max) {
        throw new DocumentException(Reason.BAD_REQUEST, "body nested too deep: max=" + max);
      }
      Deque<JsonNode> below = new ArrayDeque<>();
      for (JsonNode node : level) {
        for (JsonNode child : node) {
          if (child.isContainerNode()) {
            below.add(child);
          }
        }
      }
      level = below;
    }
  }
}
