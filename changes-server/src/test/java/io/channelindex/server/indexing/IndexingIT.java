package io.channelindex.server.indexing;

import static com.couchbase.client.java.kv.UpsertOptions.upsertOptions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.json.JsonObject;
import com.couchbase.client.java.kv.MutateInMacro;
import com.couchbase.client.java.kv.MutateInSpec;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.BucketSettings;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import io.channelindex.index.principals.Principal;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.write.IndexedChange;
import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.sequence.VbucketHash;
import io.channelindex.server.documents.DataClient;
import io.channelindex.server.documents.DocumentException;
import io.channelindex.server.documents.DocumentSettings;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.DocumentWrite;
import io.channelindex.server.documents.PrincipalStore;
import io.channelindex.server.documents.Revision;
import io.channelindex.server.documents.StableSeqnos;
import io.channelindex.server.documents.StoredDocument;
import io.channelindex.server.documents.StoredPrincipal;
import io.channelindex.server.indexing.ChangeStream.Translated;
import io.channelindex.storage.EntryState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From documents to what the index writer is told, over the real clients. */
class IndexingIT {
  private static final int VBUCKETS = 4;

  private volatile Duration offset = Duration.ZERO;

  @RegisterExtension
  final EmbeddedCouchbaseExtension couchbase =
      EmbeddedCouchbaseExtension.with(
          node -> node.vbuckets(VBUCKETS).clock(() -> Instant.now().plus(offset)).bucket("data"));

  private DataClient client;
  private Collection sdk;
  private DocumentStore store;
  private PrincipalStore principals;
  private ChangeTranslator translator;
  private ChangeStream stream;

  @BeforeEach
  void open() {
    client = new DataClient(couchbase.node());
    sdk = client.collection("data");
    store = new DocumentStore(sdk, VBUCKETS, DocumentSettings.DEFAULT, StableSeqnos.UNKNOWN);
    principals = new PrincipalStore(sdk, VBUCKETS, DocumentSettings.DEFAULT, StableSeqnos.UNKNOWN);
    translator = new ChangeTranslator(store, new ImportLimit(4));
    stream = new ChangeStream(couchbase.node(), "data", translator);
  }

  @AfterEach
  void close() {
    stream.close();
    client.close();
  }

  private static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static ObjectNode body(int n, Set<String> channels) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("n", n);
    channels.forEach(body.putArray("channels")::add);
    return body;
  }

  private String put(String id, @Nullable String parent, String... channels) {
    ObjectNode body = body(0, new TreeSet<>(List.of(channels)));
    return done(store.write(new DocumentWrite(id, parent, false, body)));
  }

  private String delete(String id, String parent) {
    return done(
        store.write(new DocumentWrite(id, parent, true, JsonNodeFactory.instance.objectNode())));
  }

  private static void caughtUp(EmbeddedBucket bucket, ChangeStream stream) {
    await()
        .atMost(DataClient.PATIENCE)
        .until(
            () -> {
              for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                if (stream.seqno(vbucket) != bucket.highSeqno(vbucket)) {
                  return false;
                }
              }
              stream.translated().forEach(change -> done(change.indexed()));
              for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                if (stream.seqno(vbucket) != bucket.highSeqno(vbucket)) {
                  return false;
                }
              }
              return true;
            });
    assertThat(stream.failures()).isEmpty();
  }

  private void caughtUp() {
    caughtUp(couchbase.node().bucket("data"), stream);
  }

  /** What was indexed of a document, in order. */
  private List<IndexedChange> indexed(String id) {
    caughtUp();
    return stream.translated().stream()
        .filter(change -> change.change().key().equals(id))
        .map(Translated::indexed)
        .map(IndexingIT::done)
        .flatMap(Optional::stream)
        .toList();
  }

  private IndexedChange last(String id) {
    List<IndexedChange> all = indexed(id);
    return all.get(all.size() - 1);
  }

  private static Map<String, EntryState> states(IndexedChange change) {
    Map<String, EntryState> states = new TreeMap<>();
    for (Membership membership : change.memberships()) {
      assertThat(states.put(membership.channel(), membership.state()))
          .as("each channel once")
          .isNull();
    }
    return states;
  }

  @Test
  void ownWritesSayWhereTheDocumentIsAndWhatItLeft() {
    String first = put("doc", null, "a", "b");
    String second = put("doc", first, "b");
    String third = delete("doc", second);
    List<IndexedChange> changes = indexed("doc");

    assertThat(changes).hasSize(3);
    assertThat(states(changes.get(0)))
        .isEqualTo(Map.of("*", EntryState.ACTIVE, "a", EntryState.ACTIVE, "b", EntryState.ACTIVE));
    assertThat(states(changes.get(1)))
        .isEqualTo(Map.of("*", EntryState.ACTIVE, "a", EntryState.REMOVED, "b", EntryState.ACTIVE));
    long leftA = changes.get(1).seqno();
    long deleted = changes.get(2).seqno();
    assertThat(changes.get(2).memberships())
        .containsExactlyInAnyOrder(
            new Membership("*", deleted, third, EntryState.DELETED),
            new Membership("a", leftA, second, EntryState.REMOVED),
            new Membership("b", deleted, third, EntryState.DELETED));
    put("doc", null, "c");
    assertThat(states(last("doc")))
        .isEqualTo(
            Map.of(
                "*", EntryState.ACTIVE,
                "a", EntryState.REMOVED,
                "b", EntryState.DELETED,
                "c", EntryState.ACTIVE));
  }

  @Test
  void foreignWritesAreImportedAndUntilThenTheOldAttributeSpeaks() {
    sdk.upsert("doc", JsonObject.create().put("channels", "a"));
    caughtUp();
    sdk.upsert("doc", JsonObject.create().put("channels", "b"));
    List<IndexedChange> changes = indexed("doc");
    assertThat(changes).hasSize(3);
    assertThat(states(changes.get(1)))
        .as("not imported yet")
        .isEqualTo(Map.of("*", EntryState.ACTIVE, "a", EntryState.ACTIVE));
    assertThat(states(changes.get(2)))
        .isEqualTo(Map.of("*", EntryState.ACTIVE, "a", EntryState.REMOVED, "b", EntryState.ACTIVE));
    assertThat(changes.get(2).memberships())
        .extracting(Membership::seqno)
        .containsOnly(changes.get(2).seqno());
    assertThat(stream.translated().stream().map(it -> it.change().seqno()).toList()).hasSize(4);
  }

  /** It would have no key in the index, or stand in the channel of a principal. */
  @ParameterizedTest
  @ValueSource(strings = {"", "\u001fuser:ann", "a,b"})
  void anAttributeWithANameThatNoChannelCanHaveIsReplaced(String name) {
    String revision = "1-" + "0".repeat(32);
    JsonObject forged =
        JsonObject.create()
            .put("v", 1)
            .put("rev", revision)
            .put("ch", List.of(name))
            .put("left", JsonObject.create().put(name, 1))
            .put(
                "slots",
                JsonObject.create()
                    .put("1", JsonObject.create().put("rev", revision).put("seq", "0x1")));
    sdk.insert("doc", JsonObject.create().put("channels", "a"));
    caughtUp();
    sdk.mutateIn(
        "doc",
        List.of(
            MutateInSpec.upsert("_ci", forged).xattr(),
            MutateInSpec.upsert("_ci.cas", MutateInMacro.CAS).xattr(),
            MutateInSpec.upsert("_ci.seq", MutateInMacro.SEQ_NO).xattr(),
            MutateInSpec.upsert("_ci.crc", MutateInMacro.VALUE_CRC_32C).xattr()));

    assertThat(indexed("doc"))
        .allSatisfy(change -> assertThat(states(change)).containsOnlyKeys("*", "a"));
    assertThat(last("doc").seqno()).isEqualTo(done(store.current("doc")).orElseThrow().seqno());
    assertThat(done(store.get("doc")).channels()).containsExactly("a");
  }

  @Test
  void aForeignWriteTellsOfLeavingsThatTheStreamMayHaveLeftOutInItsFavour() {
    String first = put("doc", null, "a", "b");
    put("doc", first, "b");
    long left = done(store.current("doc")).orElseThrow().seqno();
    sdk.upsert("doc", JsonObject.create().put("channels", "b"));
    IndexedChange foreign =
        indexed("doc").stream().filter(it -> it.seqno() == left + 1).findFirst().orElseThrow();
    assertThat(foreign.memberships())
        .contains(new Membership("a", left, revisionOf("doc", foreign), EntryState.REMOVED));
  }

  /** Of the write before the foreign one, which is all that its attribute knows. */
  private static String revisionOf(String id, IndexedChange foreign) {
    assertThat(foreign.documentId()).isEqualTo(id);
    return foreign.memberships().get(0).revision();
  }

  @Test
  void aTouchIsIndexedAsItIs() {
    String first = put("doc", null, "a");
    caughtUp();
    sdk.touch("doc", Duration.ofDays(1));
    List<IndexedChange> changes = indexed("doc");
    assertThat(changes).hasSize(2);
    assertThat(changes.get(1).memberships()).extracting(Membership::revision).containsOnly(first);
    assertThat(changes.get(1).seqno()).isEqualTo(changes.get(0).seqno() + 1);
  }

  @Test
  void foreignDeletionsAndExpirationsTellTheChannels() {
    String removed = put("removed", null, "a");
    put("expired", null, "a");
    sdk.touch("expired", Duration.ofMinutes(1));
    caughtUp();
    sdk.remove("removed");
    offset = Duration.ofMinutes(2);
    couchbase.node().bucket("data").expire();
    for (String id : List.of("removed", "expired")) {
      IndexedChange gone = last(id);
      assertThat(states(gone)).isEqualTo(Map.of("*", EntryState.DELETED, "a", EntryState.DELETED));
      StoredDocument shown = done(store.get(id));
      assertThat(gone.memberships())
          .allMatch(membership -> membership.revision().equals(shown.revision()))
          .allMatch(membership -> membership.seqno() == gone.seqno());
    }
    assertThat(last("removed").memberships().get(0).revision())
        .isEqualTo(Revision.parse(removed).orElseThrow().deletion().toString());
  }

  @Test
  void aTombstoneWithoutTraceIsInTheChannelOfEverything() {
    stream.close();
    sdk.insert("doc", JsonObject.create());
    sdk.remove("doc");
    stream = new ChangeStream(couchbase.node(), "data", translator);
    IndexedChange gone = last("doc");
    assertThat(states(gone)).isEqualTo(Map.of("*", EntryState.DELETED));
    assertThat(Revision.parse(gone.memberships().get(0).revision())).isPresent();
    assertThat(done(store.get("doc")).revision()).isEqualTo(gone.memberships().get(0).revision());
  }

  @Test
  void keysWithAnUnderscoreAreNotDocuments() {
    sdk.upsert("_txn:atr-1", JsonObject.create().put("channels", "a"));
    put("doc", null, "a");
    caughtUp();
    assertThat(stream.translated()).hasSize(1);
    assertThat(sdk.get("_txn:atr-1").contentAsObject().getString("channels")).isEqualTo("a");
  }

  @Test
  void theSourceSaysOfPrincipalsWhatTheStreamSays() {
    BucketDocumentSource source = new BucketDocumentSource(store, principals);
    PrincipalName name = PrincipalName.user("ann");
    for (int step = 0; step < 4; step++) {
      switch (step) {
        case 0 -> done(principals.put(ann("a")));
        case 1 -> done(principals.put(ann("a", "b")));
        case 2 -> done(principals.delete(name));
        default -> done(principals.put(ann("b")));
      }
      IndexedChange seen = last(name.key());
      EntryState state = step == 2 ? EntryState.DELETED : EntryState.ACTIVE;
      assertThat(seen.memberships())
          .extracting(Membership::channel, Membership::state, Membership::seqno)
          .containsExactly(
              tuple("*", state, seen.seqno()), tuple(name.channel(), state, seen.seqno()));
      assertThat(done(source.current(seen.vbucket(), name.key()))).contains(seen);
      assertThat(Revision.parse(seen.memberships().get(0).revision())).isPresent();
    }
    assertThat(done(source.current(0, PrincipalName.role("none").key()))).isEmpty();
  }

  private static StoredPrincipal ann(String... channels) {
    return new StoredPrincipal(
        PrincipalName.user("ann"), Set.of(channels), Set.of(), Principal.Status.ENABLED);
  }

  @Test
  void theSourceSaysWhatTheStreamSays() {
    BucketDocumentSource source = new BucketDocumentSource(store, principals);
    String second = put("doc", put("doc", null, "a", "b"), "b");
    assertThat(done(source.current(0, "nothing"))).isEmpty();
    for (int step = 0; step < 3; step++) {
      IndexedChange seen = last("doc");
      assertThat(done(source.current(seen.vbucket(), "doc"))).contains(seen);
      if (step == 0) {
        delete("doc", second);
      } else {
        sdk.upsert("doc", JsonObject.create().put("channels", "c"));
      }
    }
    String gone = source.goneRevision("doc", second);
    assertThat(gone).startsWith("3-");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> source.goneRevision("doc", ""));
  }

  /** As after a failover that lost what an import had written, and not what it was of. */
  @Test
  void theSourceImportsWhatNobodyHasImported() {
    EmbeddedBucket quiet = couchbase.node().createBucket(new BucketSettings("quiet", VBUCKETS));
    Collection documents = client.collection(quiet.name());
    BucketDocumentSource source =
        new BucketDocumentSource(
            new DocumentStore(documents, VBUCKETS, DocumentSettings.DEFAULT, StableSeqnos.UNKNOWN),
            principals);
    int vbucket = VbucketHash.vbucket("doc", VBUCKETS);
    documents.upsert("doc", JsonObject.create().put("channels", "a"));

    IndexedChange first = done(source.current(vbucket, "doc")).orElseThrow();

    assertThat(states(first)).isEqualTo(Map.of("*", EntryState.ACTIVE, "a", EntryState.ACTIVE));
    assertThat(first.seqno()).isEqualTo(quiet.highSeqno(vbucket));
    documents.upsert("doc", JsonObject.create().put("channels", "b"));
    assertThat(states(done(source.current(vbucket, "doc")).orElseThrow()))
        .isEqualTo(Map.of("*", EntryState.ACTIVE, "a", EntryState.REMOVED, "b", EntryState.ACTIVE));
  }

  /**
   * Random lives of documents, changed by us and by others: who follows live and who reads only the
   * newest states later find the same newest entry of every document in every channel; and no entry
   * says one thing to one and another to the other.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whoComesLateFindsTheSame(long seed) {
    Random random = new Random(seed);
    List<String> ids = List.of("one", "two", "three", "four", "five");
    for (int i = 0; i < 250; i++) {
      step(ids.get(random.nextInt(ids.size())), i, random);
      if (random.nextInt(10) == 0) {
        caughtUp();
      }
    }
    caughtUp();
    Map<String, Membership> live = entries(stream);
    try (ChangeStream late = new ChangeStream(couchbase.node(), "data", translator)) {
      caughtUp(couchbase.node().bucket("data"), late);
      Map<String, Membership> backfilled = entries(late);
      assertThat(late.translated().size()).isLessThan(stream.translated().size());
      assertThat(newest(backfilled).entrySet())
          .as("seed=%d", seed)
          .containsExactlyInAnyOrderElementsOf(newest(live).entrySet());
      backfilled.forEach(
          (identity, entry) -> {
            Membership seen = live.get(identity);
            assertThat(seen == null || seen.equals(entry)).as("%s", identity).isTrue();
          });
    }
    for (String id : ids) {
      expectStored(id, newest(live));
    }
  }

  private void step(String id, int n, Random random) {
    Set<String> channels = new TreeSet<>();
    List<String> names = new ArrayList<>(List.of("a", "b", "c", "d"));
    Collections.shuffle(names, random);
    channels.addAll(names.subList(0, random.nextInt(4)));
    switch (random.nextInt(8)) {
      case 0 -> foreignWrite(id, n, channels, Duration.ZERO);
      case 1 -> ifThere(() -> sdk.remove(id));
      case 2 -> ifThere(() -> sdk.touch(id, Duration.ofDays(1 + n)));
      case 3 -> foreignWrite(id, n, channels, Duration.ofDays(2));
      default -> write(id, n, channels, random.nextInt(4) == 0);
    }
  }

  /** Not over a tombstone: that would lose the attribute, and with it what the document left. */
  private void foreignWrite(String id, int n, Set<String> channels, Duration expiry) {
    JsonObject body = JsonObject.create().put("n", n).put("channels", List.copyOf(channels));
    boolean buried =
        done(store.get(id).thenApply(StoredDocument::deleted).exceptionally(missing -> false));
    if (!buried) {
      sdk.upsert(id, body, upsertOptions().expiry(expiry));
    }
  }

  private static void ifThere(Runnable action) {
    try {
      action.run();
    } catch (DocumentNotFoundException nothing) {
      assertThat(nothing).hasMessageContaining("not found");
    }
  }

  private void write(String id, int n, Set<String> channels, boolean delete) {
    try {
      String parent =
          done(
              store
                  .get(id)
                  .thenApply(found -> found.deleted() ? null : found.revision())
                  .exceptionally(missing -> null));
      done(store.write(new DocumentWrite(id, parent, delete, body(n, channels))));
    } catch (CompletionException e) {
      // An import was faster, or there was nothing to delete.
      assertThat(((DocumentException) e.getCause()).reason())
          .isIn(DocumentException.Reason.CONFLICT, DocumentException.Reason.NOT_FOUND);
    }
  }

  /** Entries by their identity: document, channel and seqno. */
  private static Map<String, Membership> entries(ChangeStream stream) {
    Map<String, Membership> entries = new HashMap<>();
    for (Translated change : stream.translated()) {
      done(change.indexed())
          .ifPresent(
              indexed ->
                  indexed
                      .memberships()
                      .forEach(
                          membership -> {
                            String identity =
                                indexed.documentId()
                                    + '/'
                                    + membership.channel()
                                    + '/'
                                    + membership.seqno();
                            Membership before = entries.put(identity, membership);
                            assertThat(before == null || before.equals(membership))
                                .as("replay of %s: %s, %s", identity, before, membership)
                                .isTrue();
                          }));
    }
    return entries;
  }

  private static Map<String, Membership> newest(Map<String, Membership> entries) {
    Map<String, Membership> newest = new TreeMap<>();
    entries.forEach(
        (identity, entry) ->
            newest.merge(
                identity.substring(0, identity.lastIndexOf('/')),
                entry,
                (one, other) -> one.seqno() > other.seqno() ? one : other));
    return newest;
  }

  private void expectStored(String id, Map<String, Membership> newest) {
    StoredDocument document = done(store.get(id));
    Set<String> active = new TreeSet<>();
    newest.forEach(
        (key, entry) -> {
          if (key.startsWith(id + "/") && entry.state() == EntryState.ACTIVE) {
            active.add(entry.channel());
          }
        });
    Set<String> expected = new TreeSet<>(document.channels());
    if (!document.deleted()) {
      expected.add("*");
    }
    assertThat(active).as(id).isEqualTo(expected);
    assertThat(newest.get(id + "/*").revision()).isEqualTo(document.revision());
  }
}
