package io.channelindex.embedded.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The client's side of SCRAM, written down from RFC 5802 without any code of the server. It trusts
 * whatever the server says, so that the server has to find out what is wrong.
 */
final class ScramClient {
  private final String hash;
  private final String header;
  private final String bare;
  private final byte[] password;
  private byte[] serverKey;
  private String authMessage;

  /**
   * @param hash as in {@code HmacSHA256}
   * @param header as in {@code n,,}
   */
  ScramClient(String hash, String header, String escapedName, String password, String nonce) {
    this.hash = hash;
    this.header = header;
    this.bare = "n=" + escapedName + ",r=" + nonce;
    this.password = password.getBytes(UTF_8);
  }

  static ScramClient of(SaslMechanism mechanism, String name, String password) {
    String hash = mechanism.wireName().substring("SCRAM-".length());
    return new ScramClient(hash, "n,,", name, password, "IEufNxGviPtcG9o4sDz2epz3SAQK");
  }

  String first() {
    return header + bare;
  }

  /** Does whatever {@code serverFirst} asks for. */
  String last(String serverFirst) {
    String[] attributes = serverFirst.split(",", 3);
    byte[] salt = Base64.getDecoder().decode(attributes[1].substring(2));
    int iterations = Integer.parseInt(attributes[2].substring(2));
    byte[] saltedPassword = hi(salt, iterations);
    byte[] clientKey = hmac(saltedPassword, "Client Key".getBytes(UTF_8));
    serverKey = hmac(saltedPassword, "Server Key".getBytes(UTF_8));
    String binding = Base64.getEncoder().encodeToString(header.getBytes(UTF_8));
    String withoutProof = "c=" + binding + "," + attributes[0];
    authMessage = bare + "," + serverFirst + "," + withoutProof;
    byte[] proof = xor(clientKey, hmac(digest(clientKey), authMessage.getBytes(UTF_8)));
    return withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
  }

  /** What the server has to answer last. */
  String expectedServerLast() {
    byte[] signature = hmac(serverKey, authMessage.getBytes(UTF_8));
    return "v=" + Base64.getEncoder().encodeToString(signature);
  }

  private byte[] hi(byte[] salt, int iterations) {
    byte[] first = new byte[salt.length + 4];
    System.arraycopy(salt, 0, first, 0, salt.length);
    first[first.length - 1] = 1;
    byte[] next = hmac(password, first);
    byte[] result = next;
    for (int i = 1; i < iterations; i++) {
      next = hmac(password, next);
      result = xor(result, next);
    }
    return result;
  }

  private byte[] digest(byte[] input) {
    try {
      return MessageDigest.getInstance(hash.replace("SHA", "SHA-")).digest(input);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] hmac(byte[] key, byte[] input) {
    try {
      Mac mac = Mac.getInstance("Hmac" + hash);
      mac.init(new SecretKeySpec(key, mac.getAlgorithm()));
      return mac.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] xor(byte[] left, byte[] right) {
    byte[] result = new byte[left.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (byte) (left[i] ^ right[i]);
    }
    return result;
  }
}
