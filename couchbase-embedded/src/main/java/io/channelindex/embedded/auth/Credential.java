package io.channelindex.embedded.auth;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The verifier of one account for one hash, derived when it is first needed; the password is wiped
 * as soon as it is.
 *
 * <p>Safe for use by many threads; whoever needs the verifier while it is being derived waits.
 */
final class Credential {
  private final ScramHash hash;
  private final ScramSalt salt;
  private final char[] password;
  private @Nullable ScramVerifier verifier;

  private Credential(
      ScramHash hash, ScramSalt salt, char[] password, @Nullable ScramVerifier verifier) {
    this.hash = hash;
    this.salt = salt;
    this.password = password;
    this.verifier = verifier;
  }

  /** The credential of somebody; takes {@code password} over, and wipes it later. */
  static Credential of(ScramHash hash, ScramSalt salt, char[] password) {
    return new Credential(hash, salt, password, null);
  }

  /** A credential that nobody has, see {@link ScramVerifier#unsatisfiable}. */
  static Credential decoy(ScramHash hash, ScramSalt salt, byte[] unguessable) {
    ScramVerifier verifier = ScramVerifier.unsatisfiable(hash, salt, unguessable);
    return new Credential(hash, salt, new char[0], verifier);
  }

  /** Known at once, without deriving anything. */
  ScramSalt salt() {
    return salt;
  }

  synchronized ScramVerifier verifier() {
    ScramVerifier derived = verifier;
    if (derived == null) {
      derived = ScramVerifier.of(hash, salt, password);
      Arrays.fill(password, '\0');
      verifier = derived;
    }
    return derived;
  }
}
