package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sub-document requests at the edge of what is allowed.
 *
 * <p>Documented: {@code docs/SubDocument.md} and {@code docs/ExtendedAttributes.md} of
 * couchbase/kv_engine 7.6.
 */
@Authority(
    value = Authority.Kind.DOCUMENTED,
    where = "docs/SubDocument.md, docs/ExtendedAttributes.md")
class SubdocLimitsIT {
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");

  private TestNode node;
  private WireClient client;

  @BeforeEach
  void start() {
    node = TestNode.start();
    client = node.open();
    assertStatus(client.call(Captures.set(DOCUMENT, "{\"a\":1}")), Status.SUCCESS);
  }

  @AfterEach
  void stop() {
    client.close();
    node.close();
  }

  @ParameterizedTest
  @CsvSource({"16, SUCCESS", "17, SUBDOC_INVALID_COMBO"})
  void aRequestHasSixteenPaths(int paths, Status expected) {
    Subdoc lookup = Subdoc.lookup(DOCUMENT);
    Subdoc mutation = Subdoc.mutate(DOCUMENT);
    for (int i = 0; i < paths; i++) {
      lookup.get("a");
      // Each in an attribute of its own.
      mutation.setAttribute("attribute" + i, "1");
    }

    assertStatus(client.call(lookup.frame()), expected);
    assertStatus(client.call(mutation.frame()), expected);
  }

  @Test
  void everyPathHasItsOwnStatus() {
    Frame answer =
        client.call(
            Subdoc.lookup(DOCUMENT)
                .getAttribute("$document.revid")
                .getAttribute("$document.nothing")
                .getAttribute("missing")
                .get("a")
                .get("b")
                .get("a.b")
                .get("[")
                .frame());

    assertStatus(answer, Status.SUBDOC_MULTI_PATH_FAILURE);
    assertThat(Subdoc.results(answer))
        .isEqualTo(
            List.of(
                new Subdoc.Result(0, "\"1\""),
                failure(Status.SUBDOC_PATH_ENOENT),
                failure(Status.SUBDOC_PATH_ENOENT),
                new Subdoc.Result(0, "1"),
                failure(Status.SUBDOC_PATH_ENOENT),
                failure(Status.SUBDOC_PATH_MISMATCH),
                failure(Status.SUBDOC_PATH_EINVAL)));
  }

  private static Subdoc.Result failure(Status status) {
    return new Subdoc.Result(status.code(), "");
  }

  private Frame single(Opcode opcode, String path, String value) {
    byte[] name = path.getBytes(UTF_8);
    byte[] extras = {(byte) (name.length >> 8), (byte) name.length, 1};
    return client.call(
        Frame.request(opcode).withDocument(DOCUMENT).withExtras(extras).withValue(path + value));
  }

  @ParameterizedTest
  @CsvSource({"1024, SUCCESS", "1025, EINVAL"})
  void aPathHasALimitInBytes(int length, Status expected) {
    assertStatus(single(Opcode.SUBDOC_DICT_UPSERT, "p".repeat(length), "1"), expected);
  }

  @ParameterizedTest
  @CsvSource({"31, SUCCESS", "32, SUBDOC_PATH_E2BIG"})
  void aPathHasALimitInLevels(int levels, Status expected) {
    String path = "p.".repeat(levels - 1) + "p";

    assertStatus(single(Opcode.SUBDOC_DICT_UPSERT, path, "1"), expected);
  }

  @Test
  void aValueMayNotMakeTheDocumentTooDeep() {
    String deep = "[".repeat(32) + "]".repeat(32);

    assertStatus(single(Opcode.SUBDOC_DICT_UPSERT, "deep", deep), Status.SUBDOC_VALUE_ETOODEEP);
  }

  @Test
  void aDocumentThatIsTooDeepCannotBeSearched() {
    String deep = "{\"a\":" + "[".repeat(40) + "]".repeat(40) + ",\"z\":1}";
    assertStatus(client.call(Captures.set(DOCUMENT, deep)), Status.SUCCESS);

    Frame answer = client.call(Subdoc.lookup(DOCUMENT).get("z").frame());

    assertThat(Subdoc.results(answer)).containsExactly(failure(Status.SUBDOC_DOC_E2DEEP));
  }

  @ParameterizedTest
  @CsvSource({"15, SUCCESS", "16, XATTR_EINVAL"})
  void anAttributesNameHasALimit(int length, Status expected) {
    assertStatus(
        client.call(Subdoc.mutate(DOCUMENT).setAttribute("n".repeat(length), "1").frame()),
        expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775807", "-9223372036854775808"})
  void aCounterMayNotOverflow(String start) {
    assertStatus(single(Opcode.SUBDOC_DICT_UPSERT, "n", start), Status.SUCCESS);
    String delta = start.startsWith("-") ? "-1" : "1";

    assertStatus(single(Opcode.SUBDOC_COUNTER, "n", delta), Status.SUBDOC_VALUE_CANTINSERT);
    assertStatus(single(Opcode.SUBDOC_COUNTER, "n", "0"), Status.SUBDOC_DELTA_EINVAL);
  }
}
