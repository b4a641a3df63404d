package io.channelindex.embedded.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Random documents, paths and operations against the same operation on a tree: the same result or
 * the same problem; and outside of one place the text is what it was.
 */
class JsonEditorModelTest {

  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(JsonProblem problem) {
      super(problem.name());
    }
  }

  @Property(tries = 5000)
  void doesWhatATreeWouldDo(
      @ForAll("documents") String document,
      @ForAll("paths") List<Object> path,
      @ForAll("operations") String operation,
      @ForAll("values") String value) {
    String argument =
        operation.equals("remove") ? null : operation.startsWith("counter") ? "7" : value;

    String result = EditOperation.run(operation, document, spell(path), argument);

    String expected = model(operation, document, path, argument);
    if (expected.matches("[A-Z_]{5,}")) {
      assertThat(result).isEqualTo(expected);
    } else {
      assertThat(tree(result)).isEqualTo(tree(expected));
      assertOnlyOnePlaceChanged(document, result, argument, path);
    }
  }

  /** The common beginning and end of both texts cover the old one but for the value and commas. */
  private static void assertOnlyOnePlaceChanged(
      String before, String after, String argument, List<Object> path) {
    int head = 0;
    int shorter = Math.min(before.length(), after.length());
    while (head < shorter && before.charAt(head) == after.charAt(head)) {
      head++;
    }
    int tail = 0;
    while (tail < shorter - head
        && before.charAt(before.length() - 1 - tail) == after.charAt(after.length() - 1 - tail)) {
      tail++;
    }
    int inserted = after.length() - head - tail;
    int wrapping = path.size() * 9 + 8;
    assertThat(inserted)
        .isLessThanOrEqualTo((argument == null ? 0 : 20 + argument.length()) + wrapping);
  }

  private static String model(
      String operation, String document, List<Object> path, String argument) {
    try {
      JsonNode root = tree(document);
      new Model(root, operation.endsWith("+")).apply(operation.replace("+", ""), path, argument);
      return root.toString();
    } catch (Refused e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static JsonNode tree(String text) {
    return JsonReference.tree(text.getBytes(UTF_8));
  }

  private record Model(JsonNode root, boolean create) {

    void apply(String operation, List<Object> path, String argument) {
      checkValue(operation, path, argument);
      if (operation.equals("insert")) {
        insert(path, argument);
        return;
      }
      boolean array = List.of("last", "first", "unique").contains(operation);
      JsonNode target = find(path, path.size());
      if (array) {
        push(operation, target, path, argument);
        return;
      }
      boolean dictionary = operation.equals("add") || operation.equals("upsert");
      boolean index = path.get(path.size() - 1) instanceof Integer;
      if (dictionary && index) {
        throw new Refused(JsonProblem.PATH_INVALID);
      }
      if (target == null) {
        createOrRefuse(operation, path, argument, index);
        return;
      }
      if (operation.equals("add")) {
        throw new Refused(JsonProblem.PATH_EXISTS);
      }
      put(path, operation.equals("counter") ? count(target) : newValue(operation, argument));
    }

    private void checkValue(String operation, List<Object> path, String argument) {
      boolean element = List.of("last", "first", "unique").contains(operation);
      if (path.isEmpty() && List.of("add", "upsert", "replace", "remove").contains(operation)) {
        throw new Refused(JsonProblem.VALUE_CANNOT_INSERT);
      }
      if (operation.equals("unique") && element && tree(argument).isContainerNode()) {
        throw new Refused(JsonProblem.VALUE_CANNOT_INSERT);
      }
      boolean negative = !path.isEmpty() && path.get(path.size() - 1).equals(-1);
      boolean index = !path.isEmpty() && path.get(path.size() - 1) instanceof Integer;
      if (operation.equals("insert") && (!index || negative)) {
        throw new Refused(JsonProblem.PATH_INVALID);
      }
    }

    /** The node at the first components, or null if there is none. */
    private JsonNode find(List<Object> path, int components) {
      JsonNode node = root;
      for (Object component : path.subList(0, components)) {
        if (component instanceof Integer ? !node.isArray() : !node.isObject()) {
          throw new Refused(JsonProblem.PATH_MISMATCH);
        }
        node =
            component instanceof Integer index
                ? node.get(index < 0 ? node.size() - 1 : index)
                : node.get((String) component);
        if (node == null) {
          return null;
        }
      }
      return node;
    }

    private void createOrRefuse(
        String operation, List<Object> path, String argument, boolean index) {
      if (operation.equals("replace") || operation.equals("remove")) {
        throw new Refused(JsonProblem.PATH_NOT_FOUND);
      }
      boolean parent = find(path, path.size() - 1) != null;
      if (!create && !parent) {
        throw new Refused(JsonProblem.PATH_NOT_FOUND);
      }
      if (operation.equals("counter")) {
        int found = path.size() - 1;
        while (find(path, found) == null) {
          found--;
        }
        if (find(path, found).isArray()) {
          throw new Refused(JsonProblem.PATH_NOT_FOUND);
        }
        if (index) {
          throw new Refused(JsonProblem.PATH_INVALID);
        }
      }
      make(path, tree(argument));
    }

    private void make(List<Object> path, JsonNode value) {
      int found = path.size();
      while (find(path, found) == null) {
        found--;
      }
      JsonNode node = find(path, found);
      if (path.subList(found, path.size()).stream().anyMatch(c -> c instanceof Integer)) {
        throw new Refused(JsonProblem.PATH_NOT_FOUND);
      }
      ObjectNode object = (ObjectNode) node;
      for (int i = found; i < path.size() - 1; i++) {
        object = object.putObject((String) path.get(i));
      }
      object.set((String) path.get(path.size() - 1), value);
    }

    private void put(List<Object> path, JsonNode value) {
      JsonNode parent = find(path, path.size() - 1);
      Object last = path.get(path.size() - 1);
      if (parent instanceof ArrayNode array) {
        int index = (Integer) last < 0 ? array.size() - 1 : (Integer) last;
        array.remove(index);
        if (value != null) {
          array.insert(index, value);
        }
      } else if (value == null) {
        ((ObjectNode) parent).remove((String) last);
      } else {
        ((ObjectNode) parent).set((String) last, value);
      }
    }

    private JsonNode newValue(String operation, String argument) {
      return operation.equals("remove") ? null : tree(argument);
    }

    private JsonNode count(JsonNode target) {
      if (!target.isIntegralNumber()) {
        throw new Refused(JsonProblem.PATH_MISMATCH);
      }
      BigInteger number = target.bigIntegerValue();
      if (number.bitLength() > 63) {
        throw new Refused(JsonProblem.NUMBER_OUT_OF_RANGE);
      }
      BigInteger sum = number.add(BigInteger.valueOf(7));
      if (sum.bitLength() > 63) {
        throw new Refused(JsonProblem.VALUE_CANNOT_INSERT);
      }
      return LongNode.valueOf(sum.longValue());
    }

    private void push(String operation, JsonNode target, List<Object> path, String argument) {
      if (target == null) {
        if (!create) {
          throw new Refused(JsonProblem.PATH_NOT_FOUND);
        }
        make(path, JsonReference.mapper().createArrayNode().add(tree(argument)));
        return;
      }
      if (!(target instanceof ArrayNode array)) {
        throw new Refused(JsonProblem.PATH_MISMATCH);
      }
      if (operation.equals("unique")) {
        for (JsonNode element : array) {
          if (element.isContainerNode()) {
            throw new Refused(JsonProblem.PATH_MISMATCH);
          }
          if (element.equals(tree(argument))) {
            throw new Refused(JsonProblem.PATH_EXISTS);
          }
        }
      }
      array.insert(operation.equals("first") ? 0 : array.size(), tree(argument));
    }

    private void insert(List<Object> path, String argument) {
      JsonNode parent = find(path, path.size() - 1);
      if (parent == null) {
        throw new Refused(JsonProblem.PATH_NOT_FOUND);
      }
      if (!(parent instanceof ArrayNode array)) {
        throw new Refused(JsonProblem.PATH_MISMATCH);
      }
      int index = (Integer) path.get(path.size() - 1);
      if (index > array.size()) {
        throw new Refused(JsonProblem.PATH_NOT_FOUND);
      }
      array.insert(index, tree(argument));
    }
  }

  private static String spell(List<Object> path) {
    StringBuilder text = new StringBuilder();
    for (Object component : path) {
      if (component instanceof Integer index) {
        text.append('[').append(index).append(']');
      } else {
        text.append(text.length() == 0 ? "" : ".").append(component);
      }
    }
    return text.toString();
  }

  @Provide
  Arbitrary<String> documents() {
    return JsonReference.containers();
  }

  @Provide
  Arbitrary<String> operations() {
    return Arbitraries.of(
        "add",
        "add+",
        "upsert",
        "upsert+",
        "replace",
        "remove",
        "last",
        "last+",
        "first",
        "first+",
        "insert",
        "unique",
        "unique+",
        "counter",
        "counter+");
  }

  @Provide
  Arbitrary<String> values() {
    return Arbitraries.of("1", "\"x\"", "null", "[1, 2]", "{\"z\" : []}", "-7", "true");
  }

  @Provide
  Arbitrary<List<Object>> paths() {
    Arbitrary<Object> names = Arbitraries.of("a", "b", "c", "é", "x");
    Arbitrary<Object> indexes = Arbitraries.of(0, 1, 2, 3, -1);
    return Arbitraries.oneOf(List.of(names, indexes))
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(ArrayList::new);
  }
}
