package io.channelindex.embedded.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.embedded.auth.SaslReply.Challenge;
import io.channelindex.embedded.auth.SaslReply.Refusal;
import io.channelindex.embedded.auth.SaslReply.Success;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of SASL on one connection, which may authenticate any number of times.
 *
 * <p>Nothing that a client sends makes a method throw; see {@link Refusal} for what may be wrong
 * with it. The first exchange of an account with a mechanism, and every PLAIN, derive a key, which
 * takes some 10 ms.
 *
 * <p>Not safe for use by many threads: it belongs to its connection.
 */
public final class SaslExchange {
  /** Messages that are longer are refused; names and passwords of kilobytes are no accident. */
  public static final int MAX_MESSAGE_BYTES = 4096;

  private static final int NONCE_BYTES = 8;

  private final UserStore users;
  private final Supplier<String> serverNonces;
  private @Nullable ScramExchange underway;
  private @Nullable String user;

  /** An exchange with whoever is at the other end of a new connection. */
  public SaslExchange(UserStore users) {
    this(users, randomNonces(new SecureRandom()));
  }

  SaslExchange(UserStore users, Supplier<String> serverNonces) {
    this.users = users;
    this.serverNonces = serverNonces;
  }

  /**
   * Who is authenticated on the connection, or null if nobody is. Every start of an exchange, even
   * a malformed one, ends the authentication before it; only {@link Refusal#STEP_DUE} does not.
   */
  public @Nullable String user() {
    return user;
  }

  /**
   * Handles the first message of an exchange.
   *
   * @param mechanism the key of the request, in whatever case
   * @param message the value of the request; not kept, and not changed
   */
  public SaslReply start(String mechanism, byte[] message) {
    if (underway != null) {
      return Refusal.STEP_DUE;
    }
    user = null;
    SaslMechanism known = SaslMechanism.named(mechanism);
    if (known == null) {
      return Refusal.UNSUPPORTED_MECHANISM;
    }
    if (message.length > MAX_MESSAGE_BYTES) {
      return Refusal.TOO_LONG;
    }
    ScramHash hash = known.scramHash();
    return hash == null ? plain(message) : startScram(hash, message);
  }

  /**
   * Handles the message that follows a {@link Challenge}. The exchange is over afterwards, whatever
   * the outcome.
   *
   * @param message the value of the request; not kept, and not changed
   */
  public SaslReply step(byte[] message) {
    ScramExchange exchange = underway;
    underway = null;
    if (exchange == null) {
      return Refusal.NOT_STARTED;
    }
    if (message.length > MAX_MESSAGE_BYTES) {
      return Refusal.TOO_LONG;
    }
    String text = decode(message);
    SaslReply reply = text == null ? Refusal.MALFORMED : exchange.finish(text);
    if (reply instanceof Success) {
      user = exchange.userName();
    }
    return reply;
  }

  private SaslReply plain(byte[] bytes) {
    try (PlainMessage message = PlainMessage.parse(bytes)) {
      if (message == null) {
        return Refusal.MALFORMED;
      }
      Credential credential = users.credential(message.userName(), ScramHash.SHA512);
      if (!credential.verifier().matches(message.password())) {
        return Refusal.WRONG_CREDENTIALS;
      }
      user = message.userName();
      return new Success("");
    }
  }

  private SaslReply startScram(ScramHash hash, byte[] bytes) {
    String message = decode(bytes);
    if (message == null) {
      return Refusal.MALFORMED;
    }
    if (ScramClientFirst.bindsChannel(message)) {
      return Refusal.CHANNEL_BINDING;
    }
    ScramClientFirst clientFirst = ScramClientFirst.parse(message);
    if (clientFirst == null) {
      return Refusal.MALFORMED;
    }
    Credential credential = users.credential(clientFirst.name(), hash);
    underway = new ScramExchange(clientFirst, credential, serverNonces.get());
    return new Challenge(underway.serverFirst());
  }

  /** The text of a message, or null if it is not UTF-8. */
  private static @Nullable String decode(byte[] message) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(message)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static Supplier<String> randomNonces(SecureRandom random) {
    return () -> {
      byte[] nonce = new byte[NONCE_BYTES];
      random.nextBytes(nonce);
      return HexFormat.of().formatHex(nonce);
    };
  }
}
