package io.channelindex.embedded.auth;

import static io.channelindex.embedded.auth.Exchanges.quickAccount;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountTest {
  @ParameterizedTest
  @EnumSource
  void saltsAreRandomAndAsLongAsADigest(ScramHash hash) {
    Set<String> salts = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      ScramSalt salt = Account.of("user", "pencil").credential(hash).salt();
      assertThat(salt.bytes()).hasSize(hash.length());
      assertThat(salt.iterations()).isEqualTo(4000);
      salts.add(salt.attributes());
    }
    assertThat(salts).hasSize(10);
  }

  @ParameterizedTest
  @EnumSource
  void aVerifierIsDerivedOnceAndThePasswordWiped(ScramHash hash) {
    char[] password = "pencil".toCharArray();
    Credential credential = Credential.of(hash, new ScramSalt(new byte[8], 10), password);
    assertThat(password).containsExactly("pencil".toCharArray());

    ScramVerifier verifier = credential.verifier();

    assertThat(password).containsOnly('\0');
    assertThat(credential.verifier()).isSameAs(verifier);
    assertThat(verifier.matches("pencil".toCharArray())).isTrue();
    assertThat(verifier.matches(password)).isFalse();
  }

  @Test
  void forgettingThePasswordLeavesTheAccountUsable() {
    Account account = quickAccount("user", "pencil");
    account.forgetPassword();
    account.forgetPassword();

    for (ScramHash hash : ScramHash.values()) {
      ScramVerifier verifier = account.credential(hash).verifier();
      assertThat(verifier.matches("pencil".toCharArray())).isTrue();
      assertThat(verifier.matches("pen".toCharArray())).isFalse();
      assertThat(verifier.matches(new char[0])).isFalse();
    }
  }

  @Test
  void threadsThatNeedAVerifierAtOnceGetTheSame() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      Account account = quickAccount("user", "pencil");
      CyclicBarrier barrier = new CyclicBarrier(threads);
      List<Future<ScramVerifier>> verifiers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        verifiers.add(
            executor.submit(
                () -> {
                  barrier.await();
                  return account.credential(ScramHash.SHA1).verifier();
                }));
      }
      for (Future<ScramVerifier> verifier : verifiers) {
        assertThat(verifier.get()).isSameAs(account.credential(ScramHash.SHA1).verifier());
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nu\0l", "\ud800"})
  void refusesTextThatNoClientCouldSend(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Account.of(text, "pencil"))
        .withMessageStartingWith("name must be text without NUL: length=" + text.length());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Account.of("user", text))
        .withMessageStartingWith("password must be text without NUL: length=" + text.length());
  }

  @Test
  void doesNotShowThePassword() {
    assertThat(Account.of("user", "pencil")).hasToString("Account[name=user]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Account.of("user", "pencil\0"))
        .withMessageNotContaining("pencil");
  }
}
