package io.channelindex.embedded.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.protocol.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.xerial.snappy.Snappy;

/** Compares the JSON documents of the protocol by what they mean. */
final class JsonComparison {

  /** Two documents disagree at {@code path}. */
  record Disagreement(String path, String expected, String actual) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  /** An entry of an error map, in either of the two orders in which servers print its fields. */
  private static final Pattern ERROR =
      Pattern.compile(
          "\"(\\p{XDigit}+)\": ?\\{\\s*"
              + "(?:\"name\": \"(\\w+)\",\\s*\"desc\": \"[^\"]*\",\\s*\"attrs\": \\[([^\\]]*)\\]"
              + "|\"attrs\":\\[([^\\]]*)\\],\"desc\":\"[^\"]*\",\"name\":\"(\\w+)\")");

  /** Arrays whose order means nothing. */
  private static final Set<String> UNORDERED =
      Set.of("/bucketCapabilities", "/scopes", "/scopes/collections");

  private JsonComparison() {}

  /** The text of a value, uncompressed if its datatype says that it is compressed. */
  static String text(Frame frame) {
    try {
      return (frame.datatype() & 2) == 0
          ? frame.text()
          : new String(Snappy.uncompress(frame.value()), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("frame=" + frame, e);
    }
  }

  /**
   * Compares two cluster maps. The identity and revision of the bucket are this run's own, but must
   * be of the captured form.
   */
  static List<Disagreement> configs(Frame captured, Frame actual, NodeAddress node) {
    String here =
        text(captured)
            .replaceAll("\\b112\\d\\d\\b", Integer.toString(node.port()))
            .replace("8091", Integer.toString(node.managerPort()));
    JsonNode expected = parse(here);
    JsonNode found = parse(text(actual));
    adopt(expected, found, "uuid", "\\p{XDigit}{32}");
    adopt(expected, found, "rev", "[1-9]\\d*");
    adopt(expected, found, "revEpoch", "[1-9]\\d*");
    return disagreements(expected, found);
  }

  /** Compares two collection manifests or errors that name a manifest. */
  static List<Disagreement> withManifestUid(Frame captured, Frame actual, ManifestUids uids) {
    String here =
        text(captured)
            .replaceAll(
                "\"(manifest_uid|uid)\":\"(\\p{XDigit}+)\"}$",
                "\"$1\":\"" + uids.current() + "\"}");
    return disagreements(parse(here), parse(text(actual)));
  }

  /**
   * Compares the printed entries of an error map for the statuses that the node knows: name and
   * attributes, not the prose.
   */
  static List<Disagreement> errorMaps(Frame captured, Frame actual) {
    JsonNode errors = parse(text(actual)).path("errors");
    List<Disagreement> found = new ArrayList<>();
    Matcher entry = ERROR.matcher(captured.text());
    while (entry.find()) {
      int code = Integer.parseInt(entry.group(1), 16);
      if (Arrays.stream(Status.values()).noneMatch(status -> status.code() == code)) {
        continue;
      }
      JsonNode error = errors.path(entry.group(1));
      String name = entry.group(2) == null ? entry.group(5) : entry.group(2);
      String attributes = entry.group(3) == null ? entry.group(4) : entry.group(3);
      String path = "/errors/" + entry.group(1);
      compare(name, error.path("name").asText(), path + "/name", found);
      compare(
          words(attributes).toString(),
          words(error.path("attrs").toString()).toString(),
          path + "/attrs",
          found);
    }
    return found;
  }

  static List<Disagreement> disagreements(JsonNode expected, JsonNode actual) {
    List<Disagreement> found = new ArrayList<>();
    walk(expected, actual, "", found);
    return found;
  }

  static JsonNode parse(String text) {
    try {
      JsonNode node = JSON.readTree(text);
      return node == null ? MissingNode.getInstance() : node;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("text=" + text, e);
    }
  }

  private static void walk(
      JsonNode expected, JsonNode actual, String path, List<Disagreement> found) {
    if (expected instanceof ObjectNode && actual instanceof ObjectNode) {
      Set<String> names = new TreeSet<>();
      expected.fieldNames().forEachRemaining(names::add);
      actual.fieldNames().forEachRemaining(names::add);
      names.forEach(n -> walk(expected.path(n), actual.path(n), path + "/" + n, found));
    } else if (expected instanceof ArrayNode left && actual instanceof ArrayNode right) {
      List<JsonNode> leftItems = items(left, path);
      List<JsonNode> rightItems = items(right, path);
      if (leftItems.size() == rightItems.size()) {
        for (int i = 0; i < leftItems.size(); i++) {
          walk(leftItems.get(i), rightItems.get(i), path, found);
        }
      } else {
        found.add(new Disagreement(path, leftItems.toString(), rightItems.toString()));
      }
    } else {
      compare(expected.toString(), actual.toString(), path, found);
    }
  }

  private static List<JsonNode> items(ArrayNode array, String path) {
    List<JsonNode> items = new ArrayList<>();
    array.forEach(items::add);
    if (UNORDERED.contains(path)) {
      items.sort(Comparator.comparing(item -> item.path("name").asText() + item));
    }
    return items;
  }

  private static void adopt(JsonNode expected, JsonNode actual, String field, String form) {
    if (expected instanceof ObjectNode object
        && object.has(field)
        && actual.path(field).asText().matches(form)) {
      object.set(field, actual.path(field));
    }
  }

  private static void compare(
      String expected, String actual, String path, List<Disagreement> found) {
    if (!expected.equals(actual)) {
      found.add(new Disagreement(path, expected, actual.isEmpty() ? "absent" : actual));
    }
  }

  private static Set<String> words(String list) {
    Set<String> words = new TreeSet<>();
    Matcher word = Pattern.compile("\"([^\"]+)\"").matcher(list);
    while (word.find()) {
      words.add(word.group(1));
    }
    return words;
  }
}
