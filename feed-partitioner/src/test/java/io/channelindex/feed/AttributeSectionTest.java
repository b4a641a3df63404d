package io.channelindex.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The attributes before a document's body, as sent and as they must not be. */
class AttributeSectionTest {
  private static byte[] encode(Map<String, String> attributes, byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      ByteArrayOutputStream pairs = new ByteArrayOutputStream();
      DataOutputStream pair = new DataOutputStream(pairs);
      for (Map.Entry<String, String> attribute : attributes.entrySet()) {
        byte[] text =
            (attribute.getKey() + "\0" + attribute.getValue() + "\0")
                .getBytes(StandardCharsets.UTF_8);
        pair.writeInt(text.length);
        pair.write(text);
      }
      out.writeInt(pairs.size());
      out.write(pairs.toByteArray());
      out.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static Map<String, String> texts(Map<String, byte[]> attributes) {
    Map<String, String> texts = new LinkedHashMap<>();
    attributes.forEach((name, value) -> texts.put(name, new String(value, StandardCharsets.UTF_8)));
    return texts;
  }

  @Property
  void readsWhatWasWrittenWhateverFollows(
      @ForAll @Size(max = 5)
          Map<
                  @NotEmpty @StringLength(max = 20) @CharRange(from = '!', to = '\uD7FF') String,
                  @StringLength(max = 50) @CharRange(from = ' ', to = '\uD7FF') String>
              attributes,
      @ForAll byte[] body,
      @ForAll @IntRange(max = 50) int before) {
    byte[] section = encode(attributes, body);
    Map<String, byte[]> read = AttributeSection.parse(section, 0);
    assertThat(texts(read)).isEqualTo(attributes);
    assertThat(read.keySet()).containsExactlyElementsOf(attributes.keySet());

    byte[] message = new byte[before + section.length];
    Arrays.fill(message, (byte) -1);
    System.arraycopy(section, 0, message, before, section.length);
    assertThat(texts(AttributeSection.parse(message, before))).isEqualTo(attributes);
  }

  @Property
  void neverReadsBeyondItsBytes(@ForAll byte[] garbage, @ForAll boolean lengthFits) {
    byte[] content = garbage;
    if (lengthFits && content.length >= 4) {
      content = content.clone();
      content[0] = content[1] = content[2] = 0;
      content[3] = (byte) Math.min(127, content.length - 4);
    }
    try {
      assertThat(AttributeSection.parse(content, 0)).isNotNull();
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("malformed");
    }
  }

  @Test
  void aCutSectionIsMalformed() {
    byte[] whole = encode(Map.of("_ci", "{\"n\":1}"), new byte[0]);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatIllegalArgumentException().isThrownBy(() -> AttributeSection.parse(cut, 0));
    }
    assertThat(texts(AttributeSection.parse(whole, 0)))
        .containsExactly(Map.entry("_ci", "{\"n\":1}"));
    assertThat(AttributeSection.parse(new byte[4], 0)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ffffffff,longer than the value",
    "00000003000000,pair without a length",
    "0000000400000000,pair out of bounds",
    "0000000600000001ffff,pair out of bounds",
    "00000006ffffffff0000,pair out of bounds",
    "00000008000000046161 6161,text without an end",
    "0000000800000004610062 62,text without an end",
    "00000009000000056100620063,does not end with its value",
    "000000100000000461006200000000046100 6200,attribute twice"
  })
  void malformedSectionsSayWhatIsWrong(String hex, String message) {
    byte[] content = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AttributeSection.parse(content, 0))
        .withMessageContaining(message)
        .withMessageEndingWith("bytes=" + content.length);
  }
}
