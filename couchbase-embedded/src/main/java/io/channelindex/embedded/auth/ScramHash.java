package io.channelindex.embedded.auth;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The hash functions that SCRAM is used with, and the three functions that it builds on them. */
enum ScramHash {
  SHA1("SHA-1", "SHA1", 20),
  SHA256("SHA-256", "SHA256", 32),
  SHA512("SHA-512", "SHA512", 64);

  private final String digestName;
  private final String macName;
  private final String derivationName;
  private final int length;

  ScramHash(String digestName, String shortName, int length) {
    this.digestName = digestName;
    this.macName = "Hmac" + shortName;
    this.derivationName = "PBKDF2WithHmac" + shortName;
    this.length = length;
  }

  /** Bytes of a digest. */
  int length() {
    return length;
  }

  /** {@code H(input)}. */
  byte[] digest(byte[] input) {
    try {
      return MessageDigest.getInstance(digestName).digest(input);
    } catch (GeneralSecurityException e) {
      throw missing(digestName, e);
    }
  }

  /** {@code HMAC(key, input)}. The key must not be empty. */
  byte[] hmac(byte[] key, byte[] input) {
    try {
      Mac mac = Mac.getInstance(macName);
      mac.init(new SecretKeySpec(key, macName));
      return mac.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw missing(macName, e);
    }
  }

  /**
   * {@code Hi(password, salt, iterations)}: PBKDF2 over the password's UTF-8 bytes. Takes some 10
   * ms for 4,000 iterations, several times that until the JVM has compiled it.
   *
   * @param password not kept, and not changed
   */
  byte[] saltedPassword(char[] password, byte[] salt, int iterations) {
    PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, length * Byte.SIZE);
    try {
      return SecretKeyFactory.getInstance(derivationName).generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw missing(derivationName, e);
    } finally {
      spec.clearPassword();
    }
  }

  /** Every Java platform has these algorithms, with any key that this package gives them. */
  private static IllegalStateException missing(String algorithm, GeneralSecurityException cause) {
    return new IllegalStateException("algorithm unusable: name=" + algorithm, cause);
  }
}
