package io.channelindex.embedded.auth;

import static io.channelindex.embedded.auth.Exchanges.start;
import static io.channelindex.embedded.auth.Exchanges.step;
import static io.channelindex.embedded.auth.Exchanges.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UserStoreTest {
  private final UserStore users = UserStore.of(Account.of("known", "secret"));

  @ParameterizedTest
  @EnumSource
  void unknownUsersLookLikeWrongPasswords(SaslMechanism mechanism) {
    if (mechanism == SaslMechanism.PLAIN) {
      assertThat(start(new SaslExchange(users), mechanism, "\0nobody\0wrong"))
          .isEqualTo(start(new SaslExchange(users), mechanism, "\0known\0wrong"));
      return;
    }
    SaslExchange known = new SaslExchange(users);
    SaslExchange unknown = new SaslExchange(users);
    ScramClient knownClient = ScramClient.of(mechanism, "known", "wrong");
    ScramClient unknownClient = ScramClient.of(mechanism, "nobody", "wrong");

    String knownChallenge = text(start(known, mechanism, knownClient.first()));
    String unknownChallenge = text(start(unknown, mechanism, unknownClient.first()));

    assertThat(shape(unknownChallenge)).isEqualTo(shape(knownChallenge));
    assertThat(salt(unknownChallenge)).hasSameSizeAs(salt(knownChallenge));
    assertThat(step(unknown, unknownClient.last(unknownChallenge)))
        .isEqualTo(step(known, knownClient.last(knownChallenge)))
        .isEqualTo(SaslReply.Refusal.WRONG_CREDENTIALS);
  }

  @ParameterizedTest
  @EnumSource
  void anUnknownNameAlwaysHasTheSameSaltAsAnAccountDoes(ScramHash hash) {
    assertThat(attributes(users, "nobody", hash)).isEqualTo(attributes(users, "nobody", hash));
    assertThat(attributes(users, "known", hash)).isEqualTo(attributes(users, "known", hash));

    assertThat(attributes(users, "nobody", hash)).isNotEqualTo(attributes(users, "noone", hash));
    assertThat(attributes(users, "nobody", hash))
        .isNotEqualTo(attributes(new UserStore(), "nobody", hash));
  }

  @Test
  void saltsDifferBetweenMechanisms() {
    for (String name : new String[] {"known", "nobody"}) {
      assertThat(attributes(users, name, ScramHash.SHA256))
          .isNotEqualTo(attributes(users, name, ScramHash.SHA512));
    }
  }

  @Test
  void anAccountReplacesTheOneOfTheSameName() {
    users.put(Account.of("known", "changed"));

    assertThat(plain("known", "secret")).isEqualTo(SaslReply.Refusal.WRONG_CREDENTIALS);
    assertThat(plain("known", "changed")).isInstanceOf(SaslReply.Success.class);
  }

  @Test
  void aRemovedAccountIsUnknown() {
    assertThat(plain("known", "secret")).isInstanceOf(SaslReply.Success.class);
    users.remove("known");
    users.remove("nobody");

    assertThat(plain("known", "secret")).isEqualTo(SaslReply.Refusal.WRONG_CREDENTIALS);
  }

  private SaslReply plain(String name, String password) {
    return start(new SaslExchange(users), SaslMechanism.PLAIN, "\0" + name + "\0" + password);
  }

  private static String attributes(UserStore users, String name, ScramHash hash) {
    return users.credential(name, hash).salt().attributes();
  }

  private static String shape(String challenge) {
    return challenge.replaceAll("[0-9a-f]{16},s=[^,]*", "");
  }

  private static byte[] salt(String challenge) {
    String attribute = challenge.split(",", 3)[1];
    return Base64.getDecoder().decode(attribute.substring(2));
  }
}
