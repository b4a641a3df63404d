package io.channelindex.embedded.auth;

import org.jspecify.annotations.Nullable;

/**
 * The client's first SCRAM message, for example {@code n,,n=user,r=nonce}.
 *
 * <p>Like a real server, this one takes name and nonce in either order, no other attribute beside
 * them, and does not act upon an authorization identity.
 *
 * @param header everything before {@code bare}: the binding flag and the authorization identity
 * @param bare the part that the proofs are about
 * @param name the user's name, unescaped
 * @param nonce the client's part of the nonce
 */
record ScramClientFirst(String header, String bare, String name, String nonce) {

  /** Whether {@code message} asks for channel binding, which takes a mechanism of its own. */
  static boolean bindsChannel(String message) {
    return message.startsWith("p=");
  }

  /** The parts of {@code message}, or null if it is malformed. */
  static @Nullable ScramClientFirst parse(String message) {
    int bareStart = message.indexOf(',', 2) + 1;
    if (bareStart == 0 || !isHeader(message.substring(0, bareStart))) {
      return null;
    }
    String bare = message.substring(bareStart);
    ScramAttributes attributes = ScramAttributes.parse(bare);
    if (attributes == null || attributes.count() != 2) {
      return null;
    }
    String escapedName = attributes.get('n');
    String nonce = attributes.get('r');
    if (escapedName == null || nonce == null || !isPrintable(nonce)) {
      return null;
    }
    String name = unescape(escapedName);
    return name == null
        ? null
        : new ScramClientFirst(message.substring(0, bareStart), bare, name, nonce);
  }

  /** A client that could bind the channel, but sees that this server cannot, says {@code y}. */
  private static boolean isHeader(String header) {
    if (!header.startsWith("n,") && !header.startsWith("y,")) {
      return false;
    }
    return header.length() == 3 || (header.startsWith("a=", 2) && header.length() > 5);
  }

  /** More than RFC 5802 allows: the C++ SDK puts blanks into its nonces, and real servers agree. */
  private static boolean isPrintable(String nonce) {
    return nonce.chars().allMatch(c -> c >= ' ' && c < 0x7f);
  }

  /** Turns {@code =2C} and {@code =3D} into what they stand for; nothing else may follow a '='. */
  private static @Nullable String unescape(String name) {
    StringBuilder unescaped = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '=') {
        unescaped.append(c);
      } else if (name.startsWith("2C", i + 1)) {
        unescaped.append(',');
        i += 2;
      } else if (name.startsWith("3D", i + 1)) {
        unescaped.append('=');
        i += 2;
      } else {
        return null;
      }
    }
    return unescaped.toString();
  }
}
