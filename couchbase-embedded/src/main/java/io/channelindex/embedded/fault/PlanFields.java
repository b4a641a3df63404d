package io.channelindex.embedded.fault;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * A JSON object of a plan with the place it is in, which every complaint names: {@code
 * rules[2].opcodes[0]=SETT, nearest=SET}.
 */
final class PlanFields {
  /** A complaint that names its place. */
  @SuppressWarnings("serial")
  private static final class Misplaced extends IllegalArgumentException {
    Misplaced(String message) {
      super(message);
    }

    Misplaced(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private final JsonNode object;
  private final String path;

  /** An object in which only the {@code known} fields are allowed. */
  PlanFields(JsonNode object, String path, Set<String> known) {
    this.object = object;
    this.path = path;
    if (!object.isObject()) {
      throw new Misplaced((path.isEmpty() ? "plan" : path) + "=" + object + ", expected=an object");
    }
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw new Misplaced(
            "unknown field=" + at(name) + ", nearest=" + Spelling.nearest(name, known));
      }
    }
  }

  /** Where a field is. */
  String at(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  boolean has(String field) {
    return object.has(field);
  }

  JsonNode get(String field) {
    JsonNode node = object.get(field);
    if (node == null) {
      throw new Misplaced("missing field=" + at(field));
    }
    return node;
  }

  Iterator<String> names() {
    return object.fieldNames();
  }

  String text(String field) {
    JsonNode node = get(field);
    if (!node.isTextual()) {
      throw expected(at(field), node, "a text");
    }
    return node.textValue();
  }

  long number(String field) {
    return number(at(field), get(field));
  }

  int integer(String field) {
    return integer(at(field), get(field));
  }

  private static int integer(String place, JsonNode node) {
    long value = number(place, node);
    if (value != (int) value) {
      throw expected(place, node, "a number of 32 bits");
    }
    return (int) value;
  }

  double fraction(String field) {
    JsonNode node = get(field);
    if (!node.isNumber()) {
      throw expected(at(field), node, "a number");
    }
    return node.doubleValue();
  }

  private static long number(String place, JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw expected(place, node, "a whole number");
    }
    return node.longValue();
  }

  /** A constant of an enumeration, by its name in upper or lower case. */
  <E extends Enum<E>> E constant(String field, Class<E> type) {
    String word = text(field);
    List<String> names = Arrays.stream(type.getEnumConstants()).map(Enum::name).toList();
    String name = word.toUpperCase(Locale.ROOT);
    if (!names.contains(name)) {
      throw unknown(at(field), word, names);
    }
    return Enum.valueOf(type, name);
  }

  /** Hands each element of an array of whole numbers to {@code consumer}. */
  void integers(String field, IntConsumer consumer) {
    JsonNode array = array(field);
    for (int i = 0; i < array.size(); i++) {
      String place = at(field) + "[" + i + "]";
      accept(place, integer(place, array.get(i)), consumer);
    }
  }

  /** Hands each element of an array of names of {@code known}, or of their numbers, on. */
  void codes(String field, Map<String, Integer> known, IntConsumer consumer) {
    JsonNode array = array(field);
    for (int i = 0; i < array.size(); i++) {
      String place = at(field) + "[" + i + "]";
      accept(place, code(place, array.get(i), known), consumer);
    }
  }

  private static void accept(String place, int value, IntConsumer consumer) {
    checked(
        place,
        () -> {
          consumer.accept(value);
          return value;
        });
  }

  /** The number of a name of {@code known}, or a number itself: 166, "0xa6". */
  int code(String field, Map<String, Integer> known) {
    return code(at(field), get(field), known);
  }

  private static int code(String place, JsonNode node, Map<String, Integer> known) {
    if (node.isInt()) {
      return node.intValue();
    }
    if (!node.isTextual()) {
      throw expected(place, node, "a name or a number");
    }
    String word = node.textValue();
    Integer code = known.get(word.toUpperCase(Locale.ROOT));
    if (code != null) {
      return code;
    }
    if (word.matches("0x[0-9a-fA-F]{1,4}|[0-9]{1,5}")) {
      return Integer.decode(word);
    }
    throw unknown(place, word, known.keySet());
  }

  JsonNode array(String field) {
    JsonNode node = get(field);
    if (!node.isArray()) {
      throw expected(at(field), node, "an array");
    }
    return node;
  }

  /** Runs {@code step}; what it complains about gets its place. */
  static <T> T checked(String place, Supplier<T> step) {
    try {
      return step.get();
    } catch (Misplaced e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new Misplaced(place + ": " + e.getMessage(), e);
    }
  }

  static IllegalArgumentException unknown(String place, String word, Collection<String> known) {
    return new Misplaced(place + "=" + word + ", nearest=" + Spelling.nearest(word, known));
  }

  static IllegalArgumentException expected(String place, JsonNode node, String what) {
    return new Misplaced(place + "=" + node + ", expected=" + what);
  }
}
