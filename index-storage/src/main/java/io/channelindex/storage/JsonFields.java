package io.channelindex.storage;

import com.couchbase.client.core.error.InvalidArgumentException;
import com.couchbase.client.java.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** A JSON document whose fields are read and set by plain dotted paths, as sub-documents are. */
final class JsonFields {
  private static final Pattern PATH = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

  private final JsonObject root;

  private JsonFields(JsonObject root) {
    this.root = root;
  }

  static JsonFields of(String key, Versioned<byte[]> document) {
    try {
      return new JsonFields(JsonObject.fromJson(document.value()));
    } catch (InvalidArgumentException e) {
      throw new BucketFailedException("not a JSON document: key=" + key, e);
    }
  }

  /** Sets a field if it is there; answers whether it is. */
  boolean replace(String path, String value) {
    String[] names = names(path);
    JsonObject object = root;
    for (int i = 0; i < names.length - 1; i++) {
      if (!(object.get(names[i]) instanceof JsonObject next)) {
        return false;
      }
      object = next;
    }
    String last = names[names.length - 1];
    if (!object.containsKey(last)) {
      return false;
    }
    object.put(last, value);
    return true;
  }

  Optional<String> get(String key, String path) {
    Object value = root;
    for (String name : names(path)) {
      if (!(value instanceof JsonObject object) || !object.containsKey(name)) {
        return Optional.empty();
      }
      value = object.get(name);
    }
    if (value instanceof String text) {
      return Optional.of(text);
    }
    throw new BucketFailedException("field is not a text: key=" + key + ", path=" + path, null);
  }

  byte[] encode() {
    return root.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String[] names(String path) {
    if (!PATH.matcher(path).matches()) {
      throw new IllegalArgumentException("path is not plain: path=" + path);
    }
    return path.split("\\.");
  }
}
