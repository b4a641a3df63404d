package io.channelindex.embedded.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The grammars, against naive readings of the same text. */
class SaslMessagesTest {
  private static final Pattern ATTRIBUTE = Pattern.compile("[A-Za-z]=[^,\0]+");

  @Property(tries = 5000)
  void attributesAgreeWithTheGrammar(@ForAll("almostAttributes") String message) {
    List<String> parts = List.of(message.split(",", -1));
    boolean expected =
        parts.stream().allMatch(part -> ATTRIBUTE.matcher(part).matches())
            && parts.stream().map(part -> part.charAt(0)).distinct().count() == parts.size();

    ScramAttributes attributes = ScramAttributes.parse(message);

    assertThat(attributes != null).isEqualTo(expected);
    if (attributes != null) {
      assertThat(attributes.count()).isEqualTo(parts.size());
      for (String part : parts) {
        assertThat(attributes.has(part.charAt(0))).isTrue();
        assertThat(attributes.get(part.charAt(0))).isEqualTo(part.substring(2));
      }
    }
  }

  @Provide
  Arbitrary<String> almostAttributes() {
    Arbitrary<String> attribute = Arbitraries.of("a=x", "b=y=", "C==", "d=1", "e=zz");
    Arbitrary<String> junk = Arbitraries.strings().withChars("abn=,1\0\u00e9").ofMaxLength(4);
    return Arbitraries.frequencyOf(Tuple.of(5, attribute), Tuple.of(1, junk))
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(parts -> String.join(",", parts));
  }

  @Property
  void escapedNamesComeBack(@ForAll("names") String name) {
    String escaped = name.replace("=", "=3D").replace(",", "=2C");

    ScramClientFirst first = ScramClientFirst.parse("n,,n=" + escaped + ",r=nonce");

    assertThat(first).isNotNull();
    assertThat(first.name()).isEqualTo(name);
    assertThat(first.header()).isEqualTo("n,,");
    assertThat(first.bare()).isEqualTo("n=" + escaped + ",r=nonce");
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings().withChars("ab=,23CD\u00e9\u4e2d ").ofMinLength(1).ofMaxLength(20);
  }

  @Property(tries = 5000)
  void plainAgreesWithSplittingAtNul(@ForAll("almostPlain") String message) {
    String[] parts = message.split("\0", -1);
    boolean terminated = parts.length == 4 && parts[3].isEmpty();
    boolean expected = (parts.length == 3 || terminated) && !parts[1].isEmpty();

    try (PlainMessage plain = PlainMessage.parse(message.getBytes(UTF_8))) {
      assertThat(plain != null).isEqualTo(expected);
      if (plain != null) {
        assertThat(plain.userName()).isEqualTo(parts[1]);
        assertThat(plain.password()).containsExactly(parts[2].toCharArray());
      }
    }
  }

  @Provide
  Arbitrary<String> almostPlain() {
    return Arbitraries.strings().withChars("a\u00e9\0\0").ofMaxLength(8);
  }

  @Test
  void closingAPlainMessageWipesThePassword() {
    PlainMessage plain = PlainMessage.parse("\0user\0pencil".getBytes(UTF_8));
    char[] password = plain.password();
    plain.close();

    assertThat(password).hasSize(6).containsOnly('\0');
  }

  @Test
  void listsTheMechanismsAsARealServerDoes() {
    assertThat(SaslMechanism.list()).isEqualTo("SCRAM-SHA512 SCRAM-SHA256 SCRAM-SHA1 PLAIN");
  }

  @ParameterizedTest
  @CsvSource({
    "SCRAM-SHA512, SCRAM_SHA512",
    "scram-sha256, SCRAM_SHA256",
    "Scram-Sha1, SCRAM_SHA1",
    "plain, PLAIN"
  })
  void findsMechanismsInAnyCase(String name, SaslMechanism mechanism) {
    assertThat(SaslMechanism.named(name)).isEqualTo(mechanism);
  }
}
