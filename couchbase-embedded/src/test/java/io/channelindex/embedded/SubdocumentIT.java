package io.channelindex.embedded;

import static com.couchbase.client.java.kv.LookupInOptions.lookupInOptions;
import static com.couchbase.client.java.kv.MutateInOptions.mutateInOptions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.couchbase.client.core.error.CasMismatchException;
import com.couchbase.client.core.error.DocumentExistsException;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.error.context.SubDocumentErrorContext;
import com.couchbase.client.core.error.subdoc.DeltaInvalidException;
import com.couchbase.client.core.error.subdoc.DocumentNotJsonException;
import com.couchbase.client.core.error.subdoc.NumberTooBigException;
import com.couchbase.client.core.error.subdoc.PathExistsException;
import com.couchbase.client.core.error.subdoc.PathInvalidException;
import com.couchbase.client.core.error.subdoc.PathMismatchException;
import com.couchbase.client.core.error.subdoc.PathNotFoundException;
import com.couchbase.client.core.error.subdoc.ValueInvalidException;
import com.couchbase.client.core.error.subdoc.XattrUnknownVirtualAttributeException;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.codec.RawBinaryTranscoder;
import com.couchbase.client.java.json.JsonArray;
import com.couchbase.client.java.json.JsonObject;
import com.couchbase.client.java.kv.GetOptions;
import com.couchbase.client.java.kv.LookupInMacro;
import com.couchbase.client.java.kv.LookupInResult;
import com.couchbase.client.java.kv.LookupInSpec;
import com.couchbase.client.java.kv.MutateInMacro;
import com.couchbase.client.java.kv.MutateInResult;
import com.couchbase.client.java.kv.MutateInSpec;
import com.couchbase.client.java.kv.StoreSemantics;
import com.couchbase.client.java.kv.UpsertOptions;
import io.channelindex.embedded.fault.PausableClock;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Parts of documents and their attributes, as {@code java-client} reads and writes them. */
@ExtendWith(NettyLeaks.class)
class SubdocumentIT {
  private static final PausableClock CLOCK = PausableClock.paused();

  @RegisterExtension
  static final EmbeddedCouchbaseExtension COUCHBASE =
      EmbeddedCouchbaseExtension.with(node -> node.clock(CLOCK).bucket("data"));

  private static JavaClient client;
  private static Collection documents;

  /** A key for each test, so that they share the node. */
  private String key;

  @BeforeAll
  static void connect() {
    client = JavaClient.connect(COUCHBASE.node());
    documents = client.documents("data");
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  @BeforeEach
  void name(TestInfo test) {
    key = test.getTestMethod().orElseThrow().getName();
  }

  private static LookupInResult lookup(String key, LookupInSpec... specs) {
    return documents.lookupIn(key, List.of(specs));
  }

  private static LookupInResult lookupDeleted(String key, LookupInSpec... specs) {
    return documents.lookupIn(key, List.of(specs), lookupInOptions().accessDeleted(true));
  }

  private static MutateInResult mutate(String key, MutateInSpec... specs) {
    return documents.mutateIn(key, List.of(specs));
  }

  private static MutateInResult mutate(
      String key, StoreSemantics semantics, MutateInSpec... specs) {
    return documents.mutateIn(key, List.of(specs), mutateInOptions().storeSemantics(semantics));
  }

  private static JsonObject content(String key) {
    return documents.get(key).contentAsObject();
  }

  @Nested
  class Bodies {
    @Test
    void readsPaths() {
      documents.upsert(
          key, Map.of("name", "Ann", "tags", List.of("a", "b"), "home", Map.of("city", "Brno")));

      LookupInResult read =
          lookup(
              key,
              LookupInSpec.get("name"),
              LookupInSpec.get("tags[1]"),
              LookupInSpec.get("tags[-1]"),
              LookupInSpec.count("tags"),
              LookupInSpec.exists("home.city"),
              LookupInSpec.exists("home.street"),
              LookupInSpec.get(""));

      assertThat(read.contentAs(0, String.class)).isEqualTo("Ann");
      assertThat(read.contentAs(1, String.class)).isEqualTo("b");
      assertThat(read.contentAs(2, String.class)).isEqualTo("b");
      assertThat(read.contentAs(3, Integer.class)).isEqualTo(2);
      assertThat(read.exists(4)).isTrue();
      assertThat(read.exists(5)).isFalse();
      assertThat(read.contentAsObject(6).getObject("home").getString("city")).isEqualTo("Brno");
      assertThat(read.cas()).isEqualTo(documents.get(key).cas());
    }

    @Test
    void failsPathByPath() {
      documents.upsert(key, Map.of("n", 1, "tags", List.of("a")));

      LookupInResult read =
          lookup(
              key,
              LookupInSpec.get("missing"),
              LookupInSpec.get("n.below"),
              LookupInSpec.get("tags[7]"),
              LookupInSpec.count("n"),
              LookupInSpec.get("broken["),
              LookupInSpec.get("n"));

      assertThatExceptionOfType(PathNotFoundException.class)
          .isThrownBy(() -> read.contentAs(0, String.class));
      assertThatExceptionOfType(PathMismatchException.class)
          .isThrownBy(() -> read.contentAs(1, String.class));
      assertThatExceptionOfType(PathNotFoundException.class)
          .isThrownBy(() -> read.contentAs(2, String.class));
      assertThatExceptionOfType(PathMismatchException.class)
          .isThrownBy(() -> read.contentAs(3, Integer.class));
      assertThatExceptionOfType(PathInvalidException.class)
          .isThrownBy(() -> read.contentAs(4, String.class));
      assertThat(read.contentAs(5, Integer.class)).isEqualTo(1);
    }

    @Test
    void readsPathsOfJsonOnly() {
      documents.upsert(
          key,
          new byte[] {1, 2, 3},
          UpsertOptions.upsertOptions().transcoder(RawBinaryTranscoder.INSTANCE));

      assertThatExceptionOfType(DocumentNotJsonException.class)
          .isThrownBy(() -> lookup(key, LookupInSpec.get("a")).contentAs(0, String.class));
      assertThatExceptionOfType(DocumentNotJsonException.class)
          .isThrownBy(() -> mutate(key, MutateInSpec.upsert("a", 1)));
    }

    @Test
    void editsDictionaries() {
      documents.upsert(key, Map.of("old", 1, "gone", 2));

      mutate(
          key,
          MutateInSpec.insert("new", "x"),
          MutateInSpec.replace("old", 3),
          MutateInSpec.remove("gone"),
          MutateInSpec.upsert("deep.er", true).createPath());

      assertThat(content(key))
          .isEqualTo(
              JsonObject.create()
                  .put("new", "x")
                  .put("old", 3)
                  .put("deep", JsonObject.create().put("er", true)));
    }

    @Test
    void editsArrays() {
      documents.upsert(key, Map.of("list", List.of(5)));

      mutate(
          key,
          MutateInSpec.arrayAppend("list", List.of(6, 7)),
          MutateInSpec.arrayPrepend("list", List.of(1, 2)),
          MutateInSpec.arrayInsert("list[2]", List.of(3, 4)),
          MutateInSpec.arrayAddUnique("list", 8));

      assertThat(content(key).getArray("list")).isEqualTo(JsonArray.from(1, 2, 3, 4, 5, 6, 7, 8));
      assertThatExceptionOfType(PathExistsException.class)
          .isThrownBy(() -> mutate(key, MutateInSpec.arrayAddUnique("list", 3)));
    }

    @Test
    void counts() {
      documents.upsert(key, Map.of("n", 10));

      MutateInResult result =
          mutate(key, MutateInSpec.increment("n", 5), MutateInSpec.decrement("m", 2));

      assertThat(result.contentAs(0, Long.class)).isEqualTo(15);
      assertThat(result.contentAs(1, Long.class)).isEqualTo(-2);
      documents.upsert(
          key, Map.of("n", Long.MAX_VALUE, "m", BigInteger.ONE.shiftLeft(63), "text", "x"));
      assertThatExceptionOfType(ValueInvalidException.class)
          .isThrownBy(() -> mutate(key, MutateInSpec.increment("n", 1)));
      assertThatExceptionOfType(NumberTooBigException.class)
          .isThrownBy(() -> mutate(key, MutateInSpec.increment("m", 1)));
      assertThatExceptionOfType(PathMismatchException.class)
          .isThrownBy(() -> mutate(key, MutateInSpec.increment("text", 1)));
    }

    @Test
    void changesEverythingOrNothing() {
      documents.upsert(key, Map.of("n", 1));
      long cas = documents.get(key).cas();

      assertThatExceptionOfType(PathNotFoundException.class)
          .isThrownBy(
              () -> mutate(key, MutateInSpec.upsert("n", 2), MutateInSpec.replace("missing", 1)));

      assertThat(content(key).getInt("n")).isEqualTo(1);
      assertThat(documents.get(key).cas()).isEqualTo(cas);
    }

    @Test
    void namesThePathThatFailed() {
      documents.upsert(key, Map.of("n", 1));

      assertThatExceptionOfType(PathExistsException.class)
          .isThrownBy(() -> mutate(key, MutateInSpec.upsert("m", 2), MutateInSpec.insert("n", 1)))
          .extracting(PathExistsException::context, type(SubDocumentErrorContext.class))
          .returns(1, SubDocumentErrorContext::index)
          .satisfies(context -> assertThat(context.exportAsMap().toString()).contains("path=n"));
      assertThatExceptionOfType(PathMismatchException.class)
          .isThrownBy(() -> mutate(key, MutateInSpec.upsert("n.below", 2)));
      assertThatExceptionOfType(PathNotFoundException.class)
          .isThrownBy(() -> mutate(key, MutateInSpec.upsert("a.b.c", 2)));
    }

    @Test
    void refusesADeltaOfZero() {
      documents.upsert(key, Map.of("n", 1));

      assertThatExceptionOfType(DeltaInvalidException.class)
          .isThrownBy(() -> mutate(key, MutateInSpec.increment("n", 0)));
    }
  }

  @Nested
  class Semantics {
    @Test
    void needADocumentByDefault() {
      assertThatExceptionOfType(DocumentNotFoundException.class)
          .isThrownBy(() -> mutate(key, MutateInSpec.upsert("n", 1)));
      assertThatExceptionOfType(DocumentNotFoundException.class)
          .isThrownBy(() -> lookup(key, LookupInSpec.get("n")));
    }

    @Test
    void upsertCreates() {
      mutate(key, StoreSemantics.UPSERT, MutateInSpec.upsert("n", 1));
      mutate(key, StoreSemantics.UPSERT, MutateInSpec.upsert("m", 2));

      assertThat(content(key)).isEqualTo(JsonObject.create().put("n", 1).put("m", 2));
    }

    @Test
    void insertCreatesOnce() {
      mutate(key, StoreSemantics.INSERT, MutateInSpec.upsert("n", 1));

      assertThatExceptionOfType(DocumentExistsException.class)
          .isThrownBy(() -> mutate(key, StoreSemantics.INSERT, MutateInSpec.upsert("n", 2)));
      assertThat(content(key).getInt("n")).isEqualTo(1);
    }

    @Test
    void staleCasChangesNothing() {
      long stale = documents.upsert(key, Map.of("n", 1)).cas();
      documents.upsert(key, Map.of("n", 2));

      assertThatExceptionOfType(CasMismatchException.class)
          .isThrownBy(
              () ->
                  documents.mutateIn(
                      key, List.of(MutateInSpec.upsert("n", 3)), mutateInOptions().cas(stale)));
      assertThat(content(key).getInt("n")).isEqualTo(2);
    }

    @Test
    void storesBodyAndAttributesInOneOperation() {
      Map<String, Object> body = Map.of("hello", 1);

      mutate(
          key,
          StoreSemantics.UPSERT,
          MutateInSpec.upsert("_sync.rev", "1-a").xattr().createPath(),
          MutateInSpec.replace("", body));

      LookupInResult read =
          lookup(key, LookupInSpec.get("_sync.rev").xattr(), LookupInSpec.get(""));
      assertThat(read.contentAs(0, String.class)).isEqualTo("1-a");
      assertThat(read.contentAsObject(1)).isEqualTo(JsonObject.from(body));
    }

    @Test
    void setsTheExpiryTime() {
      documents.upsert(key, Map.of("n", 1));
      Instant expiry = CLOCK.instant().plus(Duration.ofDays(99)).truncatedTo(ChronoUnit.SECONDS);

      documents.mutateIn(
          key, List.of(MutateInSpec.upsert("n", 2)), mutateInOptions().expiry(expiry));
      documents.mutateIn(
          key, List.of(MutateInSpec.upsert("n", 3)), mutateInOptions().preserveExpiry(true));

      assertThat(documents.get(key, GetOptions.getOptions().withExpiry(true)).expiryTime())
          .contains(expiry);
    }
  }

  @Nested
  class Attributes {
    @Test
    void expandsMacros() {
      MutateInResult written =
          mutate(
              key,
              StoreSemantics.UPSERT,
              MutateInSpec.upsert("_sync.cas", MutateInMacro.CAS).xattr().createPath(),
              MutateInSpec.upsert("_sync.seqno", MutateInMacro.SEQ_NO).xattr().createPath(),
              MutateInSpec.upsert("_sync.crc", MutateInMacro.VALUE_CRC_32C).xattr().createPath(),
              MutateInSpec.replace("", Map.of("hello", 1)));

      JsonObject sync = lookup(key, LookupInSpec.get("_sync").xattr()).contentAsObject(0);
      assertThat(sync.getString("cas"))
          .isEqualTo("0x%016x".formatted(Long.reverseBytes(written.cas())));
      assertThat(sync.getString("seqno"))
          .isEqualTo("0x%016x".formatted(written.mutationToken().orElseThrow().sequenceNumber()));
      assertThat(sync.getString("crc")).as("as a real server says").isEqualTo("0xf9c2544e");
    }

    @Test
    void describesTheDocument() {
      Instant expiry = CLOCK.instant().plus(Duration.ofDays(99)).truncatedTo(ChronoUnit.SECONDS);
      var stored =
          documents.upsert(key, Map.of("hello", 1), UpsertOptions.upsertOptions().expiry(expiry));
      var token = stored.mutationToken().orElseThrow();

      JsonObject document =
          lookup(key, LookupInSpec.get(LookupInMacro.DOCUMENT).xattr()).contentAsObject(0);

      assertThat(document.getString("CAS")).isEqualTo("0x%016x".formatted(stored.cas()));
      assertThat(document.getString("seqno"))
          .isEqualTo("0x%016x".formatted(token.sequenceNumber()));
      assertThat(document.getString("vbucket_uuid"))
          .isEqualTo("0x%016x".formatted(token.partitionUUID()));
      assertThat(document.getLong("exptime")).isEqualTo(expiry.getEpochSecond());
      assertThat(document.getBoolean("deleted")).isFalse();
      assertThat(document.getInt("value_bytes")).isEqualTo("{\"hello\":1}".length());
      assertThat(document.getString("value_crc32c")).isEqualTo("0xf9c2544e");
      assertThat(document.getArray("datatype")).isEqualTo(JsonArray.from("json"));
      assertThat(document.getString("revid")).isEqualTo("1");
      assertThat(document.getLong("flags")).isEqualTo(0x2000000L);
      assertThat(document.getString("last_modified"))
          .isEqualTo(Long.toString(CLOCK.instant().getEpochSecond()));
    }

    @Test
    void knowsNoOtherVirtualAttributes() {
      documents.upsert(key, Map.of("n", 1));

      assertThatExceptionOfType(XattrUnknownVirtualAttributeException.class)
          .isThrownBy(
              () ->
                  lookup(key, LookupInSpec.get("$unheard.of").xattr()).contentAs(0, String.class));
    }

    @Test
    void outliveAnOverwrite() {
      mutate(
          key,
          StoreSemantics.UPSERT,
          MutateInSpec.upsert("_sync.cas", MutateInMacro.CAS).xattr().createPath(),
          MutateInSpec.upsert("user", 1).xattr(),
          MutateInSpec.replace("", Map.of("n", 1)));

      long cas = documents.upsert(key, Map.of("n", 2)).cas();

      LookupInResult read =
          lookup(key, LookupInSpec.get("_sync.cas").xattr(), LookupInSpec.get("user").xattr());
      assertThat(read.contentAs(0, String.class))
          .as("tells who did not write the attribute")
          .isNotEqualTo("0x%016x".formatted(Long.reverseBytes(cas)));
      assertThat(read.contentAs(1, Integer.class)).isEqualTo(1);
      assertThat(content(key))
          .as("are no part of the body")
          .isEqualTo(JsonObject.create().put("n", 2));
    }

    @Test
    void systemAttributesOutliveARemoval() {
      mutate(
          key,
          StoreSemantics.UPSERT,
          MutateInSpec.upsert("_sync.rev", 1).xattr().createPath(),
          MutateInSpec.upsert("user", 1).xattr(),
          MutateInSpec.replace("", Map.of("n", 1)));

      documents.remove(key);

      assertThatExceptionOfType(DocumentNotFoundException.class)
          .isThrownBy(() -> lookup(key, LookupInSpec.get("_sync.rev").xattr()));
      LookupInResult tombstone =
          lookupDeleted(
              key,
              LookupInSpec.get("_sync.rev").xattr(),
              LookupInSpec.exists("user").xattr(),
              LookupInSpec.get(LookupInMacro.IS_DELETED).xattr());
      assertThat(tombstone.isDeleted()).isTrue();
      assertThat(tombstone.contentAs(0, Integer.class)).isEqualTo(1);
      assertThat(tombstone.exists(1)).isFalse();
      assertThat(tombstone.contentAs(2, Boolean.class)).isTrue();
    }

    @Test
    void outliveTheRemovalOfTheBody() {
      mutate(
          key,
          StoreSemantics.UPSERT,
          MutateInSpec.upsert("_sync.rev", 1).xattr().createPath(),
          MutateInSpec.replace("", Map.of("n", 1)));

      mutate(key, MutateInSpec.upsert("_sync.rev", 2).xattr(), MutateInSpec.remove(""));

      assertThat(documents.exists(key).exists()).isFalse();
      assertThatExceptionOfType(DocumentNotFoundException.class)
          .isThrownBy(() -> documents.get(key));
      LookupInResult tombstone =
          lookupDeleted(
              key,
              LookupInSpec.get("_sync.rev").xattr(),
              LookupInSpec.get(LookupInMacro.DOCUMENT).xattr());
      assertThat(tombstone.contentAs(0, Integer.class)).isEqualTo(2);
      assertThat(tombstone.contentAsObject(1).getBoolean("deleted")).isTrue();
      assertThat(tombstone.contentAsObject(1).getString("revid")).isEqualTo("2");
    }

    @Test
    void ofATombstoneComeBackWithARevival() {
      buryWithAttribute();

      documents.mutateIn(
          key,
          List.of(MutateInSpec.upsert("_sync.rev", 3).xattr()),
          mutateInOptions().storeSemantics(StoreSemantics.REVIVE).accessDeleted(true));

      LookupInResult read =
          lookup(
              key,
              LookupInSpec.get("_sync").xattr(),
              LookupInSpec.get(LookupInMacro.REV_ID).xattr());
      assertThat(read.isDeleted()).isFalse();
      assertThat(read.contentAsObject(0))
          .isEqualTo(JsonObject.create().put("rev", 3).put("gone", true));
      assertThat(read.contentAs(1, String.class)).as("goes on counting").isEqualTo("3");
      assertThat(documents.exists(key).exists()).isTrue();
    }

    /** An insert that does not look at tombstones starts from nothing but their revision. */
    @Test
    void ofATombstoneAreNotPartOfANewDocument() {
      buryWithAttribute();

      mutate(
          key,
          StoreSemantics.INSERT,
          MutateInSpec.upsert("_sync.rev", 3).xattr().createPath(),
          MutateInSpec.replace("", Map.of("n", 2)));

      LookupInResult read =
          lookup(
              key,
              LookupInSpec.get("_sync").xattr(),
              LookupInSpec.get(LookupInMacro.REV_ID).xattr());
      assertThat(read.contentAsObject(0)).isEqualTo(JsonObject.create().put("rev", 3));
      assertThat(read.contentAs(1, String.class)).as("goes on counting").isEqualTo("3");
    }

    private void buryWithAttribute() {
      mutate(
          key,
          StoreSemantics.UPSERT,
          MutateInSpec.upsert("_sync.rev", 1).xattr().createPath(),
          MutateInSpec.replace("", Map.of("n", 1)));
      mutate(key, MutateInSpec.upsert("_sync.gone", true).xattr(), MutateInSpec.remove(""));
    }

    @Test
    void canBeWrittenOnATombstone() {
      documents.mutateIn(
          key,
          List.of(MutateInSpec.upsert("_sync.rev", 1).xattr().createPath()),
          mutateInOptions()
              .storeSemantics(StoreSemantics.INSERT)
              .accessDeleted(true)
              .createAsDeleted(true));

      assertThat(documents.exists(key).exists()).isFalse();
      documents.mutateIn(
          key,
          List.of(MutateInSpec.increment("_sync.rev", 1).xattr()),
          mutateInOptions().accessDeleted(true));
      assertThat(
              lookupDeleted(key, LookupInSpec.get("_sync.rev").xattr()).contentAs(0, Integer.class))
          .isEqualTo(2);
    }

    @Test
    void ofAnExpiredDocumentAreKept() {
      documents.mutateIn(
          key,
          List.of(
              MutateInSpec.upsert("_sync.rev", 1).xattr().createPath(),
              MutateInSpec.replace("", Map.of("n", 1))),
          mutateInOptions().storeSemantics(StoreSemantics.UPSERT).expiry(Duration.ofSeconds(5)));

      CLOCK.advance(Duration.ofSeconds(6));

      assertThat(documents.exists(key).exists()).isFalse();
      LookupInResult tombstone = lookupDeleted(key, LookupInSpec.get("_sync.rev").xattr());
      assertThat(tombstone.isDeleted()).isTrue();
      assertThat(tombstone.contentAs(0, Integer.class)).isEqualTo(1);
    }
  }
}
