package io.channelindex.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.msg.kv.MutationToken;
import com.couchbase.client.dcp.Client;
import com.couchbase.client.dcp.highlevel.DatabaseChangeListener;
import com.couchbase.client.dcp.highlevel.Deletion;
import com.couchbase.client.dcp.highlevel.DocumentChange;
import com.couchbase.client.dcp.highlevel.FlowControlMode;
import com.couchbase.client.dcp.highlevel.Mutation;
import com.couchbase.client.dcp.highlevel.StreamFailure;
import com.couchbase.client.dcp.highlevel.StreamOffset;
import com.couchbase.client.java.AsyncCollection;
import com.couchbase.client.java.codec.RawJsonTranscoder;
import com.couchbase.client.java.kv.MutationResult;
import com.couchbase.client.java.kv.RemoveOptions;
import com.couchbase.client.java.kv.UpsertOptions;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many documents, loaded, changed and partly removed while they are streamed: in the end the stream
 * has told exactly what writers were promised.
 *
 * <p>{@code -Ddocuments=1000000} for the whole million; fewer by default.
 */
@ExtendWith(NettyLeaks.class)
class MillionDocumentsIT {
  private static final int DOCUMENTS = Integer.getInteger("documents", 100_000);
  private static final int IN_FLIGHT = 1024;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long SEED = 20_240_229;
  private static final int REMOVED = 0;

  private static ResourceLeakDetector.Level levelBefore;

  /**
   * A version of a document: what a writer was promised, or what the stream told.
   *
   * @param contentHash {@link #REMOVED} of a deletion
   */
  private record Version(int vbucket, long seqno, long cas, int contentHash) {
    static Version newer(Version a, Version b) {
      return a == null || a.seqno < b.seqno ? b : a;
    }
  }

  /** Watching every buffer costs more than all the rest; a sample of millions is enough. */
  @BeforeAll
  static void watchASampleOfBuffers() {
    levelBefore = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
  }

  @AfterAll
  static void watchAsBefore() {
    ResourceLeakDetector.setLevel(levelBefore);
  }

  @ParameterizedTest(name = "{0} vbuckets")
  @ValueSource(ints = {64, 1024})
  void areToldAsPromised(int vbuckets) throws InterruptedException {
    try (EmbeddedCouchbase node =
            EmbeddedCouchbase.builder().vbuckets(vbuckets).bucket("data").start();
        JavaClient client = JavaClient.connect(node)) {
      Writers writers = new Writers(client.documents("data").async());
      writers.load(0, DOCUMENTS / 2);
      Listener listener = new Listener(vbuckets);
      Client dcp = streaming(node, listener, vbuckets);
      try {
        writers.load(DOCUMENTS / 2, DOCUMENTS);
        writers.change(DOCUMENTS / 2);
        assertThat(writers.failures).isEmpty();

        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(200))
            .until(() -> listener.hasReached(node.bucket("data")));
        listener.requireEqualTo(writers.promised);
      } finally {
        dcp.disconnect().block(JavaClient.PATIENCE);
      }
    }
  }

  private static Client streaming(EmbeddedCouchbase node, Listener listener, int vbuckets) {
    Client client =
        DcpFollower.unconnected(
                node, "data", node.password(), settings -> settings.flowControl(8 * 1024 * 1024))
            .client();
    client.listener(listener, FlowControlMode.AUTOMATIC);
    client.connect().block(JavaClient.PATIENCE);
    Map<Integer, StreamOffset> fromTheBeginning =
        IntStream.range(0, vbuckets)
            .boxed()
            .collect(Collectors.toMap(Function.identity(), vbucket -> StreamOffset.ZERO));
    client.resumeStreaming(fromTheBeginning).block(JavaClient.PATIENCE);
    return client;
  }

  private static String key(int number) {
    return "document" + number;
  }

  /** Keeps a fixed number of writes in flight, and the newest of what was acknowledged. */
  private static final class Writers {
    private final AsyncCollection documents;
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT);
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final AtomicReferenceArray<Version> promised = new AtomicReferenceArray<>(DOCUMENTS);
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    Writers(AsyncCollection documents) {
      this.documents = documents;
    }

    void load(int from, int to) throws InterruptedException {
      for (int number = from; number < to; number++) {
        upsert(number);
      }
      awaitAll();
    }

    /** Changes documents at random; every eighth change removes one, if it is there. */
    void change(int changes) throws InterruptedException {
      for (int i = 0; i < changes; i++) {
        int number = random.nextInt(DOCUMENTS);
        if (i % 8 == 0) {
          inFlight.acquire();
          record(number, REMOVED, documents.remove(key(number), RemoveOptions.removeOptions()));
        } else {
          upsert(number);
        }
      }
      awaitAll();
    }

    private void upsert(int number) throws InterruptedException {
      inFlight.acquire();
      byte[] content =
          ("{\"number\":"
                  + number
                  + ",\"random\":"
                  + random.nextLong()
                  + ",\"filler\":\""
                  + "x".repeat(random.nextInt(60))
                  + "\"}")
              .getBytes(US_ASCII);
      record(
          number,
          Arrays.hashCode(content),
          documents.upsert(
              key(number),
              content,
              UpsertOptions.upsertOptions().transcoder(RawJsonTranscoder.INSTANCE)));
    }

    private void record(
        int number, int contentHash, CompletableFuture<MutationResult> acknowledgement) {
      // Nothing is left to fail in the last stage.
      var unused =
          acknowledgement
              .thenAccept(result -> promise(number, result, contentHash))
              .exceptionally(failure -> fail(failure, contentHash))
              .thenRun(inFlight::release);
    }

    private void promise(int number, MutationResult result, int contentHash) {
      MutationToken token = result.mutationToken().orElseThrow();
      promised.accumulateAndGet(
          number,
          new Version(token.partitionID(), token.sequenceNumber(), result.cas(), contentHash),
          Version::newer);
    }

    private Void fail(Throwable failure, int contentHash) {
      if (!(contentHash == REMOVED && isNotFound(failure))) {
        failures.add(failure);
      }
      return null;
    }

    private static boolean isNotFound(Throwable failure) {
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      return cause instanceof DocumentNotFoundException;
    }

    private void awaitAll() throws InterruptedException {
      inFlight.acquire(IN_FLIGHT);
      inFlight.release(IN_FLIGHT);
    }
  }

  /** Keeps the newest of what was told; called by one thread. */
  private static final class Listener implements DatabaseChangeListener {
    private final AtomicReferenceArray<Version> told = new AtomicReferenceArray<>(DOCUMENTS);
    private final AtomicReferenceArray<StreamOffset> offsets;
    private final List<String> violations = new CopyOnWriteArrayList<>();

    Listener(int vbuckets) {
      offsets = new AtomicReferenceArray<>(vbuckets);
    }

    @Override
    public void onMutation(Mutation mutation) {
      record(mutation, Arrays.hashCode(mutation.getContent()));
    }

    @Override
    public void onDeletion(Deletion deletion) {
      record(deletion, REMOVED);
    }

    private void record(DocumentChange change, int contentHash) {
      int vbucket = change.getVbucket();
      StreamOffset offset = change.getOffset();
      StreamOffset before = offsets.getAndSet(vbucket, offset);
      if ((before != null && before.getSeqno() >= offset.getSeqno())
          || offset.getSeqno() < offset.getSnapshot().getStartSeqno()
          || offset.getSeqno() > offset.getSnapshot().getEndSeqno()) {
        violations.add("vbucket=" + vbucket + ", before=" + before + ", after=" + offset);
      }
      int number = Integer.parseInt(change.getKey().substring("document".length()));
      told.set(number, new Version(vbucket, offset.getSeqno(), change.getCas(), contentHash));
    }

    @Override
    public void onFailure(StreamFailure failure) {
      violations.add(failure.getCause().toString());
    }

    boolean hasReached(EmbeddedBucket bucket) {
      return !violations.isEmpty()
          || IntStream.range(0, bucket.vbuckets())
              .allMatch(
                  vbucket -> {
                    StreamOffset offset = offsets.get(vbucket);
                    return offset != null && offset.getSeqno() == bucket.highSeqno(vbucket);
                  });
    }

    void requireEqualTo(AtomicReferenceArray<Version> promised) {
      assertThat(violations).isEmpty();
      assertThat(
              IntStream.range(0, DOCUMENTS)
                  .filter(number -> !promised.get(number).equals(told.get(number)))
                  .limit(10)
                  .mapToObj(
                      number ->
                          key(number)
                              + ": promised="
                              + promised.get(number)
                              + ", told="
                              + told.get(number)))
          .isEmpty();
    }
  }
}
