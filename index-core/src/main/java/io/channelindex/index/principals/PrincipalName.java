package io.channelindex.index.principals;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A user's or a role's name. It gives the key of the principal's document in the data bucket, which
 * can be the id of no document because it begins with an underscore, and the channel in which the
 * index tells of its changes, which can be the channel of no document because it begins with a
 * control character.
 *
 * @param kind user or role
 * @param name 1 … 200 bytes of UTF-8 without control characters
 */
public record PrincipalName(Kind kind, String name) {
  /** The longest name, in bytes of UTF-8. */
  public static final int MAX_BYTES = 200;

  private static final String KEY_PREFIX = "_ci:";
  private static final char CHANNEL_PREFIX = '\u001f';

  /** What a principal is. */
  public enum Kind {
    /** Somebody who logs in. */
    USER("user:"),
    /** What several users have in common. */
    ROLE("role:");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }
  }

  /** Refuses what can be no name. */
  public PrincipalName {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw new IllegalArgumentException("principal's name is no Unicode: kind=" + kind);
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "length of a principal's name out of range: bytes="
              + bytes
              + ", min=1, max="
              + MAX_BYTES);
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("control character in a principal's name: kind=" + kind);
    }
  }

  /** A user's name. */
  public static PrincipalName user(String name) {
    return new PrincipalName(Kind.USER, name);
  }

  /** A role's name. */
  public static PrincipalName role(String name) {
    return new PrincipalName(Kind.ROLE, name);
  }

  /** Whose document a key of the data bucket is; empty if it is no principal's. */
  public static Optional<PrincipalName> ofKey(String key) {
    if (!key.startsWith(KEY_PREFIX)) {
      return Optional.empty();
    }
    for (Kind kind : Kind.values()) {
      String prefix = KEY_PREFIX + kind.prefix;
      if (key.startsWith(prefix)) {
        try {
          return Optional.of(new PrincipalName(kind, key.substring(prefix.length())));
        } catch (IllegalArgumentException written) {
          // By somebody else: nobody can be called that.
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  /** Whether a document id in the index is a principal's key: such entries are rows of no feed. */
  public static boolean isKey(String documentId) {
    return documentId.startsWith(KEY_PREFIX);
  }

  /** The key of its document in the data bucket. */
  public String key() {
    return KEY_PREFIX + kind.prefix + name;
  }

  /** The channel in which the index tells of its changes. */
  public String channel() {
    return CHANNEL_PREFIX + kind.prefix + name;
  }

  @Override
  public String toString() {
    return kind.prefix + name;
  }
}
