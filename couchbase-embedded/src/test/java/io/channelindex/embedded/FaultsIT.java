package io.channelindex.embedded;

import static com.couchbase.client.java.kv.UpsertOptions.upsertOptions;
import static io.channelindex.embedded.fault.FaultAction.crashLosing;
import static io.channelindex.embedded.fault.FaultAction.cutAfter;
import static io.channelindex.embedded.fault.FaultAction.delayExecution;
import static io.channelindex.embedded.fault.FaultAction.disconnect;
import static io.channelindex.embedded.fault.FaultAction.dropAnswer;
import static io.channelindex.embedded.fault.FaultAction.moveClock;
import static io.channelindex.embedded.fault.FaultAction.stallReading;
import static io.channelindex.embedded.fault.FaultAction.stallWriting;
import static io.channelindex.embedded.fault.FaultAction.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import com.couchbase.client.core.error.AmbiguousTimeoutException;
import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.error.RequestCanceledException;
import com.couchbase.client.core.retry.RetryReason;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.kv.MutationResult;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.FaultRule;
import io.channelindex.embedded.fault.Faults;
import io.channelindex.embedded.fault.InjectedFault;
import io.channelindex.embedded.fault.PausableClock;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Faults by example, as the README has them, and what {@code java-client} makes of them. */
@ExtendWith(NettyLeaks.class)
class FaultsIT {
  private static final Duration PATIENCE = JavaClient.PATIENCE;
  private static final Duration SHORT = Duration.ofMillis(500);

  @RegisterExtension
  final EmbeddedCouchbaseExtension couchbase =
      EmbeddedCouchbaseExtension.with(
          node -> node.vbuckets(1).bucket("data").clock(PausableClock.running()));

  private EmbeddedCouchbase node;
  private JavaClient client;
  private Collection documents;

  @BeforeEach
  void connect() {
    node = couchbase.node();
    client = JavaClient.connect(node);
    documents = client.documents("data");
    documents.upsert("a", 0);
  }

  @AfterEach
  void disconnectClient() {
    client.close();
  }

  private int read(String key) {
    return documents.get(key).contentAs(Integer.class);
  }

  @Test
  void aBusyServerIsAskedAgain() {
    node.faults()
        .install(
            FaultPlan.of(
                FaultRule.requests(Opcode.SET)
                    .name("busy")
                    .times(2)
                    .then(status(Status.ETMPFAIL))));

    documents.upsert("a", 1);

    assertThat(read("a")).isEqualTo(1);
    assertThat(node.faults().injected())
        .extracting(InjectedFault::rule, InjectedFault::key, InjectedFault::vbucket)
        .containsExactly(tuple("busy", "a", 0), tuple("busy", "a", 0));
  }

  @Test
  void whoNeverHearsDoesNotKnow() {
    node.faults()
        .install(
            FaultPlan.of(
                FaultRule.requests(Opcode.SET).key("a").times(1).name("lost").then(dropAnswer())));

    assertThatExceptionOfType(AmbiguousTimeoutException.class)
        .isThrownBy(() -> documents.upsert("a", 1, upsertOptions().timeout(SHORT)));

    assertThat(read("a")).as("it was written").isEqualTo(1);
    assertThat(node.faults().count("lost")).isEqualTo(1);
  }

  static FaultRule[] endsOfTheConnection() {
    return new FaultRule[] {
      FaultRule.requests(Opcode.GET).times(1).name("end").then(disconnect()),
      FaultRule.requests(Opcode.GET).times(1).name("end").then(cutAfter(10)),
      FaultRule.requests(Opcode.GET).times(1).name("end").then(cutAfter(26)),
    };
  }

  @ParameterizedTest
  @MethodSource("endsOfTheConnection")
  void aReaderConnectsAgain(FaultRule rule) {
    node.faults().install(FaultPlan.of(rule));

    assertThat(read("a")).isZero();

    assertThat(node.faults().count("end")).isEqualTo(1);
  }

  @Test
  void aWriterIsToldThatItsConnectionBroke() {
    node.faults().install(FaultPlan.of(FaultRule.requests(Opcode.SET).times(1).then(disconnect())));

    assertThatExceptionOfType(RequestCanceledException.class)
        .isThrownBy(() -> documents.upsert("a", 1))
        .matches(
            e ->
                e.context()
                    .requestContext()
                    .request()
                    .cancellationReason()
                    .innerReason()
                    .equals(RetryReason.CHANNEL_CLOSED_WHILE_IN_FLIGHT));

    documents.upsert("a", 2);
    assertThat(read("a")).isEqualTo(2);
  }

  static FaultRule[] stalls() {
    FaultRule.Builder first = FaultRule.requests(Opcode.SET).times(1).name("stalled");
    return new FaultRule[] {
      first.then(stallReading()), first.then(stallWriting()), first.then(delayExecution(PATIENCE))
    };
  }

  @ParameterizedTest
  @MethodSource("stalls")
  void whatHangsGoesOnWhenItIsReleased(FaultRule rule) throws InterruptedException {
    node.faults().install(FaultPlan.of(rule));
    CompletableFuture<MutationResult> written = documents.async().upsert("a", 1);
    node.faults().await("stalled", 1, PATIENCE);
    CompletableFuture<MutationResult> behind = documents.async().upsert("b", 1);

    assertThat(written).isNotDone();
    node.faults().release();

    assertThat(written).succeedsWithin(PATIENCE);
    assertThat(behind).succeedsWithin(PATIENCE);
    assertThat(read("a")).isEqualTo(1);
  }

  @Test
  void aStallEndsWithTheNode() throws InterruptedException {
    node.faults()
        .install(FaultPlan.of(FaultRule.requests(Opcode.SET).name("s").then(stallReading())));
    CompletableFuture<MutationResult> written = documents.async().upsert("a", 1);
    node.faults().await("s", 1, PATIENCE);

    node.close();

    assertThat(written).failsWithin(PATIENCE);
  }

  @Test
  void aClockThatJumpsMakesDocumentsExpire() {
    node.faults()
        .install(
            FaultPlan.of(
                FaultRule.requests(Opcode.GET)
                    .key("b")
                    .from(2)
                    .times(1)
                    .then(moveClock(Duration.ofHours(1)))));
    documents.upsert("b", 1, upsertOptions().expiry(Duration.ofMinutes(30)));

    assertThat(read("b")).isEqualTo(1);
    assertThatExceptionOfType(DocumentNotFoundException.class).isThrownBy(() -> read("b"));
  }

  @Test
  void casIncreasesWhenTheClockJumpsBack() {
    long before = documents.upsert("a", 1).cas();
    node.faults()
        .install(
            FaultPlan.of(
                FaultRule.requests(Opcode.SET).times(1).then(moveClock(Duration.ofHours(-1)))));

    assertThat(documents.upsert("a", 2).cas()).isEqualTo(before + 1);
    assertThat(documents.upsert("a", 3).cas()).isEqualTo(before + 2);
  }

  @Test
  void aCrashTakesTheLastWrites() {
    node.faults()
        .install(
            FaultPlan.of(FaultRule.requests(Opcode.SET).from(3).times(1).then(crashLosing(2))));
    documents.upsert("a", 1);
    documents.upsert("a", 2);

    assertThatExceptionOfType(CouchbaseException.class).isThrownBy(() -> documents.upsert("a", 3));

    assertThat(read("a")).isEqualTo(1);
  }

  /** The worst that can happen: everything, at random, and nothing that was confirmed is lost. */
  @Test
  void whatWasConfirmedIsThere() {
    node.faults()
        .install(
            FaultPlan.parse(
                """
                {"seed": 7, "rules": [
                  {"on": "request", "opcodes": ["SET"], "probability": 0.10,
                   "do": {"status": "ETMPFAIL"}},
                  {"on": "request", "opcodes": ["SET", "GET"], "probability": 0.05,
                   "do": {"delayAnswer": "5ms"}},
                  {"on": "request", "opcodes": ["SET", "GET"], "probability": 0.05,
                   "do": {"delayExecution": "5ms"}},
                  {"on": "request", "opcodes": ["SET"], "probability": 0.02,
                   "do": {"disconnect": "AFTER"}},
                  {"on": "request", "opcodes": ["GET"], "probability": 0.02,
                   "do": {"cutAfter": 12}}]}
                """));
    int confirmed = 0;
    for (int i = 1; i <= 300; i++) {
      try {
        documents.upsert("a", i);
        confirmed = i;
      } catch (RequestCanceledException broken) {
        assertThat(broken).hasMessageContaining("CHANNEL_CLOSED_WHILE_IN_FLIGHT");
      }
      assertThat(read("a")).isBetween(confirmed, i);
    }
    assertThat(confirmed).isGreaterThan(200);
    assertThat(node.faults().injected()).hasSizeGreaterThan(30);
  }

  @Test
  void aPlanMayBeThereFromTheStart() {
    FaultPlan plan =
        FaultPlan.of(FaultRule.requests(Opcode.HELLO).name("hello").then(status(Status.EINTERNAL)));
    try (EmbeddedCouchbase faulty =
        EmbeddedCouchbase.builder().bucket("data").faults(plan).start()) {
      Faults faults = faulty.faults();
      assertThat(faults.plan()).contains(plan);
      assertThat(faults.injected()).isEmpty();
    }
  }

  @Test
  void aClockThatCannotJumpIsRefusedAtTheStart() {
    FaultPlan plan = FaultPlan.of(FaultRule.requests().then(moveClock(Duration.ofHours(1))));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> EmbeddedCouchbase.builder().clock(InstantSource.system()).faults(plan).start())
        .withMessageContaining("PausableClock");
  }
}
