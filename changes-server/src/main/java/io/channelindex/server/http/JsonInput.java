package io.channelindex.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Map;

/**
 * Reads what clients send. Strict: one value and nothing after it, no member twice, a bounded
 * depth, no half of a surrogate pair (which no UTF-8 could carry on), no number of more than a
 * thousand digits when it is written out. Numbers keep every digit.
 *
 * <p>Thread-safe.
 */
final class JsonInput {
  private static final int LONGEST_NUMBER = 1_000;

  /** A few characters of exponent could be written out as gigabytes of zeros by who comes next. */
  private static final int GREATEST_EXPONENT = 1_000;

  private final ObjectMapper mapper;

  JsonInput(RequestLimits limits) {
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(limits.maxJsonDepth())
            .maxStringLength(limits.maxBodyBytes())
            .maxNumberLength(LONGEST_NUMBER)
            .build();
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(constraints)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Names come from clients: an intern table that they can fill is theirs to fill up.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();
    this.mapper =
        JsonMapper.builder(factory)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
  }

  /**
   * An object.
   *
   * @throws HttpProblem 400 if it is none, 413 if it goes over a limit
   */
  ObjectNode object(Buffer body) {
    JsonNode value = value(body.getBytes());
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw HttpProblem.badRequest("the body is not a JSON object");
  }

  /**
   * Any value.
   *
   * @throws HttpProblem 400 if it is none, 413 if it goes over a limit
   */
  JsonNode value(byte[] json) {
    try {
      JsonNode value = mapper.readTree(json);
      requireStorable(value);
      return value;
    } catch (StreamConstraintsException e) {
      throw HttpProblem.tooLarge("JSON over a limit: " + e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      throw HttpProblem.badRequest("invalid JSON: " + e.getOriginalMessage());
    } catch (NumberFormatException e) {
      throw HttpProblem.badRequest("invalid JSON: number out of range");
    } catch (IOException e) {
      // Bytes in memory do not fail to be read, but for what is not UTF-8.
      throw HttpProblem.badRequest("invalid JSON: " + e.getMessage());
    }
  }

  private static void requireStorable(JsonNode value) {
    if (value.isTextual()) {
      requireUnicode(value.textValue());
    } else if (value.isBigDecimal()
        && Math.abs((long) value.decimalValue().scale()) > GREATEST_EXPONENT) {
      throw HttpProblem.badRequest(
          "invalid JSON: exponent out of range: maxExponent=" + GREATEST_EXPONENT);
    }
    for (JsonNode child : value) {
      requireStorable(child);
    }
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      requireUnicode(member.getKey());
    }
  }

  private static void requireUnicode(String text) {
    int at = 0;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        throw HttpProblem.badRequest("invalid JSON: half of a surrogate pair");
      }
      at += Character.charCount(point);
    }
  }
}
