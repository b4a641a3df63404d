package io.channelindex.index.principals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrincipalNameTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "user:a", "döner", "\ud83d\ude00", "~", "a b"})
  void aKeyGivesItsPrincipalBack(String name) {
    for (PrincipalName principal :
        new PrincipalName[] {PrincipalName.user(name), PrincipalName.role(name)}) {
      assertThat(PrincipalName.ofKey(principal.key())).contains(principal);
      assertThat(PrincipalName.isKey(principal.key())).isTrue();
      assertThat(principal.channel()).matches(channel -> Character.isISOControl(channel.charAt(0)));
    }
    assertThat(PrincipalName.user(name).channel()).isNotEqualTo(PrincipalName.role(name).channel());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "_txn:1", "_ci:", "_ci:user:", "_ci:user:a\nb", "_ci:group:a"})
  void otherKeysAreNobodys(String key) {
    assertThat(PrincipalName.ofKey(key)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\u0000", "\ud800"})
  void namesThatCannotBeAreRefused(String name) {
    assertThatThrownBy(() -> PrincipalName.user(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLongestNameMakesAKeyThatFits() {
    PrincipalName longest = PrincipalName.user("\u20ac".repeat(66) + "ab");

    assertThat(longest.key().getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .hasSizeLessThan(246);
    assertThatThrownBy(() -> PrincipalName.user("\u20ac".repeat(66) + "abc"))
        .hasMessage("length of a principal's name out of range: bytes=201, min=1, max=200");
  }
}
