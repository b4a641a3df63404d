package io.channelindex.embedded.auth;

import java.util.Base64;

/**
 * How a password is stretched. Known before the verifier is, and told to everybody who asks.
 *
 * <p>Immutable: the array is nobody else's.
 */
final class ScramSalt {
  /** What real servers of the captured versions use. */
  static final int ITERATIONS = 4000;

  private final byte[] bytes;
  private final int iterations;

  ScramSalt(byte[] bytes, int iterations) {
    this.bytes = bytes.clone();
    this.iterations = iterations;
  }

  /** For {@link ScramHash#saltedPassword} only; not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  int iterations() {
    return iterations;
  }

  /** The attributes of the server's first message: {@code s=<base64>,i=<iterations>}. */
  String attributes() {
    return "s=" + Base64.getEncoder().encodeToString(bytes) + ",i=" + iterations;
  }
}
