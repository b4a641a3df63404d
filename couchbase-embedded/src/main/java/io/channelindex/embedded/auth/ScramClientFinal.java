package io.channelindex.embedded.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The client's second SCRAM message, for example {@code c=biws,r=nonces,p=proof}. The proof comes
 * last; extensions that need not be understood may precede it.
 */
final class ScramClientFinal {
  private final String withoutProof;
  private final String binding;
  private final String nonce;
  private final byte[] proof;

  private ScramClientFinal(String withoutProof, String binding, String nonce, byte[] proof) {
    this.withoutProof = withoutProof;
    this.binding = binding;
    this.nonce = nonce;
    this.proof = proof;
  }

  /** The parts of {@code message}, or null if it is malformed. */
  static @Nullable ScramClientFinal parse(String message) {
    int proofStart = message.lastIndexOf(",p=");
    if (proofStart < 0) {
      return null;
    }
    String withoutProof = message.substring(0, proofStart);
    byte[] proof = decode(message.substring(proofStart + ",p=".length()));
    ScramAttributes attributes = ScramAttributes.parse(withoutProof);
    if (proof == null || attributes == null || attributes.has('p') || attributes.has('m')) {
      return null;
    }
    String binding = attributes.get('c');
    String nonce = attributes.get('r');
    return binding == null || nonce == null
        ? null
        : new ScramClientFinal(withoutProof, binding, nonce, proof);
  }

  /** The part that the proofs are about. */
  String withoutProof() {
    return withoutProof;
  }

  /** Base64 of the header of the first message, if the client means the same exchange. */
  String binding() {
    return binding;
  }

  /** The client's and the server's nonce. */
  String nonce() {
    return nonce;
  }

  byte[] proof() {
    return proof;
  }

  /** Strict where the JDK is not: padding has to be there, and the bits under it have to be 0. */
  private static byte @Nullable [] decode(String base64) {
    byte[] encoded = base64.getBytes(ISO_8859_1);
    try {
      byte[] decoded = Base64.getDecoder().decode(encoded);
      return Arrays.equals(Base64.getEncoder().encode(decoded), encoded) ? decoded : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
