package io.channelindex.embedded.auth;

import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The mechanisms that this node offers, the one that it likes best first. */
public enum SaslMechanism {
  SCRAM_SHA512("SCRAM-SHA512", ScramHash.SHA512),
  SCRAM_SHA256("SCRAM-SHA256", ScramHash.SHA256),
  SCRAM_SHA1("SCRAM-SHA1", ScramHash.SHA1),
  PLAIN("PLAIN", null);

  private static final String LIST =
      Arrays.stream(values()).map(mechanism -> mechanism.wireName).collect(Collectors.joining(" "));

  private final String wireName;
  private final @Nullable ScramHash scramHash;

  SaslMechanism(String wireName, @Nullable ScramHash scramHash) {
    this.wireName = wireName;
    this.scramHash = scramHash;
  }

  /** The answer to a request for the list of mechanisms: their names, separated by spaces. */
  public static String list() {
    return LIST;
  }

  /** The name on the wire. */
  public String wireName() {
    return wireName;
  }

  /** The mechanism of a name on the wire, in whatever case, or null if it is not offered. */
  public static @Nullable SaslMechanism named(String name) {
    for (SaslMechanism mechanism : values()) {
      if (AsciiString.contentEqualsIgnoreCase(mechanism.wireName, name)) {
        return mechanism;
      }
    }
    return null;
  }

  /** What a SCRAM mechanism hashes with; null for PLAIN. */
  @Nullable ScramHash scramHash() {
    return scramHash;
  }
}
