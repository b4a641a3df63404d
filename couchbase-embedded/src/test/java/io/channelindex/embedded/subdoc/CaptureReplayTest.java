package io.channelindex.embedded.subdoc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.json.JsonValidator;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What a real client asked and a real server answered, byte for byte. The test is the smallest
 * possible engine around the executor: one map, and the CAS and seqno that the capture has.
 */
class CaptureReplayTest {
  private final Map<String, SubdocSource> documents = new HashMap<>();

  // Bytes of the capture, which nothing compares as a record.
  @SuppressWarnings("ArrayRecordComponent")
  private record Exchange(
      String key, int opcode, long cas, byte[] extras, byte[] value, Answer answer) {}

  // Bytes of the capture, which nothing compares as a record.
  @SuppressWarnings("ArrayRecordComponent")
  private record Answer(int status, long cas, byte[] extras, byte[] value) {
    long vbucketUuid() {
      return ByteBuffer.wrap(extras).getLong(0);
    }

    long seqno() {
      return ByteBuffer.wrap(extras).getLong(8);
    }
  }

  @Test
  void replaysDocumentsWithAttributes() throws IOException {
    assertThat(replay("xattr-documents-7.6.12.txt")).isEqualTo(23);

    SubdocSource docA = documents.get("docA");
    assertThat(new String(XattrSection.toObject(docA.value()), UTF_8))
        .isEqualTo(
            "{\"_sync\":{\"cas\":\"0x0000087edc2aea18\",\"channels\":[\"A\",\"B\"],"
                + "\"deleted\":true,\"prev\":7,\"rev\":\"4-back\"}}");
    assertThat(XattrSection.body(docA.value())).asString(UTF_8).isEqualTo("{\"sdk\":true}");
    SubdocSource docB = documents.get("docB");
    assertThat(docB.datatype()).isEqualTo(Datatype.XATTR);
    assertThat(XattrSection.names(docB.value())).containsExactly("_sync");
    assertThat(documents.get("clk").value())
        .asString(UTF_8)
        .isEqualTo("{\"p\":{\"12\":34567,\"13\":99}}");
  }

  @Test
  void replaysOperationsOnTheBody() throws IOException {
    byte[] body = "{\"arr\":[1,2],\"a\":2}".getBytes(UTF_8);
    documents.put(
        "k1",
        new SubdocSource(
            body,
            Datatype.JSON,
            0x02000000,
            1795294474,
            0x18ea29fe8d240000L,
            7,
            4,
            DocumentState.ALIVE,
            0x9f3c1bf1f19aL));

    assertThat(replay("java-client-7.6.12.txt")).isEqualTo(5);

    byte[] stored = documents.get("k1").value();
    assertThat(new String(XattrSection.toObject(stored), UTF_8))
        .isEqualTo("{\"meta\":{\"cas\":\"0x00008090fe29ea18\",\"x\":\"hello\"}}");
    assertThat(XattrSection.body(stored))
        .asString(UTF_8)
        .isEqualTo("{\"arr\":[1,2,3],\"a\":2,\"b\":7,\"n\":4}");
  }

  private int replay(String capture) throws IOException {
    List<String> lines = lines(capture);
    for (String line : lines) {
      execute(parse(line), line);
    }
    return lines.size();
  }

  private void execute(Exchange exchange, String line) {
    switch (exchange.opcode()) {
      case 0x01 -> store(exchange, plainUpsert(exchange));
      case 0x04 -> store(exchange, plainDelete(exchange));
      case 0xd0 -> {
        LookupResult result =
            SubdocExecutor.lookup(
                request(exchange), documents.get(exchange.key()), VbucketClock.of(0, 0));
        assertAnswer(exchange.answer(), result.status(), result.value(), line);
      }
      default -> mutate(exchange, line);
    }
  }

  private void mutate(Exchange exchange, String line) {
    SubdocSource source = documents.get(exchange.key());
    if (exchange.cas() != 0 && source != null && exchange.cas() != source.cas()) {
      assertThat(exchange.answer().status()).as(line).isEqualTo(Status.KEY_EEXISTS.code());
      return;
    }
    boolean stored = exchange.answer().extras().length > 0;
    MutationStamp stamp =
        stored
            ? new MutationStamp(exchange.answer().cas(), exchange.answer().seqno())
            : new MutationStamp(1, 1);
    MutationResult result = SubdocExecutor.mutate(request(exchange), source, stamp);
    assertAnswer(exchange.answer(), result.status(), result.value(), line);
    assertThat(result.effect() != null).as(line).isEqualTo(stored);
    if (stored) {
      store(exchange, result.effect());
    }
  }

  private static void assertAnswer(Answer expected, Status status, byte[] value, String line) {
    assertThat(status.code()).as(line).isEqualTo(expected.status());
    assertThat(new String(value, UTF_8)).as(line).isEqualTo(new String(expected.value(), UTF_8));
    assertThat(value).as(line).isEqualTo(expected.value());
  }

  private static SubdocRequest request(Exchange exchange) {
    return SubdocRequest.decode(
        Opcode.of(exchange.opcode()),
        exchange.cas(),
        exchange.extras(),
        exchange.value(),
        XattrSupport.ENABLED);
  }

  private MutationEffect plainUpsert(Exchange exchange) {
    SubdocSource old = documents.get(exchange.key());
    boolean xattrs = old != null && Datatype.isXattr(old.datatype());
    byte[] value = xattrs ? XattrSection.withBody(old.value(), exchange.value()) : exchange.value();
    int datatype =
        (JsonValidator.isJson(exchange.value()) ? Datatype.JSON : 0)
            | (xattrs ? Datatype.XATTR : 0);
    return new MutationEffect(
        DocumentState.ALIVE, value, datatype, ByteBuffer.wrap(exchange.extras()).getInt());
  }

  private MutationEffect plainDelete(Exchange exchange) {
    byte[] kept = XattrSection.systemAttributes(documents.get(exchange.key()).value());
    return new MutationEffect(
        DocumentState.DELETED, kept, kept.length == 0 ? Datatype.RAW : Datatype.XATTR, 0);
  }

  private void store(Exchange exchange, MutationEffect effect) {
    SubdocSource old = documents.get(exchange.key());
    Answer answer = exchange.answer();
    documents.put(
        exchange.key(),
        new SubdocSource(
            effect.value(),
            effect.datatype(),
            effect.flags(),
            0,
            answer.cas(),
            answer.seqno(),
            old == null ? 1 : old.revision() + 1,
            effect.state(),
            answer.vbucketUuid()));
  }

  private static List<String> lines(String capture) throws IOException {
    try (InputStream in = CaptureReplayTest.class.getResourceAsStream(capture)) {
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  private static Exchange parse(String line) {
    String[] f = line.split(" ", -1);
    Answer answer =
        new Answer(
            Integer.parseInt(f[6]), Long.parseUnsignedLong(f[7], 16), bytes(f[8]), bytes(f[9]));
    return new Exchange(
        f[0],
        Integer.parseInt(f[1], 16),
        Long.parseUnsignedLong(f[2], 16),
        bytes(f[3]),
        bytes(f[4]),
        answer);
  }

  private static byte[] bytes(String hex) {
    return hex.equals("-") ? new byte[0] : HexFormat.of().parseHex(hex);
  }
}
