package io.channelindex.embedded.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.wire.Correspondence.Seqnos;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The judge is judged first: it must see every difference and invent none. */
class ComparisonTest {
  private static final ManifestUids UIDS =
      new ManifestUids("1", Map.of("s1", 0L, "c1", 0L, "c2", 1L));
  private static final CaptureLog LOG = CaptureLog.read(Captures.JAVA_7);

  private final Correspondence numbers = new Correspondence(Seqnos.SAME);
  private final Comparison comparison = comparison(Captures.JAVA_7);

  @ParameterizedTest
  @ValueSource(
      strings = {
        Captures.JAVA_7,
        Captures.JAVA_6,
        Captures.JAVA_XATTR,
        Captures.DCP_7,
        Captures.DCP_6,
        Captures.DCP_XATTR,
        Captures.DCP_CRASH
      })
  void aServerThatAnswersAsCapturedDoesNotDiffer(String name) {
    Comparison itself = comparison(name);
    CaptureLog log = CaptureLog.read(name);

    for (CapturedFrame captured : log.frames()) {
      // An error map is cut in the middle of its JSON and is compared in a test of its own.
      if (!captured.isRequest() && captured.frame().opcode() != 0xfe) {
        itself.compare(
            captured,
            captured.frame(),
            captured.frame().isServerSent() ? captured.frame().vbucket() : 0);
      }
    }

    assertThat(itself.differences()).isEmpty();
  }

  @Test
  void everyFieldIsLookedAt() {
    CapturedFrame stored = LOG.at(36);
    Frame same = stored.frame();

    assertThat(fieldsOf(stored, same.withMagic(0x81))).containsExactly("magic");
    assertThat(fieldsOf(stored, same.withVbucket(7))).containsExactly("status");
    assertThat(fieldsOf(stored, same.withDatatype(0))).containsExactly("datatype");
    assertThat(fieldsOf(stored, same.withCas(0))).containsExactly("cas");
    assertThat(fieldsOf(stored, same.withKey("k"))).containsExactly("key");
    assertThat(fieldsOf(stored, same.withExtras("02000001"))).containsExactly("extras.bytes");
    assertThat(fieldsOf(stored, same.withExtras("0200"))).containsExactly("extras");
    assertThat(fieldsOf(stored, same.withValue("{}"))).containsExactly("value");
    assertThat(fieldsOf(stored, same.withFraming(new byte[] {2, 0}).withMagic(0x18)))
        .containsExactly("framing");
    assertThat(fieldsOf(stored, same.withFraming(new byte[] {2, 9, 9}).withMagic(0x18))).isEmpty();
  }

  @Test
  void numbersOfTheRunAreTranslatedAndThenHeldTo() {
    CapturedFrame first = LOG.at(33);
    CapturedFrame second = LOG.at(44);
    byte[] token = HexFormat.of().parseHex("00000000000000aa0000000000000004");
    byte[] sameHistory = HexFormat.of().parseHex("00000000000000aa0000000000000005");
    byte[] otherHistory = HexFormat.of().parseHex("00000000000000bb0000000000000005");
    byte[] otherSeqno = HexFormat.of().parseHex("00000000000000aa0000000000000006");

    assertThat(fieldsOf(first, first.frame().withCas(1000).withExtras(token))).isEmpty();
    assertThat(fieldsOf(first, first.frame().withCas(1001).withExtras(token)))
        .containsExactly("cas");
    assertThat(fieldsOf(second, second.frame().withCas(1000).withExtras(sameHistory)))
        .as("a CAS that already stands for another one")
        .containsExactly("cas");
    assertThat(fieldsOf(second, second.frame().withCas(1002).withExtras(otherHistory)))
        .containsExactly("extras.vbuuid");
    assertThat(fieldsOf(second, second.frame().withCas(1002).withExtras(otherSeqno)))
        .containsExactly("extras.seqno");
  }

  @Test
  void expiryMayBeOffByTheSecondInWhichItWasTaken() {
    CapturedFrame meta = LOG.at(71);
    Frame same = meta.frame();

    assertThat(fieldsOf(meta, same.withExtras("00000000020000006b02050b000000000000000401")))
        .isEmpty();
    assertThat(fieldsOf(meta, same.withExtras("00000000020000006b02050d000000000000000401")))
        .containsExactly("extras.expiry");
    assertThat(fieldsOf(meta, same.withExtras("000000000200000000000000000000000000000401")))
        .containsExactly("extras.expiry");
    assertThat(fieldsOf(meta, same.withExtras("00000000020000006b02050a000000000000000501")))
        .containsExactly("extras.revision");
  }

  @Test
  void numbersInsideAttributesAreTranslatedToo() {
    CaptureLog log = CaptureLog.read(Captures.JAVA_XATTR);
    CapturedFrame lookup = log.at(36);
    long actualCas = 0x1234567890abcdefL;
    numbers.expectedCas(0x18ea2adc78dd0000L, actualCas);
    String value = new String(lookup.frame().value(), ISO_8859_1);
    Frame here =
        lookup
            .frame()
            .withCas(actualCas)
            .withValue(
                value.replace("0x0000dd78dc2aea18", "0xefcdab9078563412").getBytes(ISO_8859_1));

    assertThat(fieldsOf(lookup, here)).isEmpty();
    assertThat(fieldsOf(lookup, lookup.frame().withCas(actualCas))).containsExactly("value");
  }

  @Test
  void aClusterMapIsComparedByContent() {
    CapturedFrame config = LOG.at(24);
    String text = JsonComparison.text(config.frame());
    Frame plain = config.frame().withDatatype(1);

    assertThat(fieldsOf(config, plain.withValue(text.replace("\"rev\": 2", "\"rev\": 99"))))
        .containsExactly("datatype");
    assertThat(fieldsOf(config, plain.withValue(text.replace("\"couchapi\", ", ""))))
        .containsExactly("datatype", "value./bucketCapabilities");
    assertThat(fieldsOf(config, plain.withValue(text.replace("\"nodeLocator\"", "\"other\""))))
        .containsExactly("datatype", "value./nodeLocator", "value./other");
  }

  @Test
  void anErrorMapIsComparedByNamesAndAttributes() {
    CapturedFrame map = LOG.at(6);
    String complete = map.frame().text().replaceAll(",\"30\".*", "}}");
    Frame good = map.frame().withValue(complete);

    assertThat(JsonComparison.errorMaps(map.frame(), good)).isEmpty();
    assertThat(
            JsonComparison.errorMaps(
                map.frame(), good.withValue(complete.replace("KEY_EEXISTS", "EXISTS"))))
        .extracting(JsonComparison.Disagreement::path)
        .containsExactly("/errors/2/name");
    assertThat(
            JsonComparison.errorMaps(
                map.frame(), good.withValue(complete.replace("item-only", "retry-now"))))
        .extracting(JsonComparison.Disagreement::path)
        .contains("/errors/1/attrs");
    CapturedFrame older = CaptureLog.read(Captures.JAVA_6).at(6);
    assertThat(JsonComparison.errorMaps(older.frame(), good))
        .extracting(JsonComparison.Disagreement::path)
        .contains("/errors/4/name", "/errors/5/name")
        .doesNotContain("/errors/0/name", "/errors/1/attrs");
  }

  @Test
  void shiftedSeqnosKeepTheirDistance() {
    Correspondence shifted = new Correspondence(Seqnos.SHIFTED);

    assertThat(shifted.expectedSeqno(3, 100, 7)).isEqualTo(7);
    assertThat(shifted.expectedSeqno(3, 101, 9)).isEqualTo(8);
    assertThat(shifted.expectedSeqno(4, 101, 9)).isEqualTo(9);
    assertThat(shifted.expectedSeqno(3, 0, 5)).isZero();
    assertThat(shifted.seqnoToSend(3, 110)).isEqualTo(17);
    assertThat(shifted.seqnoToSend(3, -1)).isEqualTo(-1);
  }

  private List<String> fieldsOf(CapturedFrame captured, Frame actual) {
    comparison.differences().clear();
    comparison.compare(captured, actual, 14);
    return comparison.differences().stream().map(Difference::field).toList();
  }

  private Comparison comparison(String name) {
    return new Comparison(name, numbers, UIDS, node(name));
  }

  /** The captured server listened on the port that its own cluster map names. */
  private static NodeAddress node(String name) {
    int port =
        CaptureLog.read(name).frames().stream()
            .filter(f -> !f.isRequest() && f.frame().opcode() == 0xb5)
            .map(f -> JsonComparison.parse(JsonComparison.text(f.frame())))
            .mapToInt(c -> c.path("nodesExt").path(0).path("services").path("kv").asInt())
            .findFirst()
            .orElseThrow();
    return new NodeAddress(port, 8091);
  }
}
