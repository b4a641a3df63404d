package io.channelindex.server.documents;

import static io.channelindex.server.documents.DocumentStoreIT.body;
import static io.channelindex.server.documents.DocumentStoreIT.done;
import static io.channelindex.server.documents.DocumentStoreIT.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.core.error.AmbiguousTimeoutException;
import com.couchbase.client.core.error.FeatureNotAvailableException;
import com.couchbase.client.core.msg.kv.DurabilityLevel;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.json.JsonObject;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import io.channelindex.sequence.VbucketHash;
import io.channelindex.server.documents.DocumentException.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Writes whose answers get lost, in the ways in which they can. */
class LostAnswersIT {
  @RegisterExtension
  static final EmbeddedCouchbaseExtension COUCHBASE =
      EmbeddedCouchbaseExtension.with(node -> node.vbuckets(16).bucket("data"));

  private static final DocumentSettings SETTINGS =
      new DocumentSettings(
          DocumentLimits.DEFAULT,
          DurabilityLevel.NONE,
          Duration.ofSeconds(1),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20));

  private static DataClient client;
  private static Collection sdk;

  private LossyBucket bucket;
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
    bucket = new LossyBucket(sdk);
    store = new DocumentStore(bucket, SETTINGS);
  }

  enum Fault {
    LOSE_REQUEST,
    LOSE_ANSWER,
    OVERWRITTEN_AFTER,
    OLD_SERVER
  }

  /** The bucket with a plan of faults, one per write. */
  private static final class LossyBucket extends DataBucket {
    private final Queue<Fault> faults = new ArrayDeque<>();

    LossyBucket(Collection collection) {
      super(
          collection.async(), SETTINGS, new ForeignWrites(new ChannelRule(DocumentLimits.DEFAULT)));
    }

    private CompletionStage<Void> faulty(String id, Supplier<CompletionStage<Void>> write) {
      Fault fault = faults.poll();
      if (fault == null) {
        return write.get();
      }
      return switch (fault) {
        case LOSE_REQUEST -> lost();
        case LOSE_ANSWER -> write.get().thenCompose(done -> lost());
        case OVERWRITTEN_AFTER ->
            write
                .get()
                .thenAcceptAsync(done -> sdk.remove(id))
                .thenAcceptAsync(done -> sdk.insert(id, JsonObject.create()))
                .thenCompose(done -> lost());
        case OLD_SERVER ->
            CompletableFuture.failedFuture(new FeatureNotAvailableException("REVIVE"));
      };
    }

    private static CompletionStage<Void> lost() {
      return CompletableFuture.failedFuture(new AmbiguousTimeoutException("lost", null));
    }

    @Override
    CompletionStage<Void> create(String id, DocumentMetadata metadata, byte[] body) {
      return faulty(id, () -> super.create(id, metadata, body));
    }

    @Override
    CompletionStage<Void> replace(
        ObservedDocument document, DocumentMetadata metadata, byte[] body) {
      return faulty(document.id(), () -> super.replace(document, metadata, body));
    }

    @Override
    CompletionStage<Void> bury(ObservedDocument document, DocumentMetadata metadata) {
      return faulty(document.id(), () -> super.bury(document, metadata));
    }

    @Override
    CompletionStage<Void> revive(
        ObservedDocument tombstone, DocumentMetadata metadata, byte[] body) {
      return faulty(tombstone.id(), () -> super.revive(tombstone, metadata, body));
    }

    @Override
    CompletionStage<Void> annotate(ObservedDocument document, DocumentMetadata metadata) {
      return faulty(document.id(), () -> super.annotate(document, metadata));
    }
  }

  private CompletionStage<String> write(@Nullable String parent, int n) {
    return store.write(new DocumentWrite(id, parent, false, body(n, "c" + n)));
  }

  private CompletionStage<String> delete(String parent) {
    return store.write(new DocumentWrite(id, parent, true, JsonNodeFactory.instance.objectNode()));
  }

  private long highSeqno() {
    return COUCHBASE.node().bucket("data").highSeqno(VbucketHash.vbucket(id, 16));
  }

  @Test
  void everyKindOfWriteIsDoneOnceWhateverGetsLost() {
    @Nullable String revision = null;
    long before = highSeqno();
    int generation = 0;
    for (int round = 0; round < 2; round++) {
      for (Fault fault : List.of(Fault.LOSE_REQUEST, Fault.LOSE_ANSWER)) {
        bucket.faults.add(fault);
        revision = done(write(revision, ++generation));
        bucket.faults.add(fault);
        revision = done(write(revision, ++generation));
        bucket.faults.add(fault);
        revision = done(delete(revision));
        generation++;
      }
    }
    assertThat(revision).startsWith(generation + "-");
    assertThat(highSeqno() - before).isEqualTo(generation);
    assertThat(done(store.get(id)).revision()).isEqualTo(revision);
  }

  @Test
  void nobodyIsToldWhatNobodyKnows() {
    String first = done(write(null, 1));
    bucket.faults.add(Fault.OVERWRITTEN_AFTER);
    assertThat(refusal(write(first, 2))).isEqualTo(Reason.UNAVAILABLE);
  }

  @Test
  void aWriteThatDidNotHappenIsRefusedWhenItIsTooLate() {
    String first = done(write(null, 1));
    bucket.faults.addAll(List.of(Fault.LOSE_REQUEST, Fault.LOSE_REQUEST, Fault.LOSE_REQUEST));
    String second = done(write(first, 2));
    assertThat(second).startsWith("2-");
    assertThat(refusal(write(first, 2))).isEqualTo(Reason.CONFLICT);
  }

  @Test
  void anOldServerGetsAnInsertOverTheTombstone() {
    String second = done(delete(done(write(null, 1))));
    bucket.faults.add(Fault.OLD_SERVER);
    assertThat(done(write(second, 3))).startsWith("3-");
    assertThat(done(store.current(id)).orElseThrow().metadata().leavings())
        .as("the attribute is written whole")
        .containsOnlyKeys("c1");
  }

  @Test
  void importsAreRepeated() {
    for (Fault fault : List.of(Fault.LOSE_REQUEST, Fault.LOSE_ANSWER)) {
      sdk.upsert(id, JsonObject.create().put("channels", fault.name()));
      long foreign = highSeqno();
      bucket.faults.add(fault);
      assertThat(done(store.importForeign(id, foreign))).isEmpty();
      assertThat(highSeqno()).isEqualTo(foreign + 1);
      assertThat(done(store.current(id)).orElseThrow().metadata().channels())
          .containsExactly(fault.name());
    }
  }

  @Test
  void whatCannotBeReachedFailsInTime() {
    DocumentSettings impatient =
        new DocumentSettings(
            DocumentLimits.DEFAULT,
            DurabilityLevel.NONE,
            Duration.ofMillis(200),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));
    DocumentStore direct = new DocumentStore(sdk, 16, impatient, StableSeqnos.UNKNOWN);
    int vbucket = VbucketHash.vbucket(id, 16);
    EmbeddedBucket data = COUCHBASE.node().bucket("data");
    data.deactivate(vbucket);
    try {
      assertThat(refusal(direct.write(new DocumentWrite(id, null, false, body(1)))))
          .isEqualTo(Reason.UNAVAILABLE);
      assertThat(refusal(direct.get(id))).isEqualTo(Reason.UNAVAILABLE);
      assertThat(refusal(direct.importForeign(id, 1))).isEqualTo(Reason.UNAVAILABLE);
    } finally {
      data.activate(vbucket);
    }
    assertThat(done(direct.write(new DocumentWrite(id, null, false, body(1))))).startsWith("1-");
  }

  /** Connections break under load: what is acknowledged is there, and nothing is there twice. */
  @Test
  void crashesLoseNoAcknowledgedWrite() throws Exception {
    DocumentStore direct = new DocumentStore(sdk, 16, SETTINGS, StableSeqnos.UNKNOWN);
    int writers = 8;
    AtomicInteger[] acknowledged = new AtomicInteger[writers];
    AtomicInteger[] unknown = new AtomicInteger[writers];
    List<CompletableFuture<?>> running = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      acknowledged[i] = new AtomicInteger();
      unknown[i] = new AtomicInteger();
      running.add(edits(direct, id + i, 150, acknowledged[i], unknown[i]));
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(running.toArray(CompletableFuture[]::new));
    int crashes = 0;
    while (!all.isDone() && crashes < 15) {
      COUCHBASE.node().bucket("data").crash();
      crashes++;
      all.copy().completeOnTimeout(null, 100, TimeUnit.MILLISECONDS).join();
    }
    all.get(120, TimeUnit.SECONDS);
    assertThat(crashes).isGreaterThan(1);
    for (int i = 0; i < writers; i++) {
      long generation =
          Revision.parse(done(direct.get(id + i)).revision()).orElseThrow().generation();
      assertThat(generation)
          .isBetween((long) acknowledged[i].get(), (long) acknowledged[i].get() + unknown[i].get());
    }
  }

  /** One writer's chain of edits: only a write of its own can be in its way. */
  private static CompletableFuture<?> edits(
      DocumentStore store, String id, int left, AtomicInteger acknowledged, AtomicInteger unknown) {
    if (left == 0) {
      return CompletableFuture.completedFuture(null);
    }
    return store
        .get(id)
        .handle(
            (found, failure) -> {
              if (failure != null
                  && ((DocumentException) WriteFailure.cause(failure)).reason()
                      != Reason.NOT_FOUND) {
                return new DocumentWrite(id, "unread", false, body(left));
              }
              return new DocumentWrite(
                  id, failure == null ? found.revision() : null, false, body(left));
            })
        .thenCompose(store::write)
        .handle(
            (revision, failure) -> {
              if (failure == null) {
                acknowledged.incrementAndGet();
              } else if (((DocumentException) WriteFailure.cause(failure)).reason()
                  == Reason.UNAVAILABLE) {
                unknown.incrementAndGet();
              }
              return left - 1;
            })
        .thenCompose(rest -> edits(store, id, rest, acknowledged, unknown))
        .toCompletableFuture();
  }
}
