package io.channelindex.embedded.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What a server keeps of a password for one hash: enough to check a client's proof and to prove
 * itself to the client, not enough to log in elsewhere.
 *
 * <p>Immutable. Source: RFC 5802, section 3.
 */
final class ScramVerifier {
  private static final byte[] CLIENT_KEY = "Client Key".getBytes(US_ASCII);
  private static final byte[] SERVER_KEY = "Server Key".getBytes(US_ASCII);

  private final ScramHash hash;
  private final ScramSalt salt;
  private final byte[] storedKey;
  private final byte[] serverKey;

  private ScramVerifier(ScramHash hash, ScramSalt salt, byte[] storedKey, byte[] serverKey) {
    this.hash = hash;
    this.salt = salt;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  /** The verifier of {@code password}; expensive, see {@link ScramHash#saltedPassword}. */
  static ScramVerifier of(ScramHash hash, ScramSalt salt, char[] password) {
    byte[] saltedPassword = hash.saltedPassword(password, salt.bytes(), salt.iterations());
    byte[] storedKey = hash.digest(hash.hmac(saltedPassword, CLIENT_KEY));
    byte[] serverKey = hash.hmac(saltedPassword, SERVER_KEY);
    Arrays.fill(saltedPassword, (byte) 0);
    return new ScramVerifier(hash, salt, storedKey, serverKey);
  }

  /**
   * A verifier that nobody can satisfy, because its stored key is the digest of nothing known.
   *
   * @param unguessable as many bytes as a digest has
   */
  static ScramVerifier unsatisfiable(ScramHash hash, ScramSalt salt, byte[] unguessable) {
    return new ScramVerifier(hash, salt, unguessable, unguessable);
  }

  /** Whether {@code password} is the one that this verifier was made of; expensive. */
  boolean matches(char[] password) {
    return MessageDigest.isEqual(storedKey, of(hash, salt, password).storedKey);
  }

  /**
   * Whether {@code proof} shows that its sender knows the password.
   *
   * @param authMessage the messages of the exchange, as both sides have seen them
   */
  boolean isSatisfiedBy(byte[] proof, byte[] authMessage) {
    if (proof.length != hash.length()) {
      return false;
    }
    byte[] clientKey = hash.hmac(storedKey, authMessage);
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= proof[i];
    }
    return MessageDigest.isEqual(storedKey, hash.digest(clientKey));
  }

  /** What proves to the client that this side knows the verifier. */
  byte[] serverSignature(byte[] authMessage) {
    return hash.hmac(serverKey, authMessage);
  }
}
