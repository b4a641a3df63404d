package io.channelindex.embedded.auth;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a SCRAM message: {@code letter=value}, separated by commas, no letter twice, no
 * value empty. Immutable.
 *
 * <p>Source: RFC 5802, sections 5.1 and 7.
 */
final class ScramAttributes {
  private final Map<Character, String> values;

  private ScramAttributes(Map<Character, String> values) {
    this.values = values;
  }

  /** The attributes of {@code message}, or null if it is not made like that. */
  static @Nullable ScramAttributes parse(String message) {
    Map<Character, String> values = new HashMap<>();
    for (int start = 0; start <= message.length(); ) {
      int comma = message.indexOf(',', start);
      int end = comma < 0 ? message.length() : comma;
      if (end - start < 3 || !isLetter(message.charAt(start)) || message.charAt(start + 1) != '=') {
        return null;
      }
      String value = message.substring(start + 2, end);
      if (value.indexOf('\0') >= 0 || values.put(message.charAt(start), value) != null) {
        return null;
      }
      start = end + 1;
    }
    return new ScramAttributes(values);
  }

  /** The value of {@code letter}, or null if the message does not have it. */
  @Nullable String get(char letter) {
    return values.get(letter);
  }

  boolean has(char letter) {
    return values.containsKey(letter);
  }

  int count() {
    return values.size();
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
