package io.channelindex.embedded.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;

/** What the tests of SASL begin with. */
public final class Exchanges {
  private Exchanges() {}

  /** An account whose keys are derived in no time. */
  public static Account quickAccount(String name, String password) {
    return account(name, password, "W22ZaJ0SNY7soEsUEjb6gQ==", 10);
  }

  static Account account(String name, String password, String salt, int iterations) {
    Map<ScramHash, ScramSalt> salts = new EnumMap<>(ScramHash.class);
    for (ScramHash hash : ScramHash.values()) {
      salts.put(hash, new ScramSalt(Base64.getDecoder().decode(salt), iterations));
    }
    return Account.of(name, password, salts);
  }

  static SaslReply start(SaslExchange exchange, SaslMechanism mechanism, String message) {
    return exchange.start(mechanism.wireName(), message.getBytes(UTF_8));
  }

  static SaslReply step(SaslExchange exchange, String message) {
    return exchange.step(message.getBytes(UTF_8));
  }

  static String text(SaslReply reply) {
    return new String(reply.payload(), UTF_8);
  }
}
