package io.channelindex.embedded.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.wire.CapturedFrame.Side;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureLogTest {

  @ParameterizedTest
  @CsvSource({
    "dcp-client-0.56.0-to-6.0.5.log,           18,  30, 33",
    "dcp-client-0.56.0-to-7.6.12.log,          20,  33, 36",
    "dcp-client-after-crash-to-7.6.12.log,     68,  70, 27",
    "dcp-client-xattr-rollback-to-7.6.12.log,  98, 124, 34",
    "java-client-3.12.1-to-6.0.5.log,          44,  44, 55",
    "java-client-3.12.1-to-7.6.12.log,         51,  50, 62",
    "java-client-xattr-documents-to-7.6.12.log, 41, 41, 37",
  })
  void everyLineOfEveryCaptureIsUnderstood(String name, int client, int server, int counts) {
    CaptureLog log = CaptureLog.read(name);

    assertThat(log.frames().stream().filter(CapturedFrame::isRequest)).hasSize(client);
    assertThat(log.frames().stream().filter(frame -> !frame.isRequest())).hasSize(server);
    assertThat(log.counts()).hasSize(counts);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dcp-client-0.56.0-to-6.0.5.log",
        "dcp-client-0.56.0-to-7.6.12.log",
        "dcp-client-after-crash-to-7.6.12.log",
        "dcp-client-xattr-rollback-to-7.6.12.log",
        "java-client-3.12.1-to-6.0.5.log",
        "java-client-3.12.1-to-7.6.12.log",
        "java-client-xattr-documents-to-7.6.12.log",
      })
  void everyPrintedFrameIsCounted(String name) {
    CaptureLog log = CaptureLog.read(name);

    for (FrameKind kind : log.frames().stream().map(FrameKind::of).toList()) {
      long printed = log.frames().stream().filter(f -> FrameKind.of(f).equals(kind)).count();
      assertThat(log.counts().getOrDefault(kind, 0))
          .as("%s of %s", kind, name)
          .isGreaterThanOrEqualTo((int) printed);
    }
  }

  @Test
  void aRequestWithExtrasAndCollectionKey() {
    CapturedFrame set = CaptureLog.read("java-client-3.12.1-to-7.6.12.log").at(34);

    assertThat(set.side()).isEqualTo(Side.CLIENT);
    assertThat(set.connection()).isEqualTo(1);
    assertThat(set.frame())
        .isEqualTo(
            Frame.request(0x01)
                .withDocument(DocumentKey.of("k1"))
                .withExtras("0200000000000000")
                .withValue("{\"arr\":[1,2],\"a\":1}"));
    assertThat(set.keyIsCut()).isFalse();
    assertThat(set.valueIsCut()).isFalse();
  }

  @Test
  void aResponseWithFramingExtrasAndToken() {
    Frame stored = CaptureLog.read("java-client-3.12.1-to-7.6.12.log").at(33).frame();

    assertThat(stored.magic()).isEqualTo(0x18);
    assertThat(stored.framing()).containsExactly(0x02, 0x00, 0x1f);
    assertThat(stored.status()).isZero();
    assertThat(stored.cas()).isEqualTo(0x18ea29fe87830000L);
    assertThat(stored.extrasBuffer().getLong()).isEqualTo(0x00009f3c1bf1f19aL);
    assertThat(stored.extrasBuffer().getLong(8)).isEqualTo(4);
  }

  @Test
  void aKeyInDoubleQuotesAndAnEscapedQuoteInside() {
    assertThat(CaptureLog.bytes("b\"a'b\\x00\"")).isEqualTo("a'b\0".getBytes(US_ASCII));
    assertThat(CaptureLog.bytes("b'\\n\\r\\t\\\\\\''")).isEqualTo("\n\r\t\\'".getBytes(US_ASCII));
  }

  @Test
  void aValueInDoubleQuotesIsWhole() {
    CapturedFrame log = CaptureLog.read("dcp-client-after-crash-to-7.6.12.log").at(36);

    assertThat(log.frame().opcode()).isEqualTo(0x54);
    assertThat(log.frame().value()).hasSize(32);
    assertThat(log.frame().valueBuffer().getLong()).isEqualTo(0x0000277b235ea8c3L);
  }

  @Test
  void cutKeysAndValuesAreMarked() {
    CaptureLog log = CaptureLog.read("java-client-3.12.1-to-7.6.12.log");

    CapturedFrame hello = log.at(1);
    assertThat(hello.keyIsCut()).isTrue();
    assertThat(hello.keyLength()).isEqualTo(141);
    assertThat(hello.frame().value()).hasSize(44);
    CapturedFrame errorMap = log.at(6);
    assertThat(errorMap.valueIsCut()).isTrue();
    assertThat(errorMap.valueLength()).isEqualTo(9794);
    assertThat(errorMap.frame().value()).hasSize(1500);
  }

  @Test
  void countsKeepStatusAndAbsence() {
    CaptureLog log = CaptureLog.read("java-client-3.12.1-to-7.6.12.log");

    assertThat(log.counts())
        .containsEntry(new FrameKind(Side.CLIENT, 0x80, 1, 8, 0, 2, true, null, true), 600)
        .containsEntry(new FrameKind(Side.SERVER, 0x18, 0xbb, 0, 3, 1, false, 136, true), 14);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "C#1 m=80 op=01",
        "C#1 m=80 op=01 klen=1 extlen=0 fram= dt=00 vb=0 cas=0 ext= key=b'ab' val(0)=b''",
        "C#1 m=80 op=01 klen=2 extlen=1 fram= dt=00 vb=0 cas=0 ext= key=b'ab' val(0)=b''",
        "C#1 m=80 op=01 klen=2 extlen=0 fram= dt=00 vb=0 cas=0 ext= key=b'ab' val(0)=b'x'",
        "C#1 m=80 op=01 klen=2 extlen=0 fram= dt=00 vb=0 cas=0 ext= key=b'a\\q' val(0)=b''",
        "COUNT ('C', 128) 3",
        "",
      })
  void aBrokenLineIsRefusedWithItsPosition(String line) {
    assertThatThrownBy(() -> CaptureLog.parse("broken", line + "\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("capture=broken line=1");
  }

  @Property
  void bytesSurviveTheLiteral(@ForAll List<Byte> bytes) {
    byte[] expected = new byte[bytes.size()];
    StringBuilder literal = new StringBuilder("b'");
    for (int i = 0; i < expected.length; i++) {
      expected[i] = bytes.get(i);
      literal.append("\\x").append(HexFormat.of().toHexDigits(expected[i]));
    }

    assertThat(CaptureLog.bytes(literal.append("'").toString())).isEqualTo(expected);
    assertThat(CaptureLog.bytes(HexFormat.of().formatHex(expected))).isEqualTo(expected);
  }
}
