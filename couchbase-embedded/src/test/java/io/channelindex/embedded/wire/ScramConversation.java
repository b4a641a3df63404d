package io.channelindex.embedded.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of one SCRAM-SHA512 login, without channel binding. Source: RFC 5802. */
final class ScramConversation {
  static final String MECHANISM = "SCRAM-SHA512";

  private static final String HMAC = "HmacSHA512";
  private static final String DIGEST = "SHA-512";

  private final String password;
  private final String clientNonce;
  private final String clientFirstBare;
  private byte[] serverSignature = Frame.NONE;

  ScramConversation(String username, String password, String clientNonce) {
    this.password = password;
    this.clientNonce = clientNonce;
    this.clientFirstBare = "n=" + username + ",r=" + clientNonce;
  }

  String clientFirst() {
    return "n,," + clientFirstBare;
  }

  /**
   * The proof for the server's challenge.
   *
   * @throws IllegalStateException if the server's nonce does not continue the client's
   */
  String clientFinal(String serverFirst) {
    Map<Character, String> challenge = attributes(serverFirst);
    String nonce = challenge.get('r');
    if (!nonce.startsWith(clientNonce) || nonce.length() == clientNonce.length()) {
      throw new IllegalStateException("nonce=" + nonce + " clientNonce=" + clientNonce);
    }
    byte[] salt = Base64.getDecoder().decode(challenge.get('s'));
    byte[] salted = saltedPassword(salt, Integer.parseInt(challenge.get('i')));
    String withoutProof = "c=biws,r=" + nonce;
    byte[] authMessage = (clientFirstBare + "," + serverFirst + "," + withoutProof).getBytes(UTF_8);
    byte[] clientKey = hmac(salted, "Client Key".getBytes(UTF_8));
    byte[] proof = xor(clientKey, hmac(digest(clientKey), authMessage));
    serverSignature = hmac(hmac(salted, "Server Key".getBytes(UTF_8)), authMessage);
    return withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
  }

  /** What a server that knows the password answers to {@link #clientFinal}. */
  String expectedServerFinal() {
    return "v=" + Base64.getEncoder().encodeToString(serverSignature);
  }

  private byte[] saltedPassword(byte[] salt, int iterations) {
    byte[] secret = password.getBytes(UTF_8);
    byte[] block = hmac(secret, Frame.concat(salt, new byte[] {0, 0, 0, 1}));
    byte[] result = block;
    for (int i = 1; i < iterations; i++) {
      block = hmac(secret, block);
      result = xor(result, block);
    }
    return result;
  }

  private static Map<Character, String> attributes(String message) {
    Map<Character, String> attributes = new HashMap<>();
    for (String part : message.split(",", -1)) {
      attributes.put(part.charAt(0), part.substring(2));
    }
    return attributes;
  }

  private static byte[] hmac(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] digest(byte[] message) {
    try {
      return MessageDigest.getInstance(DIGEST).digest(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] xor(byte[] left, byte[] right) {
    byte[] result = left.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] ^= right[i];
    }
    return result;
  }
}
