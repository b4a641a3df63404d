package io.channelindex.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.fault.DurationText;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/** The body of a control request: an object with the fields that it may have, or nothing. */
final class ControlBody {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final ObjectNode fields;

  private ControlBody(ObjectNode fields) {
    this.fields = fields;
  }

  /**
   * Reads a body.
   *
   * @throws IllegalArgumentException if it is not empty and not an object
   */
  static ControlBody parse(String text) {
    if (text.isBlank()) {
      return new ControlBody(MAPPER.createObjectNode());
    }
    try {
      JsonNode tree = MAPPER.readTree(text);
      if (tree instanceof ObjectNode object) {
        return new ControlBody(object);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("body is not JSON: " + e.getOriginalMessage(), e);
    }
    throw new IllegalArgumentException("body=" + text + ", allowed=an object");
  }

  /**
   * Refuses fields.
   *
   * @return {@code action}
   */
  Runnable empty(Runnable action) {
    allow(List.of());
    return action;
  }

  /** A duration up to {@code max}, which has to be there. */
  Duration duration(String name, Duration max) {
    allow(List.of(name));
    JsonNode value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing, for example " + name + "=20ms");
    }
    return read(name, value, max);
  }

  /** A duration up to {@code max}, or {@code otherwise} if there is none. */
  Duration duration(String name, Duration otherwise, Duration max) {
    allow(List.of(name));
    JsonNode value = fields.get(name);
    return value == null ? otherwise : read(name, value, max);
  }

  private void allow(List<String> names) {
    for (Iterator<String> found = fields.fieldNames(); found.hasNext(); ) {
      String name = found.next();
      if (!names.contains(name)) {
        throw new IllegalArgumentException("unknown field=" + name + ", allowed=" + names);
      }
    }
  }

  private static Duration read(String name, JsonNode value, Duration max) {
    Duration duration;
    try {
      duration = DurationText.parse(value.isTextual() ? value.textValue() : value.toString());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
    if (duration.isNegative() || duration.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          name + "=" + DurationText.write(duration) + ", allowed=0s to " + DurationText.write(max));
    }
    return duration;
  }
}
