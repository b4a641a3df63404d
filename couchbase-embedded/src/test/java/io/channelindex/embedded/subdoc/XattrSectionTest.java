package io.channelindex.embedded.subdoc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class XattrSectionTest {
  private static final byte[] VALUE =
      XattrSection.join(
          XattrSection.fromObject("{\"user\":[1],\"_sys\":{\"a\":1},\"_b\":0}".getBytes(UTF_8)),
          "body".getBytes(UTF_8));

  @Test
  void hasTheLayoutOfTheProtocol() {
    assertThat(XattrSection.fromObject("{ \"_a\" : 12 }".getBytes(UTF_8)))
        .isEqualTo("\0\0\0\12\0\0\0\6_a\00012\0".getBytes(UTF_8));
  }

  @Test
  void takesAValueApart() {
    assertThat(XattrSection.names(VALUE)).containsExactly("_b", "_sys", "user");
    assertThat(XattrSection.body(VALUE)).asString(UTF_8).isEqualTo("body");
    assertThat(XattrSection.bodyOffset(VALUE)).isEqualTo(VALUE.length - 4);
    assertThat(XattrSection.toObject(VALUE))
        .asString(UTF_8)
        .isEqualTo("{\"_b\":0,\"_sys\":{\"a\":1},\"user\":[1]}");
  }

  @Test
  void keepsTheSectionUnderAnotherBody() {
    byte[] replaced = XattrSection.withBody(VALUE, "{}".getBytes(UTF_8));

    assertThat(XattrSection.section(replaced)).isEqualTo(XattrSection.section(VALUE));
    assertThat(XattrSection.body(replaced)).asString(UTF_8).isEqualTo("{}");
  }

  @Test
  void keepsTheSystemAttributes() {
    byte[] system = XattrSection.systemAttributes(VALUE);

    assertThat(XattrSection.isValid(system)).isTrue();
    assertThat(XattrSection.names(system)).containsExactly("_b", "_sys");
    assertThat(system).hasSize(XattrSection.bodyOffset(system));
    assertThat(XattrSection.systemSize(VALUE)).isEqualTo(system.length);
    assertThat(XattrSection.systemAttributes(XattrSection.fromObject("{\"u\":1}".getBytes(UTF_8))))
        .isEmpty();
  }

  @Test
  void hasNoSectionWithoutAttributes() {
    assertThat(XattrSection.fromObject("{}".getBytes(UTF_8))).isEmpty();
  }

  @Test
  void escapesNames() {
    byte[] section = section("a\"\\\u0001", "1");

    assertThat(XattrSection.isValid(section)).isTrue();
    assertThat(XattrSection.fromObject(XattrSection.toObject(section))).isEqualTo(section);
  }

  @Test
  void validates() {
    assertThat(XattrSection.isValid(VALUE)).isTrue();
    assertThat(XattrSection.isValid(new byte[4])).isTrue();
    assertThat(XattrSection.isValid(new byte[3])).isFalse();
    assertThat(XattrSection.isValid(new byte[] {-1, -1, -1, -1, 0})).isFalse();
    assertThat(XattrSection.isValid(section("a", "1", "a", "2"))).as("twice").isFalse();
    assertThat(XattrSection.isValid(section("", "1"))).isFalse();
    assertThat(XattrSection.isValid(section("a".repeat(15), "1"))).isTrue();
    assertThat(XattrSection.isValid(section("a".repeat(16), "1"))).isFalse();
    assertThat(XattrSection.isValid(section("a.b", "1"))).isFalse();
    assertThat(XattrSection.isValid(section("-", "1"))).isFalse();
    assertThat(XattrSection.isValid(section("a", ""))).isFalse();
    assertThat(XattrSection.isValid(section("a", "x"))).isFalse();
    assertThat(XattrSection.isValid(section("a", "1\0002"))).isFalse();
    assertThat(XattrSection.isValid(new byte[] {0, 0, 0, 4, 0, 0, 0, 0})).isFalse();
  }

  @Test
  void limitsTheSystemAttributes() {
    // Around the value: 4 + 4 bytes of lengths, the name, two quotes and two zeros.
    int overhead = 14;
    String fits = '"' + "x".repeat(XattrSection.MAX_SYSTEM_SIZE - overhead) + '"';
    String exceeds = fits.replaceFirst("x", "xx");

    assertThat(XattrSection.isValid(section("_a", fits))).isTrue();
    assertThat(XattrSection.isValid(section("_a", exceeds))).isFalse();
    assertThat(XattrSection.isValid(section("aa", exceeds))).isTrue();
  }

  @Property(tries = 3000)
  void answersEveryCorruption(
      @ForAll @IntRange(max = 1000) int position, @ForAll byte replacement) {
    byte[] corrupt = VALUE.clone();
    corrupt[position % corrupt.length] = replacement;

    if (XattrSection.isValid(corrupt)) {
      assertThat(XattrSection.names(corrupt)).isNotNull();
      assertThat(XattrSection.systemSize(corrupt)).isLessThanOrEqualTo(corrupt.length);
      assertThat(XattrSection.fromObject(XattrSection.toObject(corrupt)).length)
          .isLessThanOrEqualTo(corrupt.length);
    }
  }

  private static byte[] section(String... namesAndValues) {
    ByteArrayOutputStream pairs = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      byte[] pair = (namesAndValues[i] + '\0' + namesAndValues[i + 1] + '\0').getBytes(UTF_8);
      pairs.writeBytes(ByteBuffer.allocate(4).putInt(pair.length).array());
      pairs.writeBytes(pair);
    }
    ByteBuffer section = ByteBuffer.allocate(4 + pairs.size());
    return section.putInt(pairs.size()).put(pairs.toByteArray()).array();
  }
}
