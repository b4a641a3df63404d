package io.channelindex.embedded;

import static com.couchbase.client.java.kv.GetOptions.getOptions;
import static com.couchbase.client.java.manager.collection.CreateCollectionSettings.createCollectionSettings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.CollectionExistsException;
import com.couchbase.client.core.error.CollectionNotFoundException;
import com.couchbase.client.core.error.InvalidArgumentException;
import com.couchbase.client.core.error.ScopeExistsException;
import com.couchbase.client.core.error.ScopeNotFoundException;
import com.couchbase.client.core.error.TimeoutException;
import com.couchbase.client.core.retry.RetryReason;
import com.couchbase.client.dcp.Client;
import com.couchbase.client.java.Bucket;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.manager.collection.CollectionManager;
import com.couchbase.client.java.manager.collection.CollectionSpec;
import com.couchbase.client.java.manager.collection.ScopeSpec;
import io.channelindex.embedded.fault.PausableClock;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Scopes and collections as the two clients create, use and follow them. */
@ExtendWith(NettyLeaks.class)
class CollectionsIT {
  private static final int VBUCKETS = 4;
  private static final PausableClock CLOCK = PausableClock.paused();

  @RegisterExtension
  static final EmbeddedCouchbaseExtension COUCHBASE =
      EmbeddedCouchbaseExtension.with(node -> node.clock(CLOCK).vbuckets(VBUCKETS).bucket("data"));

  private static JavaClient client;
  private static Bucket bucket;
  private static CollectionManager manager;

  /** A scope for each test, so that they share the node. */
  private String scope;

  @BeforeAll
  static void connect() {
    client = JavaClient.connect(COUCHBASE.node());
    bucket = client.bucket("data");
    bucket.waitUntilReady(JavaClient.PATIENCE);
    manager = bucket.collections();
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  @BeforeEach
  void createScope(TestInfo test) {
    scope = test.getTestMethod().orElseThrow().getName();
    manager.createScope(scope);
  }

  private Collection create(String collection) {
    manager.createCollection(scope, collection);
    return bucket.scope(scope).collection(collection);
  }

  private DcpFollower follow(Consumer<Client.Builder> settings) {
    return DcpFollower.connect(COUCHBASE.node(), "data", settings).followAll();
  }

  @Test
  void areListed() {
    create("plain");
    manager.createCollection(
        scope, "fleeting", createCollectionSettings().maxExpiry(Duration.ofHours(1)));

    assertThat(manager.getAllScopes()).extracting(ScopeSpec::name).contains("_default", scope);
    assertThat(
            manager.getAllScopes().stream()
                .filter(candidate -> candidate.name().equals(scope))
                .flatMap(found -> found.collections().stream()))
        .extracting(CollectionSpec::name, CollectionSpec::maxExpiry)
        .containsExactlyInAnyOrder(
            tuple("plain", Duration.ZERO), tuple("fleeting", Duration.ofHours(1)));
  }

  @Test
  void keepDocumentsApart() {
    Collection one = create("one");
    Collection two = create("two");
    one.upsert("key", 1);
    two.upsert("key", 2);

    assertThat(one.get("key").contentAs(Integer.class)).isEqualTo(1);
    assertThat(two.get("key").contentAs(Integer.class)).isEqualTo(2);
    assertThat(bucket.defaultCollection().exists("key").exists()).isFalse();
    one.remove("key");
    assertThat(two.get("key").contentAs(Integer.class)).isEqualTo(2);
  }

  @Test
  void existOnce() {
    create("one");

    assertThatExceptionOfType(CollectionExistsException.class)
        .isThrownBy(() -> manager.createCollection(scope, "one"));
    assertThatExceptionOfType(ScopeExistsException.class)
        .isThrownBy(() -> manager.createScope(scope));
  }

  @Test
  void mustExistToBeUsed() {
    assertThatExceptionOfType(ScopeNotFoundException.class)
        .isThrownBy(() -> manager.createCollection("unheard-of", "one"));
    assertThatExceptionOfType(ScopeNotFoundException.class)
        .isThrownBy(() -> manager.dropScope("unheard-of"));
    assertThatExceptionOfType(ScopeNotFoundException.class)
        .isThrownBy(() -> manager.dropCollection("unheard-of", "one"));
    assertThatExceptionOfType(CollectionNotFoundException.class)
        .isThrownBy(() -> manager.dropCollection(scope, "unheard-of"));
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> manager.createCollection(scope, "not allowed!"));
    requireUnknown(bucket.scope(scope).collection("unheard-of"));
    requireUnknown(bucket.scope("unheard-of").collection("one"));
  }

  /** The client believes that it is a matter of time, and says why when the time is over. */
  private static void requireUnknown(Collection collection) {
    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(() -> collection.get("key", getOptions().timeout(Duration.ofMillis(700))))
        .satisfies(
            e ->
                assertThat(e.context().requestContext().retryReasons())
                    .containsAnyOf(
                        RetryReason.COLLECTION_NOT_FOUND,
                        RetryReason.COLLECTION_MAP_REFRESH_IN_PROGRESS,
                        RetryReason.KV_COLLECTION_OUTDATED));
  }

  @Test
  void takeTheirDocumentsWithThem() {
    Collection one = create("one");
    one.upsert("key", 1);
    long before = COUCHBASE.node().bucket("data").documentCount();

    manager.dropCollection(scope, "one");

    assertThat(COUCHBASE.node().bucket("data").documentCount()).isEqualTo(before - 1);
    requireUnknown(one);
    manager.createCollection(scope, "one");
    await()
        .atMost(JavaClient.PATIENCE)
        .untilAsserted(() -> assertThat(one.exists("key").exists()).isFalse());
    one.insert("key", 2);
    assertThat(one.get("key").contentAs(Integer.class)).isEqualTo(2);
  }

  @Test
  void goWithTheirScope() {
    Collection one = create("one");
    one.upsert("key", 1);

    manager.dropScope(scope);

    assertThat(manager.getAllScopes()).extracting(ScopeSpec::name).doesNotContain(scope);
    requireUnknown(one);
  }

  @Test
  void ofTheDefaultScopeStay() {
    bucket.defaultCollection().upsert("stays", 1);

    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> manager.dropScope("_default"));

    assertThat(bucket.defaultCollection().get("stays").contentAs(Integer.class)).isEqualTo(1);
  }

  @Test
  void limitTheLifeOfTheirDocuments() {
    manager.createCollection(
        scope, "fleeting", createCollectionSettings().maxExpiry(Duration.ofSeconds(30)));
    Collection fleeting = bucket.scope(scope).collection("fleeting");
    fleeting.upsert("key", 1);
    assertThat(fleeting.get("key", getOptions().withExpiry(true)).expiryTime())
        .contains(CLOCK.instant().plusSeconds(30).truncatedTo(ChronoUnit.SECONDS));

    CLOCK.advance(Duration.ofSeconds(31));

    assertThat(fleeting.exists("key").exists()).isFalse();
  }

  @Test
  void canBeFollowedOneByOne() {
    Collection one = create("one");
    Collection two = create("two");
    one.upsert("key", 1);
    two.upsert("key", 2);
    try (DcpFollower follower = follow(dcp -> dcp.collectionNames(scope + ".one"))) {
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(follower.documents()).isEqualTo(Map.of("key", "1")));

      two.upsert("key", 3);
      one.upsert("other", 4);

      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(
              () -> assertThat(follower.documents()).isEqualTo(Map.of("key", "1", "other", "4")));
      assertThat(follower.violations()).isEmpty();
    }
  }

  @Test
  void canBeFollowedByScope() {
    create("one").upsert("key", 1);
    bucket.defaultCollection().upsert("elsewhere", 1);
    try (DcpFollower follower = follow(dcp -> dcp.scopeName(scope))) {
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(follower.documents()).isEqualTo(Map.of("key", "1")));

      create("two").upsert("later", 2);
      manager.dropCollection(scope, "one");

      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(follower.documents()).isEqualTo(Map.of("later", "2")));
      assertThat(follower.violations()).isEmpty();
    }
  }

  @Test
  void appearInTheHistory() {
    try (DcpFollower follower = follow(dcp -> {})) {
      create("appearing").upsert("appearing-key", 1);
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(follower.systemEvents())
                    .contains("scope created: " + scope, "collection created: appearing");
                assertThat(follower.documents()).containsEntry("appearing-key", "1");
              });

      manager.dropCollection(scope, "appearing");

      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(follower.documents()).doesNotContainKey("appearing-key"));
      assertThat(
              follower.systemEvents().stream()
                  .filter("collection created: appearing"::equals)
                  .count())
          .as("once a vbucket")
          .isEqualTo(VBUCKETS);
      assertThat(follower.violations()).isEmpty();
    }
  }

  @Test
  void areHiddenFromWhoKnowsNone() {
    create("one").upsert("hidden", 1);
    bucket.defaultCollection().upsert("visible", 1);

    try (DcpFollower follower = follow(dcp -> dcp.collectionsAware(false))) {
      await()
          .atMost(JavaClient.PATIENCE)
          .untilAsserted(() -> assertThat(follower.documents()).containsKey("visible"));
      assertThat(follower.documents()).doesNotContainKey("hidden");
      assertThat(follower.systemEvents()).isEmpty();
      assertThat(follower.violations()).isEmpty();
    }
  }
}
