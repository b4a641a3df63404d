package io.channelindex.embedded.subdoc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is decided about documents, attributes and macros; the text edits have tests of theirs. */
class SubdocExecutorTest {
  private static final int XATTR = PathFlag.XATTR;
  private static final int MACRO = PathFlag.XATTR | PathFlag.EXPAND_MACROS;
  private static final int BINARY = PathFlag.XATTR | PathFlag.BINARY;
  private static final VbucketClock CLOCK = new VbucketClock(1795294527, VbucketClock.Mode.REAL);

  @ParameterizedTest
  @CsvSource({
    // document flags, source -> status
    "0x00, none, KEY_ENOENT",
    "0x01, none, SUCCESS",
    "0x02, none, SUCCESS",
    "0x04, none, KEY_ENOENT",
    "0x00, alive, SUCCESS",
    "0x01, alive, SUCCESS",
    "0x02, alive, KEY_EEXISTS",
    "0x00, tombstone, KEY_ENOENT",
    "0x01, tombstone, SUCCESS",
    "0x02, tombstone, SUCCESS",
    "0x04, tombstone, SUBDOC_SUCCESS_DELETED",
    "0x06, tombstone, KEY_EEXISTS",
    "0x14, alive, SUBDOC_CAN_ONLY_REVIVE_DELETED_DOCUMENTS",
    "0x15, none, SUBDOC_CAN_ONLY_REVIVE_DELETED_DOCUMENTS",
    "0x14, tombstone, SUCCESS",
    "0x09, none, SUBDOC_SUCCESS_DELETED",
    "0x0a, none, SUBDOC_SUCCESS_DELETED",
    "0x09, alive, SUCCESS",
  })
  void decidesAboutTheDocument(String docFlags, String source, Status status) {
    SubdocRequest request =
        Requests.mutation()
            .docFlags(Integer.decode(docFlags))
            .path(0xc8, XATTR, "_new", "1")
            .decode();

    MutationResult result = SubdocExecutor.mutate(request, source(source), Documents.STAMP);

    assertThat(result.status()).isEqualTo(status);
    assertThat(result.value()).isEmpty();
    boolean stored = status == Status.SUCCESS || status == Status.SUBDOC_SUCCESS_DELETED;
    assertThat(result.effect() != null).isEqualTo(stored);
    if (stored) {
      boolean deleted = status == Status.SUBDOC_SUCCESS_DELETED;
      assertThat(result.effect().state())
          .isEqualTo(deleted ? DocumentState.DELETED : DocumentState.ALIVE);
    }
  }

  private static SubdocSource source(String kind) {
    return switch (kind) {
      case "alive" -> Documents.alive("{\"_old\":1}", "{}");
      case "tombstone" -> Documents.tombstone("{\"_old\":1}");
      default -> null;
    };
  }

  @Test
  void startsANewDocumentWithTheRootThatItsFirstPathNeeds() {
    assertThat(created(Requests.mutation().path(0xc8, 0, "a.b", "1")))
        .isEqualTo("{\"a\":{\"b\":1}}");
    assertThat(created(Requests.mutation().path(0xcb, 0, "", "1,2"))).isEqualTo("[1,2]");
    assertThat(created(Requests.mutation().path(0xc8, XATTR, "_a", "1"))).isEqualTo("{\"_a\":1}{}");
    assertThat(created(Requests.mutation().path(0x01, 0, "", "text"))).isEqualTo("text");
    assertThat(created(Requests.mutation().path(0xcf, 0, "n", "3"))).isEqualTo("{\"n\":3}");
  }

  private static String created(Requests request) {
    return Documents.describe(stored(request.docFlags(DocFlag.MKDOC), null));
  }

  @Test
  void forgetsATombstoneThatItDoesNotSee() {
    Requests add = Requests.mutation().docFlags(DocFlag.ADD).path(0xc8, XATTR, "_new", "1");

    assertThat(Documents.describe(stored(add, Documents.tombstone("{\"_old\":1}"))))
        .isEqualTo("{\"_new\":1}{}");
  }

  @Test
  void keepsOrChangesTheFlags() {
    Requests request = Requests.mutation().path(0xc8, 0, "a", "1");
    SubdocSource source = Documents.alive("{}", "{}");

    assertThat(stored(request, source).flags()).isEqualTo(7);
    assertThat(stored(request.extras(0, 0, 0, 0, 0, 0, 1, 2), source).flags()).isEqualTo(0x102);
  }

  @Test
  void deletesTheBodyAndUserAttributes() {
    Requests delete = Requests.mutation().path(0xc8, XATTR, "_sys.x", "1").path(0x04, 0, "");

    MutationEffect effect =
        stored(delete, Documents.alive("{\"_sys\":{},\"user\":1}", "{\"a\":1}"));

    assertThat(effect.state()).isEqualTo(DocumentState.DELETED);
    assertThat(effect.datatype()).isEqualTo(Datatype.XATTR);
    assertThat(Documents.describe(effect)).isEqualTo("{\"_sys\":{\"x\":1}}");
  }

  @Test
  void deletesEverythingWithoutSystemAttributes() {
    Requests delete = Requests.mutation().path(0x04, 0, "");

    for (SubdocSource source :
        new SubdocSource[] {Documents.alive("{\"user\":1}", "{}"), Documents.raw("x")}) {
      MutationEffect effect = stored(delete, source);
      assertThat(effect.state()).isEqualTo(DocumentState.DELETED);
      assertThat(effect.datatype()).isEqualTo(Datatype.RAW);
      assertThat(effect.value()).isEmpty();
    }
  }

  @Test
  void givesATombstoneNoBody() {
    Requests body = Requests.mutation().path(0xd3, XATTR, "_staged", "");
    SubdocSource tombstone = Documents.tombstone("{\"_staged\":{\"b\":1, \"a\":2}}");

    MutationResult refused = mutate(body.docFlags(DocFlag.ACCESS_DELETED), tombstone);
    assertThat(refused.status()).isEqualTo(Status.SUBDOC_DELETED_DOCUMENT_CANT_HAVE_VALUE);
    assertThat(refused.value()).isEmpty();
    assertThat(refused.effect()).isNull();

    MutationEffect revived =
        stored(body.docFlags(DocFlag.ACCESS_DELETED | DocFlag.REVIVE_DOCUMENT), tombstone);
    assertThat(revived.state()).isEqualTo(DocumentState.ALIVE);
    assertThat(revived.datatype()).isEqualTo(Datatype.JSON | Datatype.XATTR);
    assertThat(Documents.describe(revived))
        .isEqualTo("{\"_staged\":{\"a\":2,\"b\":1}}{\"a\":2,\"b\":1}");
  }

  @Test
  void tellsTheFirstPathThatFailsAndStoresNothing() {
    Requests request =
        Requests.mutation()
            .path(0xc8, XATTR, "_a", "1")
            .path(0xc8, 0, "x", "1")
            .path(0xc8, 0, "x.y", "1")
            .path(0xc8, 0, "[", "1");

    MutationResult result = mutate(request, Documents.alive("{}", "{}"));

    assertThat(result.status()).isEqualTo(Status.SUBDOC_MULTI_PATH_FAILURE);
    assertThat(result.value()).isEqualTo(new byte[] {2, 0, (byte) 0xc1});
    assertThat(result.effect()).isNull();
  }

  @Test
  void returnsTheValuesOfMutationsThatHaveOne() {
    Requests request =
        Requests.mutation()
            .path(0xcf, XATTR, "_n", "5")
            .path(0xc8, 0, "x", "1")
            .path(0xcf, 0, "x", "41");

    MutationResult result = mutate(request, Documents.alive("{}", "{}"));

    assertThat(result.status()).isEqualTo(Status.SUCCESS);
    assertThat(result.value())
        .asString(UTF_8)
        .isEqualTo("\0\0\0\0\0\0\0015" + "\2\0\0\0\0\0\00242");
  }

  @Test
  void answersOnePathWithoutAnEnvelope() {
    SubdocSource source = Documents.alive("{}", "{\"n\":5,\"a\":[1]}");

    LookupResult get = lookup(Requests.single(Opcode.SUBDOC_GET, 0, "a", ""), source);
    assertThat(get.value()).asString(UTF_8).isEqualTo("[1]");
    assertThat(get.datatype()).isEqualTo(Datatype.JSON);
    LookupResult exists = lookup(Requests.single(Opcode.SUBDOC_EXISTS, 0, "a", ""), source);
    assertThat(exists.status()).isEqualTo(Status.SUCCESS);
    assertThat(exists.value()).isEmpty();
    assertThat(exists.datatype()).isEqualTo(Datatype.RAW);
    LookupResult missing = lookup(Requests.single(Opcode.SUBDOC_EXISTS, 0, "b", ""), source);
    assertThat(missing.status()).isEqualTo(Status.SUBDOC_PATH_ENOENT);
    LookupResult count = lookup(Requests.single(Opcode.SUBDOC_GET_COUNT, 0, "", ""), source);
    assertThat(count.value()).asString(UTF_8).isEqualTo("2");

    MutationResult counter =
        SubdocExecutor.mutate(
            Requests.single(Opcode.SUBDOC_COUNTER, 0, "n", "-7"), source, Documents.STAMP);
    assertThat(counter.value()).asString(UTF_8).isEqualTo("-2");
    assertThat(counter.datatype()).isEqualTo(Datatype.JSON);
    assertThat(Documents.describe(counter.effect())).isEqualTo("{\"n\":-2,\"a\":[1]}");
    MutationResult failed =
        SubdocExecutor.mutate(
            Requests.single(Opcode.SUBDOC_COUNTER, 0, "a", "1"), source, Documents.STAMP);
    assertThat(failed.status()).isEqualTo(Status.SUBDOC_PATH_MISMATCH);
    assertThat(failed.value()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'n':9223372036854775808} | counter n 1 | SUBDOC_NUM_ERANGE",
        "{'n':1} | counter n 0 | SUBDOC_DELTA_EINVAL",
        "{'n':1} | counter n 9223372036854775807 | SUBDOC_VALUE_CANTINSERT",
        "{'a':1} | add a 1 | SUBDOC_PATH_EEXISTS",
        "{'a':1} | add a[0] 1 | SUBDOC_PATH_MISMATCH",
        "{'a':1} | add a[ 1 | SUBDOC_PATH_EINVAL",
        "{'a':1} | add b x | SUBDOC_VALUE_CANTINSERT",
        "{'a':1} | add b.c 1 | SUBDOC_PATH_ENOENT"
      })
  void mapsProblemsToStatuses(String body, String operation, Status status) {
    String[] words = operation.split(" ", -1);
    Opcode opcode = words[0].equals("counter") ? Opcode.SUBDOC_COUNTER : Opcode.SUBDOC_DICT_ADD;
    SubdocSource source = Documents.alive("{}", body.replace('\'', '"'));

    MutationResult result =
        SubdocExecutor.mutate(
            Requests.single(opcode, 0, words[1], words[2]), source, Documents.STAMP);

    assertThat(result.status()).isEqualTo(status);
  }

  @Test
  void mapsDepths() {
    String deep = "[".repeat(33) + "]".repeat(33);

    assertThat(add("a.".repeat(31) + "a", "1")).isEqualTo(Status.SUBDOC_PATH_E2BIG);
    assertThat(add("a", deep)).isEqualTo(Status.SUBDOC_VALUE_ETOODEEP);
    LookupResult lookup =
        lookup(Requests.single(Opcode.SUBDOC_GET, 0, "[0]", ""), Documents.alive("{}", deep));
    assertThat(lookup.status()).isEqualTo(Status.SUBDOC_DOC_E2DEEP);
  }

  private static Status add(String path, String value) {
    return SubdocExecutor.mutate(
            Requests.single(Opcode.SUBDOC_DICT_ADD, 1, path, value),
            Documents.alive("{}", "{}"),
            Documents.STAMP)
        .status();
  }

  @Test
  void expandsMacros() {
    Requests request =
        Requests.mutation()
            .path(0xc8, MACRO, "_m.crc", "\"${Mutation.value_crc32c}\"")
            .path(0xc8, MACRO, "_m.cas", "\"${Mutation.CAS}\"")
            .path(0xc8, MACRO, "_m.seqno", "\"${Mutation.seqno}\"")
            .path(0xc8, MACRO, "_m.oldCas", "\"${$document.CAS}\"")
            .path(0xc8, MACRO, "_m.time", "\"${$document.last_modified}\"")
            .path(0xc8, MACRO, "_m.bytes", "\"${$document.value_bytes}\"")
            .path(0xc8, XATTR, "_m.text", "\"${Mutation.CAS}\"")
            .path(0x01, 0, "", "{\"hello\":1}");

    assertThat(Documents.describe(stored(request, Documents.alive("{\"_m\":{}}", "{}"))))
        .isEqualTo(
            "{\"_m\":{\"bytes\":2,\"cas\":\"0x00002b5fd82aea18\",\"crc\":\"0xf9c2544e\","
                + "\"oldCas\":\"0x18ea2adc78dd0000\",\"seqno\":\"0x0000000000000009\","
                + "\"text\":\"${Mutation.CAS}\",\"time\":1795294527}}{\"hello\":1}");
  }

  @Test
  void expandsTheWholeDocumentAttribute() {
    Requests request =
        Requests.mutation().docFlags(DocFlag.MKDOC).path(0xc8, MACRO, "_d", "\"${$document}\"");

    assertThat(Documents.describe(stored(request, null)))
        .isEqualTo(
            "{\"_d\":{\"CAS\":\"0x0000000000000000\",\"datatype\":[\"raw\"],\"deleted\":true,"
                + "\"exptime\":0,\"flags\":0,\"revid\":\"0\",\"seqno\":\"0x0000000000000000\","
                + "\"value_bytes\":2,\"value_crc32c\":\"0x297bd0aa\","
                + "\"vbucket_uuid\":\"0x0000000000000000\"}}{}");
  }

  @Test
  void refusesUnknownMembersInMacros() {
    for (String macro : new String[] {"\"${$document.x}\"", "\"${$documents}\""}) {
      MutationResult result =
          mutate(Requests.mutation().path(0xc8, MACRO, "_m", macro), Documents.alive("{}", "{}"));
      assertThat(result.value()).as(macro).isEqualTo(new byte[] {0, 0, (byte) 0xd5});
    }
  }

  @Test
  void neverTakesTheClientsTextForItsMark() {
    String mark = String.format("\"#%016x#\"", Documents.STAMP.cas());
    Requests request =
        Requests.mutation()
            .path(0xc8, XATTR, "_m.mine", mark)
            .path(0xc8, MACRO, "_m.crc", "\"${Mutation.value_crc32c}\"");

    assertThat(Documents.describe(stored(request, Documents.alive("{\"_m\":{}}", "{}"))))
        .isEqualTo("{\"_m\":{\"crc\":\"0x297bd0aa\",\"mine\":" + mark + "}}{}");
  }

  @Test
  void keepsBinaryAttributes() {
    Requests write = Requests.mutation().path(0xc8, BINARY, "bin", "base64_encode_value");
    MutationEffect effect = stored(write, Documents.alive("{}", "{}"));
    assertThat(Documents.describe(effect))
        .isEqualTo("{\"bin\":\"cb-content-base64-encoded:YmFzZTY0X2VuY29kZV92YWx1ZQ==\"}{}");

    SubdocSource source =
        Documents.alive(Documents.describe(effect).replace("}{}", ",\"n\":1}"), "{}");
    LookupResult read = lookup(Requests.single(Opcode.SUBDOC_GET, BINARY, "bin", ""), source);
    assertThat(read.value()).asString(UTF_8).isEqualTo("base64_encode_value");
    assertThat(read.datatype()).isEqualTo(Datatype.RAW);
    assertThat(lookup(Requests.single(Opcode.SUBDOC_GET, BINARY, "n", ""), source).status())
        .isEqualTo(Status.SUBDOC_FIELD_NOT_BINARY_VALUE);

    MutationEffect body = stored(Requests.mutation().path(0xd3, BINARY, "bin", ""), source);
    assertThat(Documents.describe(body)).endsWith("}base64_encode_value");
    assertThat(body.datatype()).isEqualTo(Datatype.XATTR);
  }

  @Test
  void limitsTheSystemAttributes() {
    String big = '"' + "x".repeat(XattrSection.MAX_SYSTEM_SIZE) + '"';

    MutationResult system =
        mutate(Requests.mutation().path(0xc8, XATTR, "_a", big), Documents.alive("{}", "{}"));
    MutationResult user =
        mutate(Requests.mutation().path(0xc8, XATTR, "a", big), Documents.alive("{}", "{}"));

    assertThat(system.status()).isEqualTo(Status.E2BIG);
    assertThat(system.effect()).isNull();
    assertThat(user.status()).isEqualTo(Status.SUCCESS);
  }

  @Test
  void rewritesTheDeepestAttributeThatASectionCanHave() {
    String deep = "[".repeat(1024) + "]".repeat(1024);
    SubdocSource source = Documents.alive("{\"a\":1,\"b\":" + deep + "}", "{}");
    assertThat(XattrSection.isValid(source.value())).isTrue();

    MutationEffect effect = stored(Requests.mutation().path(0xc8, XATTR, "a", "2"), source);

    assertThat(Documents.describe(effect)).isEqualTo("{\"a\":2,\"b\":" + deep + "}{}");
  }

  @Test
  void keepsTheSpellingOfAttributesThatNobodyTouches() {
    byte[] section = "\0\0\0\16\0\0\0\12_a\0[ 1.50]\0".getBytes(UTF_8);
    section[3] = (byte) (section.length - 4);
    section[7] = (byte) (section.length - 8);
    SubdocSource source =
        new SubdocSource(
            XattrSection.join(section, "{}".getBytes(UTF_8)),
            Datatype.JSON | Datatype.XATTR,
            0,
            0,
            1,
            1,
            1,
            DocumentState.ALIVE,
            1);

    assertThat(Documents.describe(stored(Requests.mutation().path(0xc8, 0, "a", "1"), source)))
        .isEqualTo("{\"_a\":[ 1.50]}{\"a\":1}");
    assertThat(Documents.describe(stored(Requests.mutation().path(0xc8, XATTR, "b", "1"), source)))
        .isEqualTo("{\"_a\":[1.5],\"b\":1}{}");
  }

  @Test
  void losesTheSectionWithTheLastAttribute() {
    MutationEffect effect =
        stored(
            Requests.mutation().path(0xc9, XATTR, "_a", ""), Documents.alive("{\"_a\":1}", "{}"));

    assertThat(effect.datatype()).isEqualTo(Datatype.JSON);
    assertThat(effect.value()).asString(UTF_8).isEqualTo("{}");
  }

  @Test
  void readsVirtualAttributes() {
    SubdocSource source = Documents.alive("{\"u\":1,\"_s\":2}", "{}");

    assertThat(get("$XTOC", source)).isEqualTo("[\"_s\",\"u\"]");
    assertThat(get("$XTOC[0]", source)).isEqualTo("\"_s\"");
    assertThat(get("$XTOC", Documents.raw("x"))).isEqualTo("[]");
    assertThat(get("$vbucket.HLC", source)).isEqualTo("{\"mode\":\"real\",\"now\":\"1795294527\"}");
    assertThat(get("$document", source))
        .isEqualTo(
            "{\"CAS\":\"0x18ea2adc78dd0000\",\"datatype\":[\"json\",\"xattr\"],\"deleted\":false,"
                + "\"exptime\":60,\"flags\":7,\"last_modified\":\"1795294527\",\"revid\":\"3\","
                + "\"seqno\":\"0x0000000000000004\",\"value_bytes\":2,"
                + "\"value_crc32c\":\"0x297bd0aa\",\"vbucket_uuid\":\"0x0000e90c5ddf3e6f\"}");
    assertThat(lookup(Requests.single(Opcode.SUBDOC_GET, XATTR, "$x", ""), source).status())
        .isEqualTo(Status.SUBDOC_XATTR_UNKNOWN_VATTR);
    assertThat(
            lookup(Requests.single(Opcode.SUBDOC_EXISTS, XATTR, "$document.x", ""), source)
                .status())
        .isEqualTo(Status.SUBDOC_PATH_ENOENT);
  }

  @Test
  void takesTheClockFromTheLaterOfBoth() {
    assertThat(VbucketClock.of(5_000_000_000L, 0))
        .isEqualTo(new VbucketClock(5, VbucketClock.Mode.REAL));
    assertThat(VbucketClock.of(5_000_000_000L, 7_000_000_000L))
        .isEqualTo(new VbucketClock(6, VbucketClock.Mode.LOGICAL));
  }

  private static String get(String path, SubdocSource source) {
    return new String(
        lookup(Requests.single(Opcode.SUBDOC_GET, XATTR, path, ""), source).value(), UTF_8);
  }

  @Test
  void lookupsOfManyPathsAnswerEachOfThem() {
    SubdocRequest request =
        Requests.lookup()
            .path(0xc5, XATTR, "_s")
            .path(0xc6, 0, "a")
            .path(0xc5, 0, "b")
            .path(0x00, 0, "")
            .decode();

    LookupResult result = lookup(request, Documents.alive("{\"_s\":1}", "{\"a\":1}"));

    assertThat(result.status()).isEqualTo(Status.SUBDOC_MULTI_PATH_FAILURE);
    ByteBuffer value = ByteBuffer.wrap(result.value());
    assertEntry(value, Status.SUCCESS, "1");
    assertEntry(value, Status.SUCCESS, "");
    assertEntry(value, Status.SUBDOC_PATH_ENOENT, "");
    assertEntry(value, Status.SUCCESS, "{\"a\":1}");
    assertThat(value.hasRemaining()).isFalse();
  }

  private static void assertEntry(ByteBuffer value, Status status, String expected) {
    assertThat(value.getShort()).isEqualTo((short) status.code());
    byte[] entry = new byte[value.getInt()];
    value.get(entry);
    assertThat(entry).asString(UTF_8).isEqualTo(expected);
  }

  @Test
  void lookupsInBodiesThatAreNotJsonOrNotThere() {
    LookupResult raw =
        lookup(Requests.lookup().path(0xc5, 0, "a").path(0x00, 0, "").decode(), Documents.raw("x"));
    assertThat(raw.value())
        .isEqualTo(new byte[] {0, (byte) 0xc6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 'x'});

    LookupResult deleted =
        lookup(
            Requests.lookup().docFlags(DocFlag.ACCESS_DELETED).path(0x00, 0, "").decode(),
            Documents.tombstone("{\"_s\":1}"));
    assertThat(deleted.status()).isEqualTo(Status.SUBDOC_MULTI_PATH_FAILURE_DELETED);
    assertThat(deleted.value()).isEqualTo(new byte[] {0, (byte) 0xc0, 0, 0, 0, 0});
  }

  @Test
  void lookupsDecideAboutTheDocument() {
    SubdocSource tombstone = Documents.tombstone("{\"_s\":1}");
    Requests get = Requests.lookup().path(0xc5, XATTR, "_s");

    assertThat(lookup(get.decode(), null).status()).isEqualTo(Status.KEY_ENOENT);
    assertThat(lookup(get.decode(), tombstone).status()).isEqualTo(Status.KEY_ENOENT);
    assertThat(SubdocExecutor.sees(get.decode(), tombstone)).isFalse();
    SubdocRequest accessing = get.docFlags(DocFlag.ACCESS_DELETED).decode();
    assertThat(lookup(accessing, tombstone).status()).isEqualTo(Status.SUBDOC_SUCCESS_DELETED);
    assertThat(SubdocExecutor.sees(accessing, tombstone)).isTrue();
    SubdocRequest reviving =
        get.docFlags(DocFlag.ACCESS_DELETED | DocFlag.REVIVE_DOCUMENT).decode();
    assertThat(lookup(reviving, Documents.alive("{\"_s\":1}", "{}")).status())
        .isEqualTo(Status.SUBDOC_CAN_ONLY_REVIVE_DELETED_DOCUMENTS);
  }

  @Test
  void refusesTheOtherKindOfRequest() {
    SubdocRequest get = Requests.lookup().path(0xc5, 0, "a").decode();
    SubdocRequest set = Requests.mutation().path(0xc8, 0, "a", "1").decode();

    assertThatThrownBy(() -> SubdocExecutor.mutate(get, null, Documents.STAMP))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> lookup(set, null)).isInstanceOf(IllegalArgumentException.class);
  }

  private static LookupResult lookup(SubdocRequest request, SubdocSource source) {
    return SubdocExecutor.lookup(request, source, CLOCK);
  }

  private static MutationResult mutate(Requests request, SubdocSource source) {
    return SubdocExecutor.mutate(request.decode(), source, Documents.STAMP);
  }

  private static MutationEffect stored(Requests request, SubdocSource source) {
    MutationResult result = mutate(request, source);
    assertThat(result.effect()).as(result.status().name()).isNotNull();
    return result.effect();
  }
}
