package io.channelindex.embedded.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FrameTest {

  @Test
  void aPlainRequestIsLaidOutAsTheProtocolSays() {
    Frame get = Frame.request(0x00).withKey("Hello").withVbucket(3).withOpaque(0xdeadbeef);

    assertThat(HexFormat.of().formatHex(get.encode()))
        .isEqualTo(
            "80000005" + "00000003" + "00000005" + "deadbeef" + "00".repeat(8) + "48656c6c6f");
  }

  @Test
  void aFlexibleRequestSplitsTheKeyLengthField() {
    Frame set =
        Frame.request(0x01)
            .withFraming(new byte[] {0x50})
            .withExtras("0200000000000000")
            .withKey("k")
            .withValue("v")
            .withCas(1);

    assertThat(HexFormat.of().formatHex(set.encode()))
        .isEqualTo(
            "08010101"
                + "08000000"
                + "0000000b"
                + "00000000"
                + "0000000000000001"
                + "50"
                + "0200000000000000"
                + "6b"
                + "76");
  }

  @Property
  void decodingUndoesEncoding(
      @ForAll boolean flexible,
      @ForAll @IntRange(max = 255) int opcode,
      @ForAll @Size(max = 20) byte[] framing,
      @ForAll @Size(max = 60) byte[] extras,
      @ForAll @IntRange(max = 0xffff) int vbucket,
      @ForAll int opaque,
      @ForAll long cas,
      @ForAll @Size(max = 255) byte[] key,
      @ForAll byte[] value) {
    Frame frame =
        new Frame(
            flexible ? 0x18 : 0x81,
            opcode,
            flexible ? framing : Frame.NONE,
            extras,
            5,
            vbucket,
            opaque,
            cas,
            key,
            value);

    assertThat(Frame.decode(frame.encode())).isEqualTo(frame);
  }

  @Test
  void lengthsThatDisagreeAreRefused() {
    byte[] bytes = Frame.request(0x00).withKey("key").encode();
    bytes[11] = 2;

    assertThatThrownBy(() -> Frame.decode(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("frame lengths disagree: frame=27 body=2 framing=0 extras=0 key=3");
  }

  @Test
  void vbucketsAndPrefixesAreThoseOfTheCaptures() {
    assertThat(DocumentKey.of("k1").vbucket()).isEqualTo(14);
    assertThat(DocumentKey.of("nope").vbucket()).isEqualTo(17);
    assertThat(new DocumentKey(8, "bin").vbucket()).isEqualTo(39);
    assertThat(DocumentKey.of("bin").encoded()).containsExactly(0, 'b', 'i', 'n');
    assertThat(DocumentKey.plain("bin").encoded()).containsExactly('b', 'i', 'n');
    assertThat(new DocumentKey(0x12c, "a").encoded()).containsExactly(0xac, 0x02, 'a');
  }
}
