package io.channelindex.embedded.auth;

import static io.channelindex.embedded.auth.Exchanges.quickAccount;
import static io.channelindex.embedded.auth.Exchanges.start;
import static io.channelindex.embedded.auth.Exchanges.step;
import static io.channelindex.embedded.auth.Exchanges.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.protocol.Status;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Messages that somebody changed on their way, and messages that are none. */
class SaslAttackTest {
  private final UserStore users = UserStore.of(quickAccount("user", "pencil"));

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "PLAIN")
  void noFlippedBitOfTheFirstMessageGoesUnnoticed(SaslMechanism mechanism) {
    ScramClient client = ScramClient.of(mechanism, "user", "pencil");
    byte[] first = client.first().getBytes(UTF_8);
    for (int bit = 0; bit < first.length * 8; bit++) {
      SaslExchange exchange = new SaslExchange(users);
      SaslReply challenge = exchange.start(mechanism.wireName(), flip(first, bit));
      if (challenge.status() == Status.AUTH_CONTINUE) {
        SaslReply last = step(exchange, client.last(text(challenge)));
        assertThat(last.status()).as("bit=%d", bit).isNotEqualTo(Status.SUCCESS);
      }
      assertThat(exchange.user()).as("bit=%d", bit).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "PLAIN")
  void noFlippedBitOfTheChallengeGoesUnnoticed(SaslMechanism mechanism) {
    int answered = 0;
    for (int bit = 0; ; bit++) {
      ScramClient client = ScramClient.of(mechanism, "user", "pencil");
      SaslExchange exchange = new SaslExchange(users);
      byte[] challenge = start(exchange, mechanism, client.first()).payload();
      if (bit == challenge.length * 8) {
        break;
      }
      String last = answer(client, new String(flip(challenge, bit), ISO_8859_1));
      if (last != null) {
        answered++;
        assertThat(step(exchange, last).status()).as("bit=%d", bit).isNotEqualTo(Status.SUCCESS);
        assertThat(exchange.user()).as("bit=%d", bit).isNull();
      }
    }
    assertThat(answered).isPositive();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "PLAIN")
  void noFlippedBitOfTheFinalMessageGoesUnnoticed(SaslMechanism mechanism) {
    for (int bit = 0; ; bit++) {
      ScramClient client = ScramClient.of(mechanism, "user", "pencil");
      SaslExchange exchange = new SaslExchange(users);
      byte[] last = client.last(text(start(exchange, mechanism, client.first()))).getBytes(UTF_8);
      if (bit == last.length * 8) {
        break;
      }
      assertThat(exchange.step(flip(last, bit)).status())
          .as("bit=%d", bit)
          .isNotEqualTo(Status.SUCCESS);
      assertThat(exchange.user()).as("bit=%d", bit).isNull();
    }
  }

  @Test
  void noFlippedBitOfPlainGoesUnnoticed() {
    byte[] message = "\0user\0pencil".getBytes(UTF_8);
    for (int bit = 0; bit < message.length * 8; bit++) {
      SaslExchange exchange = new SaslExchange(users);
      byte[] flipped = flip(message, bit);
      assertThat(exchange.start("PLAIN", flipped).status())
          .as("bit=%d", bit)
          .isNotEqualTo(Status.SUCCESS);
    }
  }

  @Property
  void arbitraryBytesNeitherThrowNorAuthenticate(
      @ForAll SaslMechanism mechanism,
      @ForAll @Size(max = 64) byte[] first,
      @ForAll @Size(max = 64) byte[] last) {
    SaslExchange exchange = new SaslExchange(users);

    assertThat(exchange.start(mechanism.wireName(), first))
        .isNotInstanceOf(SaslReply.Success.class);
    exchange.start("SCRAM-SHA1", "n,,n=user,r=nonce".getBytes(UTF_8));
    assertThat(exchange.step(last)).isInstanceOf(SaslReply.Refusal.class);
    assertThat(exchange.user()).isNull();
  }

  /** What a client answers to a challenge, or null if it cannot make sense of it. */
  private static String answer(ScramClient client, String challenge) {
    try {
      return client.last(challenge);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return null;
    }
  }

  private static byte[] flip(byte[] message, int bit) {
    byte[] flipped = message.clone();
    flipped[bit / 8] ^= (byte) (1 << (bit % 8));
    return flipped;
  }
}
