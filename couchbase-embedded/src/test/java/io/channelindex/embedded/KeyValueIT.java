package io.channelindex.embedded;

import static com.couchbase.client.java.kv.DecrementOptions.decrementOptions;
import static com.couchbase.client.java.kv.GetOptions.getOptions;
import static com.couchbase.client.java.kv.IncrementOptions.incrementOptions;
import static com.couchbase.client.java.kv.InsertOptions.insertOptions;
import static com.couchbase.client.java.kv.RemoveOptions.removeOptions;
import static com.couchbase.client.java.kv.ReplaceOptions.replaceOptions;
import static com.couchbase.client.java.kv.UpsertOptions.upsertOptions;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.couchbase.client.core.error.CasMismatchException;
import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.core.error.DocumentExistsException;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.error.DocumentNotLockedException;
import com.couchbase.client.core.error.DurabilityAmbiguousException;
import com.couchbase.client.core.error.InvalidArgumentException;
import com.couchbase.client.core.error.TimeoutException;
import com.couchbase.client.core.error.ValueTooLargeException;
import com.couchbase.client.core.msg.kv.DurabilityLevel;
import com.couchbase.client.core.msg.kv.MutationToken;
import com.couchbase.client.core.retry.RetryReason;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.codec.RawBinaryTranscoder;
import com.couchbase.client.java.codec.RawJsonTranscoder;
import com.couchbase.client.java.codec.RawStringTranscoder;
import com.couchbase.client.java.json.JsonObject;
import com.couchbase.client.java.kv.GetResult;
import com.couchbase.client.java.kv.MutationResult;
import io.channelindex.embedded.fault.PausableClock;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every whole-document operation of {@code java-client}, and what its users see when it fails. */
@ExtendWith(NettyLeaks.class)
class KeyValueIT {
  private static final PausableClock CLOCK = PausableClock.paused();
  private static final long WRONG_CAS = 42;
  private static final int LARGEST_BODY = 20 * 1024 * 1024;

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
    key = test.getTestMethod().orElseThrow().getName() + test.getDisplayName().hashCode();
  }

  private static JsonObject content(String key) {
    return documents.get(key).contentAsObject();
  }

  // Store and read.

  @Test
  void readsWhatWasUpserted() {
    MutationResult first = documents.upsert(key, Map.of("n", 1));
    MutationResult second = documents.upsert(key, Map.of("n", 2));

    GetResult read = documents.get(key);
    assertThat(read.contentAsObject().getInt("n")).isEqualTo(2);
    assertThat(read.cas()).isEqualTo(second.cas());
    assertThat(second.cas()).isGreaterThan(first.cas());
  }

  @Test
  void insertsOnlyOnce() {
    documents.insert(key, Map.of("n", 1));

    assertThatExceptionOfType(DocumentExistsException.class)
        .isThrownBy(() -> documents.insert(key, Map.of("n", 2)));
    assertThat(content(key).getInt("n")).isEqualTo(1);
  }

  @Test
  void replacesOnlyTheVersionThatWasRead() {
    MutationResult inserted = documents.insert(key, Map.of("n", 1));

    assertThatExceptionOfType(CasMismatchException.class)
        .isThrownBy(() -> documents.replace(key, Map.of("n", 2), replaceOptions().cas(WRONG_CAS)));
    documents.replace(key, Map.of("n", 3), replaceOptions().cas(inserted.cas()));
    assertThatExceptionOfType(CasMismatchException.class)
        .isThrownBy(
            () -> documents.replace(key, Map.of("n", 4), replaceOptions().cas(inserted.cas())));
    assertThat(content(key).getInt("n")).isEqualTo(3);
  }

  @Test
  void removesOnlyTheVersionThatWasRead() {
    MutationResult inserted = documents.insert(key, "text");

    assertThatExceptionOfType(CasMismatchException.class)
        .isThrownBy(() -> documents.remove(key, removeOptions().cas(WRONG_CAS)));
    documents.remove(key, removeOptions().cas(inserted.cas()));

    assertThat(documents.exists(key).exists()).isFalse();
    assertThatExceptionOfType(DocumentNotFoundException.class)
        .isThrownBy(() -> documents.remove(key));
  }

  @Test
  void canBeInsertedAgainAfterRemoval() {
    documents.insert(key, Map.of("n", 1));
    documents.remove(key);

    documents.insert(key, Map.of("n", 2));

    assertThat(content(key).getInt("n")).isEqualTo(2);
  }

  @Test
  void knowsNoMissingDocument() {
    assertThat(documents.exists(key).exists()).isFalse();
    assertThatExceptionOfType(DocumentNotFoundException.class).isThrownBy(() -> documents.get(key));
    assertThatExceptionOfType(DocumentNotFoundException.class)
        .isThrownBy(() -> documents.replace(key, "x"));
    assertThatExceptionOfType(DocumentNotFoundException.class)
        .isThrownBy(() -> documents.touch(key, Duration.ofSeconds(1)));
    assertThatExceptionOfType(DocumentNotFoundException.class)
        .isThrownBy(() -> documents.getAndTouch(key, Duration.ofSeconds(1)));
    assertThatExceptionOfType(DocumentNotFoundException.class)
        .isThrownBy(() -> documents.getAndLock(key, Duration.ofSeconds(1)));
    assertThatExceptionOfType(DocumentNotFoundException.class)
        .isThrownBy(() -> documents.unlock(key, WRONG_CAS));
    assertThatExceptionOfType(DocumentNotFoundException.class)
        .isThrownBy(() -> documents.binary().append(key, new byte[] {1}));
    assertThatExceptionOfType(DocumentNotFoundException.class)
        .isThrownBy(() -> documents.binary().prepend(key, new byte[] {1}));
    assertThatExceptionOfType(DocumentNotFoundException.class)
        .isThrownBy(() -> documents.binary().increment(key));
  }

  @Test
  void tellsThatADocumentExists() {
    MutationResult stored = documents.upsert(key, 1);

    assertThat(documents.exists(key).exists()).isTrue();
    assertThat(documents.exists(key).cas()).isEqualTo(stored.cas());
  }

  // Transcoders.

  @Test
  void keepsBytesAsTheyAre() {
    byte[] bytes = new byte[1000];
    new Random(7).nextBytes(bytes);

    documents.upsert(key, bytes, upsertOptions().transcoder(RawBinaryTranscoder.INSTANCE));

    assertThat(
            documents
                .get(key, getOptions().transcoder(RawBinaryTranscoder.INSTANCE))
                .contentAs(byte[].class))
        .isEqualTo(bytes);
  }

  @Test
  void keepsTextAsItIs() {
    String text = "žluťoučký {kůň 🐎";

    documents.upsert(key, text, upsertOptions().transcoder(RawStringTranscoder.INSTANCE));

    assertThat(
            documents
                .get(key, getOptions().transcoder(RawStringTranscoder.INSTANCE))
                .contentAs(String.class))
        .isEqualTo(text);
  }

  @Test
  void keepsTheSpellingOfJson() {
    byte[] json = "{ \"a\" : 1.0,\n \"a2\":[ ] }".getBytes(UTF_8);

    documents.upsert(key, json, upsertOptions().transcoder(RawJsonTranscoder.INSTANCE));

    assertThat(
            documents
                .get(key, getOptions().transcoder(RawJsonTranscoder.INSTANCE))
                .contentAs(byte[].class))
        .isEqualTo(json);
  }

  @Test
  void keepsAnEmptyDocument() {
    documents.upsert(key, new byte[0], upsertOptions().transcoder(RawBinaryTranscoder.INSTANCE));

    assertThat(
            documents
                .get(key, getOptions().transcoder(RawBinaryTranscoder.INSTANCE))
                .contentAs(byte[].class))
        .isEmpty();
  }

  // Sizes.

  @ParameterizedTest
  @ValueSource(ints = {1, 31, 32, 33, 4096, 70_000, 1_000_000})
  void keepsDocumentsThatTheClientCompresses(int length) {
    String text = "abcdefgh".repeat(length / 8 + 1).substring(0, length);

    documents.upsert(key, text);

    assertThat(documents.get(key).contentAs(String.class)).isEqualTo(text);
  }

  @Test
  void takesTheLargestDocumentAndNoLarger() {
    byte[] largest = new byte[LARGEST_BODY];
    new Random(1).nextBytes(largest);
    var binary = upsertOptions().transcoder(RawBinaryTranscoder.INSTANCE);

    documents.upsert(key, largest, binary);

    assertThat(
            documents
                .get(key, getOptions().transcoder(RawBinaryTranscoder.INSTANCE))
                .contentAs(byte[].class))
        .isEqualTo(largest);
    byte[] tooLarge = new byte[LARGEST_BODY + 1];
    assertThatExceptionOfType(ValueTooLargeException.class)
        .as("compressed on the wire")
        .isThrownBy(() -> documents.upsert(key, tooLarge, binary));
    new Random(2).nextBytes(tooLarge);
    assertThatExceptionOfType(ValueTooLargeException.class)
        .as("not compressible")
        .isThrownBy(() -> documents.upsert(key, tooLarge, binary));
    assertThatExceptionOfType(ValueTooLargeException.class)
        .isThrownBy(() -> documents.binary().append(key, new byte[1]));
    documents.remove(key);
  }

  /** The client itself refuses longer ones: it counts the byte of the collection. */
  @Test
  void takesTheLongestKeyThatTheClientSends() {
    String longest = "ž".repeat(124) + "k";
    documents.upsert(longest, 1);

    assertThat(documents.get(longest).contentAs(Integer.class)).isEqualTo(1);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> documents.upsert(longest + "k", 1));
  }

  // Parts of documents.

  @Test
  void appendsAndPrepends() {
    var binary = getOptions().transcoder(RawBinaryTranscoder.INSTANCE);
    documents.upsert(
        key, "b".getBytes(UTF_8), upsertOptions().transcoder(RawBinaryTranscoder.INSTANCE));

    documents.binary().append(key, "c".getBytes(UTF_8));
    MutationResult last = documents.binary().prepend(key, "a".getBytes(UTF_8));

    GetResult read = documents.get(key, binary);
    assertThat(read.contentAs(byte[].class)).asString(UTF_8).isEqualTo("abc");
    assertThat(read.cas()).isEqualTo(last.cas());
  }

  @Test
  void countsUpAndDown() {
    assertThat(documents.binary().increment(key, incrementOptions().initial(10).delta(5)).content())
        .isEqualTo(10);
    assertThat(documents.binary().increment(key, incrementOptions().delta(5)).content())
        .isEqualTo(15);
    assertThat(documents.binary().decrement(key, decrementOptions().delta(4)).content())
        .isEqualTo(11);
    assertThat(documents.binary().decrement(key, decrementOptions().delta(100)).content())
        .as("stops at zero")
        .isZero();
    assertThat(documents.get(key).contentAs(Long.class)).isZero();
  }

  @Test
  void countsNumbersOnly() {
    documents.upsert(key, "text");

    assertThatExceptionOfType(CouchbaseException.class)
        .as("the client has no name for it, but shows the error map's")
        .isThrownBy(() -> documents.binary().increment(key))
        .withMessageContaining("DELTA_BADVAL");
  }

  // Expiry.

  @Test
  void expires() {
    documents.upsert(key, 1, upsertOptions().expiry(Duration.ofSeconds(10)));

    CLOCK.advance(Duration.ofSeconds(9));
    assertThat(documents.exists(key).exists()).isTrue();
    CLOCK.advance(Duration.ofSeconds(2));

    assertThat(documents.exists(key).exists()).isFalse();
    assertThatExceptionOfType(DocumentNotFoundException.class).isThrownBy(() -> documents.get(key));
    documents.insert(key, 2, insertOptions());
    assertThat(documents.get(key).contentAs(Integer.class)).isEqualTo(2);
  }

  @Test
  void tellsTheExpiryTime() {
    Instant expiry = CLOCK.instant().plus(Duration.ofDays(400)).truncatedTo(ChronoUnit.SECONDS);
    documents.upsert(key, Map.of("n", 1), upsertOptions().expiry(expiry));

    GetResult read = documents.get(key, getOptions().withExpiry(true));

    assertThat(read.expiryTime()).contains(expiry);
    assertThat(read.contentAsObject().getInt("n")).isEqualTo(1);
  }

  @Test
  void forgetsTheExpiryTimeUnlessAskedToPreserveIt() {
    documents.upsert(key, 1, upsertOptions().expiry(Duration.ofHours(1)));
    documents.upsert(key, 2, upsertOptions().preserveExpiry(true));
    assertThat(documents.get(key, getOptions().withExpiry(true)).expiryTime()).isPresent();

    documents.upsert(key, 3);

    assertThat(documents.get(key, getOptions().withExpiry(true)).expiryTime()).isEmpty();
  }

  @Test
  void touchesADocument() {
    MutationResult stored = documents.upsert(key, 1, upsertOptions().expiry(Duration.ofSeconds(5)));
    MutationResult touched = documents.touch(key, Duration.ofHours(1));
    assertThat(touched.cas()).isNotEqualTo(stored.cas());

    CLOCK.advance(Duration.ofMinutes(1));
    assertThat(documents.getAndTouch(key, Duration.ofSeconds(5)).contentAs(Integer.class))
        .isEqualTo(1);
    CLOCK.advance(Duration.ofSeconds(6));

    assertThat(documents.exists(key).exists()).isFalse();
  }

  // Locks.

  @Test
  void locksADocumentUntilItIsUnlocked() {
    documents.upsert(key, 1);
    GetResult locked = documents.getAndLock(key, Duration.ofSeconds(20));

    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(() -> documents.upsert(key, 2, upsertOptions().timeout(Duration.ofMillis(300))))
        .satisfies(
            e ->
                assertThat(e.context().requestContext().retryReasons())
                    .contains(RetryReason.KV_LOCKED));
    assertThatExceptionOfType(CasMismatchException.class)
        .isThrownBy(() -> documents.unlock(key, WRONG_CAS));
    documents.unlock(key, locked.cas());

    documents.upsert(key, 3);
    assertThat(documents.get(key).contentAs(Integer.class)).isEqualTo(3);
    assertThatExceptionOfType(DocumentNotLockedException.class)
        .isThrownBy(() -> documents.unlock(key, locked.cas()));
  }

  @Test
  void whoHoldsTheLockMayWrite() {
    documents.upsert(key, 1);
    GetResult locked = documents.getAndLock(key, Duration.ofSeconds(20));

    documents.replace(key, 2, replaceOptions().cas(locked.cas()));

    documents.upsert(key, 3);
    assertThat(documents.get(key).contentAs(Integer.class)).isEqualTo(3);
  }

  @Test
  void locksEndByThemselves() {
    documents.upsert(key, 1);
    documents.getAndLock(key, Duration.ofSeconds(20));

    CLOCK.advance(Duration.ofSeconds(21));

    documents.upsert(key, 2);
    assertThat(documents.get(key).contentAs(Integer.class)).isEqualTo(2);
  }

  // Durability and tokens.

  @ParameterizedTest
  @EnumSource(
      value = DurabilityLevel.class,
      names = {"MAJORITY", "MAJORITY_AND_PERSIST_TO_ACTIVE", "PERSIST_TO_MAJORITY"})
  void writesDurably(DurabilityLevel level) {
    documents.upsert(key, 1, upsertOptions().durability(level));
    documents.replace(key, 2, replaceOptions().durability(level));
    documents.remove(key, removeOptions().durability(level));

    assertThat(documents.exists(key).exists()).isFalse();
  }

  @Test
  void whatIsNotPersistedInTimeMayHaveHappened() {
    EmbeddedBucket bucket = COUCHBASE.node().bucket("data");
    bucket.pausePersistence();
    try {
      var durably =
          upsertOptions()
              .durability(DurabilityLevel.PERSIST_TO_MAJORITY)
              .timeout(Duration.ofSeconds(2));

      assertThatExceptionOfType(DurabilityAmbiguousException.class)
          .isThrownBy(() -> documents.upsert(key, 1, durably));

      assertThat(documents.exists(key).exists()).isFalse();
    } finally {
      bucket.resumePersistence();
    }
  }

  @Test
  void othersWaitForADurableWrite() {
    EmbeddedBucket bucket = COUCHBASE.node().bucket("data");
    var durably = upsertOptions().durability(DurabilityLevel.MAJORITY_AND_PERSIST_TO_ACTIVE);
    bucket.pausePersistence();
    CompletableFuture<MutationResult> first = documents.async().upsert(key, 1, durably);
    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(() -> documents.upsert(key, 2, upsertOptions().timeout(Duration.ofMillis(300))))
        .satisfies(
            e ->
                assertThat(e.context().requestContext().retryReasons())
                    .contains(RetryReason.KV_SYNC_WRITE_IN_PROGRESS));
    assertThat(documents.exists(key).exists()).isFalse();

    bucket.resumePersistence();

    assertThat(first).succeedsWithin(JavaClient.PATIENCE);
    assertThat(documents.get(key).cas()).isEqualTo(first.join().cas());
  }

  @Test
  void namesThePlaceOfAMutationInTheHistory() {
    EmbeddedBucket bucket = COUCHBASE.node().bucket("data");

    MutationToken first = documents.upsert(key, 1).mutationToken().orElseThrow();
    MutationToken second = documents.remove(key).mutationToken().orElseThrow();

    assertThat(first.bucketName()).isEqualTo("data");
    assertThat(first.partitionUUID()).isEqualTo(bucket.vbuuid(first.partitionID()));
    assertThat(second.partitionID()).isEqualTo(first.partitionID());
    assertThat(second.sequenceNumber()).isEqualTo(first.sequenceNumber() + 1);
    assertThat(bucket.highSeqno(first.partitionID())).isEqualTo(second.sequenceNumber());
  }
}
