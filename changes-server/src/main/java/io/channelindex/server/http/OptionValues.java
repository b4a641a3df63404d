package io.channelindex.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.MultiMap;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options as a client gave them, in the query or in a JSON body; the query wins. Every refusal
 * names the option, the value and what is allowed.
 */
final class OptionValues {
  private final MultiMap query;
  private final ObjectNode body;
  private final JsonInput json;

  OptionValues(MultiMap query, ObjectNode body, JsonInput json) {
    this.query = query;
    this.body = body;
    this.json = json;
  }

  /** A text; a number in a body counts as its text. Null if absent or JSON null. */
  @Nullable String text(String name) {
    String inQuery = inQuery(name);
    if (inQuery != null) {
      return inQuery;
    }
    JsonNode value = inBody(name);
    if (value == null) {
      return null;
    }
    if (!value.isTextual() && !value.isIntegralNumber()) {
      throw refused(name, value.toString(), "a string or a whole number");
    }
    return value.asText();
  }

  /** A whole number, 0 … 2^63 − 1; {@code absent} if there is none. */
  long number(String name, long absent) {
    String text = text(name);
    if (text == null || text.isEmpty()) {
      return absent;
    }
    boolean digits = text.chars().allMatch(c -> c >= '0' && c <= '9');
    try {
      if (digits) {
        return Long.parseLong(text);
      }
    } catch (NumberFormatException e) {
      // Digits only, but too many of them: refused below, as all others are.
    }
    throw refused(name, text, "0 … " + Long.MAX_VALUE);
  }

  /** Whether it is just {@code true}, where it may be something else as well. */
  boolean isTrue(String name) {
    String inQuery = inQuery(name);
    JsonNode value = inQuery == null ? inBody(name) : null;
    return "true".equals(value == null ? inQuery : value.asText());
  }

  /** One of two; {@code false} if absent. */
  boolean flag(String name) {
    String text = inQuery(name);
    JsonNode value = text == null ? inBody(name) : null;
    if (value != null && (value.isBoolean() || value.isTextual())) {
      text = value.asText();
    } else if (value != null) {
      text = value.toString();
    }
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw refused(name, text, "true, false");
  }

  /**
   * Texts: a JSON array, or a list with commas. Null if absent or JSON null; an empty list is not
   * absent.
   */
  @Nullable Set<String> texts(String name) {
    String inQuery = inQuery(name);
    if (inQuery != null) {
      return inQuery.startsWith("[") ? array(name, parsed(name, inQuery)) : separated(inQuery);
    }
    JsonNode value = inBody(name);
    if (value == null) {
      return null;
    }
    return value.isTextual() ? separated(value.textValue()) : array(name, value);
  }

  /** A refusal of an option's value. */
  static HttpProblem refused(String name, String value, String allowed) {
    return HttpProblem.badRequest(
        "invalid option: " + name + "=" + HttpProblem.quote(value) + ", allowed=" + allowed);
  }

  private @Nullable String inQuery(String name) {
    List<String> values = query.getAll(name);
    if (values.size() > 1) {
      throw refused(name, String.join("&", values), "one value");
    }
    return values.isEmpty() ? null : values.get(0);
  }

  private @Nullable JsonNode inBody(String name) {
    JsonNode value = body.get(name);
    return value == null || value.isNull() ? null : value;
  }

  private JsonNode parsed(String name, String text) {
    try {
      return json.value(text.getBytes(UTF_8));
    } catch (HttpProblem e) {
      throw refused(name, text, "a JSON array of strings, or a list with commas");
    }
  }

  private static Set<String> separated(String list) {
    Set<String> texts = new LinkedHashSet<>(Arrays.asList(list.split(",", -1)));
    texts.remove("");
    return texts;
  }

  private static Set<String> array(String name, JsonNode value) {
    if (!(value instanceof ArrayNode array)) {
      throw refused(name, value.toString(), "an array of strings");
    }
    Set<String> texts = new LinkedHashSet<>();
    for (JsonNode element : array) {
      if (!element.isTextual()) {
        throw refused(name, element.toString(), "an array of strings");
      }
      texts.add(element.textValue());
    }
    return texts;
  }
}
