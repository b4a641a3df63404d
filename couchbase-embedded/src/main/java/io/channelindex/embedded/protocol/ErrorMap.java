package io.channelindex.embedded.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client may learn about statuses that it was not written for: a JSON document with the
 * name, a description and the attributes (how to react) of each.
 *
 * <p>The map exists in two versions. Version 2 may use attributes that version 1 does not know;
 * they are left out of version 1, whose revisions count on from the last one of the time before
 * version 2. The maps are read once and never change; every method is safe for use by many threads.
 *
 * <p>Source: {@code docs/ErrorMap.md}.
 */
public final class ErrorMap {
  private static final String RESOURCE = "error-map-v2.json";
  private static final int LAST_REVISION_BEFORE_VERSION_2 = 4;

  private static final Set<String> VERSION_1_ATTRIBUTES =
      Set.of(
          "auth",
          "conn-state-invalidated",
          "dcp",
          "fetch-config",
          "internal",
          "invalid-input",
          "item-deleted",
          "item-locked",
          "item-only",
          "retry-later",
          "retry-now",
          "special-handling",
          "subdoc",
          "success",
          "support",
          "temp");

  private static final byte[] VERSION_1;
  private static final byte[] VERSION_2;

  static {
    JsonMapper json = JsonMapper.builder().build();
    try (InputStream resource = ErrorMap.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException("resource missing: name=" + RESOURCE);
      }
      JsonNode map = json.readTree(resource);
      VERSION_2 = json.writeValueAsBytes(map);
      VERSION_1 = json.writeValueAsBytes(downgrade(map.deepCopy()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("resource malformed: name=" + RESOURCE, e);
    } catch (IOException e) {
      throw new UncheckedIOException("resource unreadable: name=" + RESOURCE, e);
    }
  }

  private ErrorMap() {}

  /**
   * The newest map that a client understands.
   *
   * @param version the newest version that the client asks for, a u16
   * @return compact JSON, read-only and of its own reference count, or null if the client wants a
   *     version below 1, which never existed (to be answered with {@link Status#KEY_ENOENT})
   */
  public static @Nullable ByteBuf upTo(int version) {
    if (version < 1) {
      return null;
    }
    return Unpooled.wrappedBuffer(version == 1 ? VERSION_1 : VERSION_2).asReadOnly();
  }

  private static JsonNode downgrade(ObjectNode map) {
    map.put("version", 1);
    map.put("revision", LAST_REVISION_BEFORE_VERSION_2 + map.required("revision").intValue());
    for (JsonNode error : map.required("errors")) {
      ArrayNode attributes = (ArrayNode) error.required("attrs");
      attributes.removeIf(attribute -> !VERSION_1_ATTRIBUTES.contains(attribute.textValue()));
    }
    return map;
  }
}
