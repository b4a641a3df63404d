package io.channelindex.embedded.json;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Runs an operation by name; a plus behind the name creates missing parents. */
final class EditOperation {
  private EditOperation() {}

  /** The text after the edit, or what was looked up, or the name of the problem. */
  static String run(String operation, String document, String path, String value) {
    try {
      return execute(operation, bytes(document), path, value == null ? new byte[0] : bytes(value));
    } catch (JsonEditException e) {
      return e.problem().name();
    }
  }

  private static String execute(String operation, byte[] text, String pathText, byte[] value) {
    JsonPath path = JsonPath.parse(bytes(pathText));
    MissingParents missing =
        operation.endsWith("+") ? MissingParents.CREATE : MissingParents.REFUSE;
    if (operation.equals("count")) {
      return String.valueOf(JsonEditor.count(text, path));
    }
    byte[] result =
        switch (operation.replace("+", "")) {
          case "get" -> JsonEditor.get(text, path);
          case "add" -> JsonEditor.add(text, path, value, missing);
          case "upsert" -> JsonEditor.upsert(text, path, value, missing);
          case "replace" -> JsonEditor.replace(text, path, value);
          case "remove" -> JsonEditor.remove(text, path);
          case "last" -> JsonEditor.pushLast(text, path, value, missing);
          case "first" -> JsonEditor.pushFirst(text, path, value, missing);
          case "insert" -> JsonEditor.insert(text, path, value);
          case "unique" -> JsonEditor.addUnique(text, path, value, missing);
          case "counter" -> JsonEditor.counter(text, path, value, missing).text();
          default -> throw new IllegalArgumentException("operation=" + operation);
        };
    return new String(result, UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
