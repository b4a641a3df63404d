package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static io.channelindex.embedded.wire.Subdoc.ACCESS_DELETED;
import static io.channelindex.embedded.wire.Subdoc.ADD_DOCUMENT;
import static io.channelindex.embedded.wire.Subdoc.MAKE_DOCUMENT;
import static io.channelindex.embedded.wire.Subdoc.results;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.channelindex.embedded.wire.Subdoc.Result;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the notes beside the captures say about documents, as observed on 7.6.12, point by point.
 */
@Authority(value = Authority.Kind.CAPTURED, where = "notes beside the captures, 7.6.12")
class ObservedSemanticsIT {
  private static final DocumentKey DOCUMENT = DocumentKey.of("document");
  private static final String SYNC = "{\"rev\":\"1-a\"}";

  private TestNode node;
  private WireClient client;

  @BeforeEach
  void start() {
    node = TestNode.start();
    client = node.open();
  }

  @AfterEach
  void stop() {
    client.close();
    node.close();
  }

  @Test
  void insertOfAnExistingDocumentIsRefused() {
    set("{}");

    Frame insert = Subdoc.mutate(DOCUMENT).setBody("{\"a\":1}").frame(ADD_DOCUMENT);

    assertStatus(client.call(insert), Status.KEY_EEXISTS);
    assertThat(body()).isEqualTo("{}");
  }

  @Test
  void mutationWithAStaleCasIsRefused() {
    Frame stored = set("{}");
    set("{\"newer\":1}");

    Frame stale = Subdoc.mutate(DOCUMENT).setBody("{\"a\":1}").frame().withCas(stored.cas());

    assertStatus(client.call(stale), Status.KEY_EEXISTS);
    assertThat(body()).isEqualTo("{\"newer\":1}");
  }

  @Test
  void mutationOfAMissingDocumentWithoutStoreSemanticsIsRefused() {
    Frame mutation = Subdoc.mutate(DOCUMENT).setAttribute("_sync.x", "1").frame();

    assertStatus(client.call(mutation), Status.KEY_ENOENT);
    assertStatus(client.call(Captures.get(DOCUMENT)), Status.KEY_ENOENT);
  }

  @Test
  void macrosAreExpandedAsTheRealOneDoes() {
    Frame mutated =
        client.call(
            Subdoc.mutate(DOCUMENT)
                .setMacro("_sync.cas", "${Mutation.CAS}")
                .setMacro("_sync.seqno", "${Mutation.seqno}")
                .setMacro("_sync.crc", "${Mutation.value_crc32c}")
                .setBody("{\"hello\":1}")
                .frame(ADD_DOCUMENT));

    assertStatus(mutated, Status.SUCCESS);
    long seqno = mutated.extrasBuffer().getLong(8);
    assertThat(attribute("_sync"))
        .isEqualTo(
            String.format(
                "{\"cas\":\"0x%016x\",\"crc\":\"0xf9c2544e\",\"seqno\":\"0x%016x\"}",
                Long.reverseBytes(mutated.cas()), seqno));
  }

  @Test
  void macrosThatAreNotToBeExpandedStayText() {
    client.call(
        Subdoc.mutate(DOCUMENT)
            .setAttribute("_sync.cas", "\"${Mutation.CAS}\"")
            .setBody("{}")
            .frame(MAKE_DOCUMENT));

    assertThat(attribute("_sync")).isEqualTo("{\"cas\":\"${Mutation.CAS}\"}");
  }

  @Test
  void theDocumentAttributeTellsEverything() {
    Frame created =
        client.call(
            Subdoc.mutate(DOCUMENT)
                .setAttribute("_sync", SYNC)
                .setBody("{\"hello\":1}")
                .frame(ADD_DOCUMENT));

    JsonNode document = JsonComparison.parse(attribute("$document"));

    assertThat(document.fieldNames())
        .toIterable()
        .containsExactly(
            "CAS",
            "datatype",
            "deleted",
            "exptime",
            "flags",
            "last_modified",
            "revid",
            "seqno",
            "value_bytes",
            "value_crc32c",
            "vbucket_uuid");
    ByteBuffer token = created.extrasBuffer();
    assertThat(document.path("CAS").asText()).isEqualTo(hex(created.cas()));
    assertThat(document.path("datatype").toString()).isEqualTo("[\"json\",\"xattr\"]");
    assertThat(document.path("deleted").toString()).isEqualTo("false");
    assertThat(document.path("exptime").toString()).isEqualTo("0");
    assertThat(document.path("flags").toString()).isEqualTo("0");
    assertThat(document.path("last_modified").toString())
        .isEqualTo("\"" + created.cas() / 1_000_000_000L + "\"");
    assertThat(document.path("revid").toString()).isEqualTo("\"1\"");
    assertThat(document.path("seqno").asText()).isEqualTo(hex(token.getLong(8)));
    assertThat(document.path("value_bytes").toString()).isEqualTo("11");
    assertThat(document.path("value_crc32c").asText()).isEqualTo("0xf9c2544e");
    assertThat(document.path("vbucket_uuid").asText()).isEqualTo(hex(token.getLong(0)));
  }

  @Test
  void removingTheBodyKeepsTheAttributes() {
    create("_sync", SYNC);

    assertStatus(client.call(Subdoc.mutate(DOCUMENT).removeBody().frame()), Status.SUCCESS);

    Subdoc lookup = Subdoc.lookup(DOCUMENT).getAttribute("_sync");
    assertStatus(client.call(lookup.frame()), Status.KEY_ENOENT);
    assertStatus(client.call(Captures.get(DOCUMENT)), Status.KEY_ENOENT);
    Frame deleted = client.call(lookup.getAttribute("$document.deleted").frame(ACCESS_DELETED));
    assertStatus(deleted, Status.SUBDOC_SUCCESS_DELETED);
    assertThat(results(deleted)).containsExactly(new Result(0, SYNC), new Result(0, "true"));
  }

  /**
   * The capture's insert writes the whole attribute anew, so it does not tell whether one that is
   * not written would have come back.
   */
  @Test
  void insertOnARemovedBodySucceedsAndTheRevisionGoesOnCounting() {
    create("_sync", SYNC);
    client.call(Subdoc.mutate(DOCUMENT).removeBody().frame());

    Frame insert =
        client.call(
            Subdoc.mutate(DOCUMENT)
                .setAttribute("_sync", "{\"rev\":\"2-b\"}")
                .setBody("{\"back\":1}")
                .frame(ADD_DOCUMENT));

    assertStatus(insert, Status.SUCCESS);
    assertThat(body()).isEqualTo("{\"back\":1}");
    assertThat(attribute("_sync")).isEqualTo("{\"rev\":\"2-b\"}");
    assertThat(attribute("$document.revid")).isEqualTo("\"3\"");
  }

  @Test
  void aPlainRemoveKeepsSystemAttributesAndDropsUserAttributes() {
    create("_sync", SYNC);
    client.call(Subdoc.mutate(DOCUMENT).setAttribute("user.x", "1").frame());

    assertStatus(client.call(Frame.request(Opcode.DELETE).withDocument(DOCUMENT)), Status.SUCCESS);

    Frame deleted =
        client.call(
            Subdoc.lookup(DOCUMENT)
                .getAttribute("_sync")
                .getAttribute("user")
                .frame(ACCESS_DELETED));
    assertStatus(deleted, Status.SUBDOC_MULTI_PATH_FAILURE_DELETED);
    assertThat(results(deleted))
        .containsExactly(new Result(0, SYNC), new Result(Status.SUBDOC_PATH_ENOENT.code(), ""));
  }

  @Test
  void aPlainUpsertKeepsAllAttributes() {
    create("_sync", SYNC);
    client.call(Subdoc.mutate(DOCUMENT).setAttribute("user.x", "1").frame());

    set("{\"sdk\":true}");

    assertThat(body()).isEqualTo("{\"sdk\":true}");
    assertThat(attribute("_sync")).isEqualTo(SYNC);
    assertThat(attribute("user")).isEqualTo("{\"x\":1}");
  }

  @Test
  void aWriteThatDidNotGoThroughTheMacroShowsInTheCas() {
    client.call(
        Subdoc.mutate(DOCUMENT)
            .setMacro("_sync.cas", "${Mutation.CAS}")
            .setBody("{}")
            .frame(ADD_DOCUMENT));
    Frame foreign = set("{\"sdk\":true}");

    assertThat(attribute("_sync"))
        .isNotEqualTo(String.format("{\"cas\":\"0x%016x\"}", Long.reverseBytes(foreign.cas())));
  }

  private void create(String attribute, String json) {
    Frame created =
        client.call(
            Subdoc.mutate(DOCUMENT)
                .setAttribute(attribute, json)
                .setBody("{}")
                .frame(ADD_DOCUMENT));
    assertStatus(created, Status.SUCCESS);
  }

  private Frame set(String json) {
    Frame stored = client.call(Captures.set(DOCUMENT, json));
    assertStatus(stored, Status.SUCCESS);
    return stored;
  }

  private String body() {
    Frame got = client.call(Captures.get(DOCUMENT));
    assertStatus(got, Status.SUCCESS);
    return got.text();
  }

  private String attribute(String path) {
    Frame found = client.call(Subdoc.lookup(DOCUMENT).getAttribute(path).frame());
    assertStatus(found, Status.SUCCESS);
    return results(found).get(0).value();
  }

  private static String hex(long value) {
    return String.format("0x%016x", value);
  }
}
