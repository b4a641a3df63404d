package io.channelindex.embedded.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * A user name and, for every SCRAM mechanism, the salted verifier of the user's password.
 *
 * <p>Deriving a verifier takes some 10 ms, many times that in a cold JVM. It happens once per
 * mechanism, when the mechanism is first used; until then the account keeps the password in memory.
 * {@link #forgetPassword} does all that is left to do at once: call it on a thread that may be busy
 * for a moment. An account may belong to any number of stores, which share the derived verifiers.
 *
 * <p>Safe for use by many threads.
 */
public final class Account {
  private final String name;
  private final Map<ScramHash, Credential> credentials;

  private Account(String name, Map<ScramHash, Credential> credentials) {
    this.name = name;
    this.credentials = credentials;
  }

  /**
   * An account with a random salt per mechanism.
   *
   * @param name not empty, without NUL
   * @param password not empty, without NUL, well-formed UTF-16
   * @throws IllegalArgumentException if one of them is not as described
   */
  public static Account of(String name, String password) {
    return of(name, password, new SecureRandom());
  }

  static Account of(String name, String password, SecureRandom random) {
    Map<ScramHash, ScramSalt> salts = new EnumMap<>(ScramHash.class);
    for (ScramHash hash : ScramHash.values()) {
      byte[] salt = new byte[hash.length()];
      random.nextBytes(salt);
      salts.put(hash, new ScramSalt(salt, ScramSalt.ITERATIONS));
    }
    return of(name, password, salts);
  }

  /** An account with given salts, one for every hash. */
  static Account of(String name, String password, Map<ScramHash, ScramSalt> salts) {
    requireText("name", name);
    requireText("password", password);
    Map<ScramHash, Credential> credentials = new EnumMap<>(ScramHash.class);
    for (ScramHash hash : ScramHash.values()) {
      ScramSalt salt = Objects.requireNonNull(salts.get(hash), hash.name());
      credentials.put(hash, Credential.of(hash, salt, password.toCharArray()));
    }
    return new Account(name, credentials);
  }

  /** What the user is called. */
  public String name() {
    return name;
  }

  /**
   * Derives the verifiers that nobody has asked for yet, so that the password is no longer held.
   * Blocks for the time that this takes; does nothing when called again.
   */
  public void forgetPassword() {
    for (ScramHash hash : ScramHash.values()) {
      credential(hash).verifier();
    }
  }

  Credential credential(ScramHash hash) {
    return Objects.requireNonNull(credentials.get(hash), hash.name());
  }

  @Override
  public String toString() {
    return "Account[name=" + name + "]";
  }

  /** Leaves the text itself out of the message: it may be a password. */
  private static void requireText(String field, String text) {
    boolean encodable = UTF_8.newEncoder().canEncode(text);
    if (!encodable || text.isEmpty() || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          field
              + " must be text without NUL: length="
              + text.length()
              + ", encodable="
              + encodable);
    }
  }
}
