package io.channelindex.server.documents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentMetadata.Leaving;
import io.channelindex.server.documents.DocumentMetadata.Life;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentAttributeTest {
  private static final String DIGEST = "5d41402abc4b2a76b9719d911017c592";
  private static final String GOLDEN =
      """
      {"v":1,"rev":"3-%1$s","ch":["a","b"],"left":{"c":1,"d":2},
       "slots":{"1":{"rev":"2-%1$s","seq":"0x0000000000000007"},
                "2":{"rev":"3-%1$s","seq":"0xffffffffffffffff","del":true}},
       "cas":"0x00002b5fd82aea18","seq":"0x0000000000000009","crc":"0xf9c2544e"}
      """
          .formatted(DIGEST);

  @Test
  void isReadAsSpecified() {
    DocumentAttribute attribute = DocumentAttribute.parse(GOLDEN.getBytes(UTF_8)).orElseThrow();

    assertThat(attribute.cas()).isEqualTo(0x18ea2ad85f2b0000L);
    assertThat(attribute.seqno()).isEqualTo(9);
    assertThat(attribute.crc()).isEqualTo(0xf9c2544e);
    assertThat(attribute.metadata().revision()).isEqualTo(new Revision(3, DIGEST));
    assertThat(attribute.metadata().channels()).containsExactly("a", "b");
    assertThat(attribute.metadata().leavings())
        .isEqualTo(
            Map.of(
                "c", new Leaving(new Revision(2, DIGEST), 7, Life.ALIVE),
                "d", new Leaving(new Revision(3, DIGEST), -1, Life.DELETED)));
    assertThat(attribute.metadata().isDeleted()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "1",
        "{",
        "{}",
        "{\"v\":1}",
        "{\"v\":2,\"rev\":\"1-5d41402abc4b2a76b9719d911017c592\",\"ch\":[],\"cas\":\"0x1\",\"seq\":\"0x1\",\"crc\":\"0x1\"}",
        "{\"v\":1,\"rev\":\"x\",\"ch\":[],\"cas\":\"0x1\",\"seq\":\"0x1\",\"crc\":\"0x1\"}",
        "{\"v\":1,\"rev\":\"0-5d41402abc4b2a76b9719d911017c592\",\"ch\":[],\"cas\":\"0x1\",\"seq\":\"0x1\",\"crc\":\"0x1\"}",
        "{\"v\":1,\"rev\":\"1-5d41402abc4b2a76b9719d911017c592\",\"ch\":[7],\"cas\":\"0x1\",\"seq\":\"0x1\",\"crc\":\"0x1\"}",
        "{\"v\":1,\"rev\":\"1-5d41402abc4b2a76b9719d911017c592\",\"ch\":[\"\"],\"cas\":\"0x1\",\"seq\":\"0x1\",\"crc\":\"0x1\"}",
        "{\"v\":1,\"rev\":\"1-5d41402abc4b2a76b9719d911017c592\",\"ch\":[],\"left\":{\"a\":1},\"cas\":\"0x1\",\"seq\":\"0x1\",\"crc\":\"0x1\"}",
        "{\"v\":1,\"rev\":\"1-5d41402abc4b2a76b9719d911017c592\",\"ch\":[],\"cas\":\"0x11111111111111111\",\"seq\":\"0x1\",\"crc\":\"0x1\"}",
        "{\"v\":1,\"rev\":\"1-5d41402abc4b2a76b9719d911017c592\",\"ch\":[],\"cas\":\"7\",\"seq\":\"0x1\",\"crc\":\"0x1\"}",
        "{\"v\":1,\"rev\":\"1-5d41402abc4b2a76b9719d911017c592\",\"ch\":[],\"cas\":\"0x1\",\"seq\":\"0x1\"}",
        "{\"v\":1,\"rev\":\"1-5d41402abc4b2a76b9719d911017c592\",\"ch\":[],\"cas\":\"${Mutation.CAS}\",\"seq\":\"0x1\",\"crc\":\"0x1\"}"
      })
  void ofSomebodyElseIsAsGoodAsNone(String json) {
    assertThat(DocumentAttribute.parse(json.getBytes(UTF_8))).isEmpty();
  }

  /** The index has no key for some of them, and others are channels of principals. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "\\ud800", "a\\udc00b", "\\u001fuser:ann", "\\u0000", "a,b", "a\\u002cb"})
  void namesThatNoChannelCanHaveAreNotOurs(String name) {
    assertThat(DocumentAttribute.parse(in(name))).as("in").isEmpty();
    assertThat(DocumentAttribute.parse(left(name))).as("left").isEmpty();
  }

  @Test
  void namesAreAsLongAsAnyDatabaseAllows() {
    String longest = "n".repeat(250);
    assertThat(DocumentAttribute.parse(in(longest)).orElseThrow().metadata().channels())
        .containsExactly(longest);
    assertThat(DocumentAttribute.parse(left(longest)).orElseThrow().metadata().leavings())
        .containsOnlyKeys(longest, "d");
    assertThat(DocumentAttribute.parse(in(longest + "n"))).isEmpty();
    assertThat(DocumentAttribute.parse(left(longest + "n"))).isEmpty();
  }

  /** An attribute as most are, of a document that is in a channel. */
  private static byte[] in(String channel) {
    return "{\"v\":1,\"rev\":\"1-%s\",\"ch\":[\"%s\"],\"cas\":\"0x1\",\"seq\":\"0x1\",\"crc\":\"0x1\"}"
        .formatted(DIGEST, channel)
        .getBytes(UTF_8);
  }

  private static byte[] left(String channel) {
    return GOLDEN.replace("\"c\"", '"' + channel + '"').getBytes(UTF_8);
  }

  /** No byte of it may bring a partition down. */
  @Property
  void neverFailsOnDamagedBytes(@ForAll int position, @ForAll byte value) {
    byte[] damaged = GOLDEN.getBytes(UTF_8);
    damaged[Math.floorMod(position, damaged.length)] = value;

    DocumentAttribute.parse(damaged)
        .ifPresent(
            attribute -> {
              DocumentMetadata metadata = attribute.asOf(1, 1).at(1);
              assertThat(Collections.disjoint(metadata.channels(), metadata.leavings().keySet()))
                  .isTrue();
              assertThat(metadata.leavings().values()).allMatch(leaving -> leaving.seqno() == 1);
            });
  }

  /** What is read in the short way means what it means in the long one. */
  @Property
  void theUsualAttributeIsReadAsAnyOther(
      @ForAll @Size(max = 4) List<@From("names") String> channels,
      @ForAll @LongRange(min = 0) long number,
      @ForAll @Size(max = 2) List<@IntRange(max = 200) Integer> positions,
      @ForAll
          @Chars({'"', '\\', '0', 'x', 'f', 'F', ',', ':', '{', '}', '[', ']', ' ', '1', '*', 'ä'})
          char character) {
    ObjectNode attribute = JsonNodeFactory.instance.objectNode().put("v", 1);
    attribute.put("rev", 1 + number % 1000 + "-" + DIGEST);
    channels.forEach(attribute.putArray("ch")::add);
    attribute.put("cas", HexNumber.format(number)).put("seq", "0x" + Long.toHexString(number));
    attribute.put("crc", "0x" + Integer.toHexString((int) number));
    byte[] json = DocumentJson.write(attribute);
    for (int position : positions) {
      json[position % json.length] = (byte) character;
    }

    DocumentAttribute usual = UsualAttribute.read(json);
    if (usual != null) {
      assertThat(AttributeFormat.readTree(json)).contains(usual);
    }
    boolean plain =
        channels.stream().allMatch(name -> name.matches("[ !#-+.-\\[\\]-~-]{1,250}"))
            && positions.isEmpty();
    if (plain) {
      assertThat(usual).isNotNull();
    }
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(6),
        Arbitraries.strings().withChars("a,b").ofMaxLength(6),
        Arbitraries.strings().withChars('a').ofMinLength(249).ofMaxLength(252));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"v\":1,%s,\"rev\":\"1-5d41402abc4b2a76b9719d911017c592\"}",
        "{\"v\":1,%s,\"v\":1}",
        "{\"v\":1,%s,\"ch\":[]}",
        "{\"v\":1,%s,\"crc\":\"0x2\"}",
        "{\"v\":1,%s,\"del\":true}",
        "{\"v\":1,%s,\"left\":{}}",
        "{\"v\":1,%s,\"new\":{}}",
        "{\"v\":1,%s,}",
        "{\"v\":1,%s} ",
        "{\"v\": 1,%s}",
        "{\"v\":10,%s}",
        "{%s}",
      })
  void whatIsNotUsualIsLeftAlone(String form) {
    String usual =
        "\"rev\":\"1-5d41402abc4b2a76b9719d911017c592\",\"ch\":[\"a\"],\"cas\":\"0x1\","
            + "\"seq\":\"0x1\",\"crc\":\"0x1\"";
    assertThat(UsualAttribute.read(("{\"v\":1," + usual + "}").getBytes(UTF_8))).isNotNull();
    assertThat(UsualAttribute.read(form.formatted(usual).getBytes(UTF_8))).isNull();
  }

  @Test
  void doesNotSpeakOfTheChannelOfEverything() {
    byte[] json = GOLDEN.replace("\"a\"", "\"*\"").replace("\"c\"", "\"*\"").getBytes(UTF_8);
    DocumentMetadata metadata = DocumentAttribute.parse(json).orElseThrow().metadata();
    assertThat(metadata.channels()).containsExactly("b");
    assertThat(metadata.leavings()).containsOnlyKeys("d");
  }
}
