package io.channelindex.embedded.auth;

import static io.channelindex.embedded.auth.Exchanges.start;
import static io.channelindex.embedded.auth.Exchanges.step;
import static io.channelindex.embedded.auth.Exchanges.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.core.io.netty.kv.sasl.CouchbaseSaslClientFactory;
import io.channelindex.embedded.protocol.Status;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole logins with accounts as a node has them, by this test's client and the SDK's. */
class SaslClientsTest {
  private static final UserStore USERS = UserStore.of(Account.of("Administrator", "password"));

  @ParameterizedTest
  @EnumSource
  void theSdkLogsIn(SaslMechanism mechanism) throws SaslException {
    SaslExchange exchange = new SaslExchange(USERS);

    assertThat(sdkLogin(exchange, mechanism, "password").status()).isEqualTo(Status.SUCCESS);
    assertThat(exchange.user()).isEqualTo("Administrator");
  }

  @ParameterizedTest
  @EnumSource
  void theSdkFailsWithAWrongPassword(SaslMechanism mechanism) throws SaslException {
    SaslExchange exchange = new SaslExchange(USERS);

    assertThat(sdkLogin(exchange, mechanism, "Password").status()).isEqualTo(Status.AUTH_ERROR);
    assertThat(exchange.user()).isNull();
  }

  @Property(tries = 40)
  void exactlyTheRightPasswordOpensAnAccount(
      @ForAll("passwords") String right,
      @ForAll("passwords") String tried,
      @ForAll SaslMechanism mechanism) {
    SaslExchange exchange = new SaslExchange(UserStore.of(Account.of("user", right)));

    assertThat(login(exchange, mechanism, tried).status())
        .isEqualTo(tried.equals(right) ? Status.SUCCESS : Status.AUTH_ERROR);
    assertThat(login(exchange, mechanism, right).status()).isEqualTo(Status.SUCCESS);
  }

  @Provide
  Arbitrary<String> passwords() {
    return Arbitraries.strings()
        .ofMinLength(1)
        .ofMaxLength(40)
        .filter(text -> text.indexOf('\0') < 0 && UTF_8.newEncoder().canEncode(text));
  }

  private static SaslReply login(SaslExchange exchange, SaslMechanism mechanism, String password) {
    if (mechanism == SaslMechanism.PLAIN) {
      return start(exchange, mechanism, "\0user\0" + password);
    }
    ScramClient client = ScramClient.of(mechanism, "user", password);
    SaslReply challenge = start(exchange, mechanism, client.first());
    return step(exchange, client.last(text(challenge)));
  }

  /** The SDK's client throws if it does not believe the server's last message. */
  private static SaslReply sdkLogin(SaslExchange exchange, SaslMechanism mechanism, String password)
      throws SaslException {
    SaslClient client =
        new CouchbaseSaslClientFactory()
            .createSaslClient(
                new String[] {mechanism.wireName()},
                null,
                "couchbase",
                "localhost",
                Map.of(),
                credentials("Administrator", password));
    SaslReply reply = exchange.start(mechanism.wireName(), client.evaluateChallenge(new byte[0]));
    while (reply.status() == Status.AUTH_CONTINUE) {
      reply = exchange.step(client.evaluateChallenge(reply.payload()));
    }
    if (reply.status() == Status.SUCCESS && reply.payload().length > 0) {
      client.evaluateChallenge(reply.payload());
      assertThat(client.isComplete()).isTrue();
    }
    return reply;
  }

  private static CallbackHandler credentials(String name, String password) {
    return callbacks -> {
      for (Callback callback : callbacks) {
        if (callback instanceof NameCallback nameCallback) {
          nameCallback.setName(name);
        } else if (callback instanceof PasswordCallback passwordCallback) {
          passwordCallback.setPassword(password.toCharArray());
        }
      }
    };
  }
}
