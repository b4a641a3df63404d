package io.channelindex.server.documents;

import static com.couchbase.client.java.kv.GetOptions.getOptions;
import static com.couchbase.client.java.kv.UpsertOptions.upsertOptions;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.java.Collection;
import com.couchbase.client.java.codec.RawBinaryTranscoder;
import com.couchbase.client.java.codec.RawJsonTranscoder;
import com.couchbase.client.java.json.JsonObject;
import com.couchbase.client.java.kv.LookupInSpec;
import com.couchbase.client.java.kv.MutateInSpec;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import io.channelindex.sequence.VbucketHash;
import io.channelindex.server.documents.DocumentException.Reason;
import io.channelindex.server.documents.DocumentMetadata.Leaving;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Documents through the real client on the embedded node. */
class DocumentStoreIT {
  @RegisterExtension
  static final EmbeddedCouchbaseExtension COUCHBASE =
      EmbeddedCouchbaseExtension.with(node -> node.vbuckets(16).bucket("data"));

  private static DataClient client;
  private static Collection sdk;

  private final AtomicLong stable = new AtomicLong();
  private DocumentStore store;
  private String id;

  @BeforeAll
  static void connect() {
    client = new DataClient(COUCHBASE.node());
    sdk = client.collection("data");
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  @BeforeEach
  void open(TestInfo test) {
    id = test.getTestMethod().orElseThrow().getName();
    store = new DocumentStore(sdk, 16, DocumentSettings.DEFAULT, (vbucket, vbuuid) -> stable.get());
  }

  static ObjectNode body(int n, String... channels) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("n", n);
    List.of(channels).forEach(body.putArray("channels")::add);
    return body;
  }

  private String put(@Nullable String parent, ObjectNode body) {
    return done(store.write(new DocumentWrite(id, parent, false, body)));
  }

  private String delete(@Nullable String parent) {
    return done(
        store.write(new DocumentWrite(id, parent, true, JsonNodeFactory.instance.objectNode())));
  }

  private Reason refused(@Nullable String parent, ObjectNode body) {
    return refusal(store.write(new DocumentWrite(id, parent, false, body)));
  }

  private Reason refusedDelete(@Nullable String parent) {
    return refusal(
        store.write(new DocumentWrite(id, parent, true, JsonNodeFactory.instance.objectNode())));
  }

  static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  static Reason refusal(CompletionStage<?> stage) {
    try {
      throw new AssertionError("not refused: " + done(stage));
    } catch (CompletionException e) {
      assertThat(e.getCause()).isInstanceOf(DocumentException.class);
      return ((DocumentException) e.getCause()).reason();
    }
  }

  private CurrentMetadata current() {
    return done(store.current(id)).orElseThrow();
  }

  private long highSeqno() {
    EmbeddedBucket bucket = COUCHBASE.node().bucket("data");
    return bucket.highSeqno(VbucketHash.vbucket(id, 16));
  }

  @Test
  void aLifeByTheRulesOfCouchDb() {
    assertThat(refusal(store.get(id))).isEqualTo(Reason.NOT_FOUND);
    assertThat(refusedDelete(null)).isEqualTo(Reason.NOT_FOUND);
    assertThat(refused("1-" + "a".repeat(32), body(1))).isEqualTo(Reason.CONFLICT);

    String first = put(null, body(1, "a", "b"));
    assertThat(first).startsWith("1-");
    assertThat(done(store.get(id)))
        .satisfies(found -> assertThat(found.channels()).containsExactly("a", "b"))
        .extracting(StoredDocument::revision, StoredDocument::deleted, StoredDocument::body)
        .containsExactly(first, false, body(1, "a", "b"));
    assertThat(refused(null, body(2))).isEqualTo(Reason.CONFLICT);
    assertThat(refused("2" + first.substring(1), body(2))).isEqualTo(Reason.CONFLICT);

    String second = put(first, body(2, "b"));
    assertThat(refused(first, body(2, "b"))).as("the edit is made").isEqualTo(Reason.CONFLICT);
    String third = delete(second);
    assertThat(third).startsWith("3-");
    assertThat(done(store.get(id)))
        .extracting(StoredDocument::revision, StoredDocument::deleted, StoredDocument::body)
        .containsExactly(third, true, JsonNodeFactory.instance.objectNode());
    assertThat(sdk.exists(id).exists()).isFalse();
    assertThat(refusedDelete(third)).isEqualTo(Reason.NOT_FOUND);
    assertThat(refused(second, body(4))).isEqualTo(Reason.CONFLICT);

    String fourth = put(null, body(4, "c"));
    assertThat(fourth).startsWith("4-");
    String sixth = put(delete(fourth), body(6));
    assertThat(sixth).as("named the tombstone").startsWith("6-");
    assertThat(done(store.get(id)).body()).isEqualTo(body(6));
  }

  @Test
  void slotsHoldTheSeqnosOfTheWritesThatLeft() {
    String first = put(null, body(1, "a", "b", "c"));
    String second = put(first, body(2, "b", "c"));
    long leftA = highSeqno();
    String third = delete(second);
    long deleted = highSeqno();
    assertThat(current().metadata().leavings())
        .isEqualTo(
            Map.of(
                "a", leaving(second, leftA, DocumentMetadata.Life.ALIVE),
                "b", leaving(third, deleted, DocumentMetadata.Life.DELETED),
                "c", leaving(third, deleted, DocumentMetadata.Life.DELETED)));
    assertThat(current().seqno()).isEqualTo(deleted);

    put(null, body(4, "c"));
    assertThat(current().metadata().channels()).containsExactly("c");
    assertThat(current().metadata().leavings())
        .as("back in c, never again in the others")
        .isEqualTo(
            Map.of(
                "a", leaving(second, leftA, DocumentMetadata.Life.ALIVE),
                "b", leaving(third, deleted, DocumentMetadata.Life.DELETED)));
  }

  private static Leaving leaving(String revision, long seqno, DocumentMetadata.Life life) {
    return new Leaving(Revision.parse(revision).orElseThrow(), seqno, life);
  }

  @Test
  void leavingsAreForgottenOnceTheyAreIndexed() {
    String revision = put(null, body(0, "c0"));
    for (int i = 1; i <= 60; i++) {
      revision = put(revision, body(i, "c" + i));
    }
    assertThat(current().metadata().leavings()).as("nothing is stable").hasSize(60);
    stable.set(highSeqno() - 30);
    put(revision, body(61, "c61"));
    assertThat(current().metadata().leavings())
        .hasSize(50)
        .doesNotContainKeys("c0", "c10")
        .containsKeys("c11", "c60");
  }

  @Test
  void textsAndNumbersComeBackAsTheyWere() {
    String spelt =
        "{\"x\":0.12345678901234567890,\"y\":1E+400,\"z\":1.50,\"half\":\"\\uD800\",\"☂\":\"😀\"}";
    put(null, DocumentJson.parseObject(spelt.getBytes(UTF_8)).orElseThrow());
    assertThat(
            sdk.get(id, getOptions().transcoder(RawJsonTranscoder.INSTANCE))
                .contentAs(String.class))
        .isEqualTo(spelt);
    assertThat(DocumentJson.write(done(store.get(id)).body())).asString(UTF_8).isEqualTo(spelt);
  }

  /** An attribute cannot be nested deeper than 32 levels, a body can. */
  @Test
  void deepBodiesComeBackToo() {
    ObjectNode deep = body(1, "a");
    ObjectNode below = deep;
    for (int i = 0; i < 80; i++) {
      below = below.putObject("d");
    }
    String second = delete(put(null, deep));
    assertThat(put(second, deep)).startsWith("3-");
    assertThat(done(store.get(id)).body()).isEqualTo(deep);
  }

  @Test
  void bigBodiesComeBackToo() {
    ObjectNode big = body(1, "a").put("big", "x".repeat(1024 * 1024 - 100));
    put(delete(put(null, big)), big);
    assertThat(done(store.get(id)).body()).isEqualTo(big);
    assertThat(sdk.lookupIn(id, List.of(LookupInSpec.exists("_ci.body").xattr())).exists(0))
        .isFalse();
  }

  @Test
  void limitsAreNamed() {
    assertThat(refused(null, body(1).put("_x", 1))).isEqualTo(Reason.BAD_REQUEST);
    assertThat(refused(null, body(1).put("big", "x".repeat(1024 * 1024))))
        .isEqualTo(Reason.TOO_LARGE);
    assertThat(refused(null, body(1, "a,b"))).isEqualTo(Reason.BAD_REQUEST);
    ObjectNode deep = body(1);
    ObjectNode below = deep;
    for (int i = 0; i < 100_000; i++) {
      below = below.putObject("d");
    }
    assertThat(refused(null, deep)).isEqualTo(Reason.BAD_REQUEST);
    for (String bad : List.of("", "_design", "x".repeat(250), "\ud800")) {
      assertThat(refusal(store.write(new DocumentWrite(bad, null, false, body(1)))))
          .isEqualTo(Reason.BAD_REQUEST);
      assertThat(refusal(store.get(bad))).isEqualTo(Reason.NOT_FOUND);
    }
    String longest = "é".repeat(124) + "e";
    assertThat(done(store.write(new DocumentWrite(longest, null, false, body(1)))))
        .startsWith("1-");
  }

  @Test
  void aTouchChangesNothing() {
    String first = put(null, body(1, "a"));
    sdk.touch(id, Duration.ofDays(1));
    assertThat(done(store.get(id)).revision()).isEqualTo(first);
    assertThat(done(store.importForeign(id, highSeqno())).orElseThrow().revision())
        .hasToString(first);
    assertThat(put(first, body(2))).startsWith("2-");
  }

  @Test
  void aForeignWriteIsShownAsItIsImported() {
    String first = put(null, body(1, "a", "b"));
    sdk.upsert(id, JsonObject.create().put("n", 2).put("channels", "b").put("_id", "x"));
    long foreign = highSeqno();
    StoredDocument shown = done(store.get(id));
    assertThat(shown.revision()).startsWith("2-").isNotEqualTo(first);
    assertThat(shown.channels()).containsExactly("b");
    assertThat(shown.body().has("_id")).isFalse();
    assertThat(current().metadata().leavings()).containsOnlyKeys("a");

    assertThat(done(store.importForeign(id, foreign))).as("a newer mutation comes").isEmpty();
    assertThat(highSeqno()).isEqualTo(foreign + 1);
    assertThat(done(store.get(id))).isEqualTo(shown);
    assertThat(current().metadata().leavings().get("a").seqno())
        .as("the leaving is the import's")
        .isEqualTo(foreign + 1);
    assertThat(done(store.importForeign(id, foreign))).as("too late").isEmpty();
    assertThat(highSeqno()).isEqualTo(foreign + 1);
    assertThat(sdk.get(id).contentAsObject().getInt("n")).isEqualTo(2);
  }

  @Test
  void aForeignWriteCanBeReplacedBeforeItIsImported() {
    put(null, body(1, "a"));
    sdk.upsert(id, JsonObject.create().put("channels", "b"));
    String third = put(done(store.get(id)).revision(), body(3, "c"));
    assertThat(third).startsWith("3-");
    assertThat(current().metadata().leavings().values())
        .containsOnly(leaving(third, highSeqno(), DocumentMetadata.Life.ALIVE));
    assertThat(current().metadata().leavings()).containsOnlyKeys("a", "b");
  }

  @Test
  void anImportKeepsTheExpiry() {
    sdk.upsert(id, JsonObject.create(), upsertOptions().expiry(Duration.ofDays(40)));
    var before = sdk.get(id, getOptions().withExpiry(true)).expiryTime();
    assertThat(before).isPresent();
    assertThat(done(store.importForeign(id, highSeqno()))).isEmpty();
    assertThat(sdk.get(id, getOptions().withExpiry(true)).expiryTime()).isEqualTo(before);
    assertThat(done(store.get(id)).revision()).startsWith("1-");
  }

  @Test
  void whatIsNoJsonObjectIsInNoChannel() {
    for (byte[] content : new byte[][] {{}, {(byte) 0xff, 0}, "[1]".getBytes(UTF_8)}) {
      sdk.upsert(id, content, upsertOptions().transcoder(RawBinaryTranscoder.INSTANCE));
      StoredDocument shown = done(store.get(id));
      assertThat(shown.channels()).isEmpty();
      assertThat(shown.body()).isEmpty();
      assertThat(done(store.importForeign(id, highSeqno()))).isEmpty();
      assertThat(done(store.get(id)).revision()).isEqualTo(shown.revision());
      assertThat(
              sdk.get(id, getOptions().transcoder(RawBinaryTranscoder.INSTANCE))
                  .contentAs(byte[].class))
          .isEqualTo(content);
    }
  }

  @Test
  void aForeignDeletionIsATombstoneToGoOnFrom() {
    String first = put(null, body(1, "a", "b"));
    sdk.remove(id);
    long deleted = highSeqno();
    StoredDocument tombstone = done(store.get(id));
    assertThat(tombstone.deleted()).isTrue();
    assertThat(tombstone.revision())
        .isEqualTo(Revision.parse(first).orElseThrow().deletion().toString());
    assertThat(refused(first, body(2))).isEqualTo(Reason.CONFLICT);

    String third = put(tombstone.revision(), body(3, "b"));
    assertThat(third).startsWith("3-");
    assertThat(current().metadata().leavings())
        .isEqualTo(
            Map.of("a", leaving(tombstone.revision(), deleted, DocumentMetadata.Life.DELETED)));
  }

  @Test
  void generationsGoOnWhereTheAttributeWasLost() {
    String third = put(put(put(null, body(1)), body(2)), body(3));
    assertThat(third).startsWith("3-");
    sdk.remove(id);
    sdk.insert(id, JsonObject.create());
    String revision = done(store.get(id)).revision();
    assertThat(Revision.parse(revision).orElseThrow().generation()).isGreaterThan(4);
    sdk.remove(id);
    assertThat(Revision.parse(done(store.get(id)).revision()).orElseThrow().generation())
        .isGreaterThan(5);
  }

  @Test
  void anAttributeOfSomebodyElseIsWrittenOver() {
    sdk.upsert(id, JsonObject.create().put("channels", "a"));
    sdk.mutateIn(id, List.of(MutateInSpec.upsert("_ci", JsonObject.create().put("v", 99)).xattr()));
    assertThat(done(store.importForeign(id, highSeqno()))).isEmpty();
    assertThat(current().metadata().channels()).containsExactly("a");
  }

  @Test
  void waitsForALockedDocument() {
    String first = put(null, body(1, "a"));
    sdk.upsert(id, JsonObject.create().put("channels", "b"));
    long foreign = highSeqno();
    sdk.getAndLock(id, Duration.ofSeconds(2));
    assertThat(done(store.get(id)).channels()).containsExactly("b");
    assertThat(first).startsWith("1-");
    assertThat(done(store.importForeign(id, foreign))).isEmpty();
    assertThat(highSeqno()).isEqualTo(foreign + 1);
    sdk.getAndLock(id, Duration.ofSeconds(2));
    assertThat(put(done(store.get(id)).revision(), body(3))).startsWith("3-");
  }

  /** Of all acknowledged writes, none is lost and none counts twice. */
  @Test
  void writersRaceForFewDocuments() {
    int documents = 3;
    int writers = 24;
    int rounds = 60;
    AtomicInteger[] acknowledged = new AtomicInteger[documents];
    for (int i = 0; i < documents; i++) {
      acknowledged[i] = new AtomicInteger();
    }
    List<CompletableFuture<?>> running = new ArrayList<>();
    for (int writer = 0; writer < writers; writer++) {
      running.add(rounds(writer, rounds, acknowledged));
    }
    done(CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)));
    for (int i = 0; i < documents; i++) {
      StoredDocument found = done(store.get(id + i));
      assertThat(Revision.parse(found.revision()).orElseThrow().generation())
          .isEqualTo(acknowledged[i].get());
      assertThat(acknowledged[i].get()).isGreaterThan(rounds / 3);
    }
  }

  /** Reads and edits, deletes or revives, again and again. */
  private CompletableFuture<?> rounds(int writer, int left, AtomicInteger[] acknowledged) {
    if (left == 0) {
      return CompletableFuture.completedFuture(null);
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int document = random.nextInt(acknowledged.length);
    boolean delete = random.nextInt(4) == 0;
    ObjectNode body = body(writer * 1000 + left, "c" + random.nextInt(5));
    return store
        .get(id + document)
        .thenApply(found -> found.deleted() ? null : found.revision())
        .exceptionally(missing -> null)
        .thenCompose(parent -> store.write(new DocumentWrite(id + document, parent, delete, body)))
        .handle(
            (revision, failure) -> {
              if (failure == null) {
                acknowledged[document].incrementAndGet();
              } else {
                assertThat(((DocumentException) WriteFailure.cause(failure)).reason())
                    .isIn(Reason.CONFLICT, Reason.NOT_FOUND);
              }
              return left - 1;
            })
        .thenCompose(rest -> rounds(writer, rest, acknowledged))
        .toCompletableFuture();
  }
}
