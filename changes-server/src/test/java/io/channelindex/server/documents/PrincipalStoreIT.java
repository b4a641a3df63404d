package io.channelindex.server.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.couchbase.client.java.Collection;
import com.couchbase.client.java.json.JsonObject;
import io.channelindex.embedded.junit.EmbeddedCouchbaseExtension;
import io.channelindex.index.principals.Grants;
import io.channelindex.index.principals.Grants.Grant;
import io.channelindex.index.principals.Principal;
import io.channelindex.index.principals.Principal.Status;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.server.documents.DocumentException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Users and roles, over the real client. */
class PrincipalStoreIT {
  private static final PrincipalName ANN = PrincipalName.user("ann");

  @RegisterExtension
  final EmbeddedCouchbaseExtension couchbase =
      EmbeddedCouchbaseExtension.with(node -> node.vbuckets(1).bucket("data"));

  private DataClient client;
  private Collection sdk;
  private PrincipalStore store;
  private volatile long stable;

  @BeforeEach
  void open() {
    client = new DataClient(couchbase.node());
    sdk = client.collection("data");
    store = new PrincipalStore(sdk, 1, DocumentSettings.DEFAULT, (vbucket, vbuuid) -> stable);
  }

  @AfterEach
  void close() {
    client.close();
  }

  private static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static StoredPrincipal ann(Set<String> channels, Set<String> roles) {
    return new StoredPrincipal(ANN, channels, roles, Status.ENABLED);
  }

  private Principal current() {
    return done(store.current(ANN)).orElseThrow();
  }

  private long seqno() {
    return couchbase.node().bucket("data").highSeqno(0);
  }

  @Test
  void everyGrantHasTheSeqnoOfTheWriteThatGaveIt() {
    assertThat(done(store.current(ANN))).isEmpty();
    assertThat(done(store.put(ann(Set.of("a", "b"), Set.of("r"))))).isTrue();
    sdk.upsert("between", JsonObject.create());
    assertThat(done(store.put(ann(Set.of("b", "c"), Set.of("r"))))).isFalse();

    assertThat(current().channels().all())
        .containsExactly(
            new Grant("a", 1, 3), new Grant("b", 1, Grants.NEVER), new Grant("c", 3, Grants.NEVER));
    assertThat(current().roles().all()).containsExactly(new Grant("r", 1, Grants.NEVER));
    assertThat(done(store.get(ANN))).contains(ann(Set.of("b", "c"), Set.of("r")));
  }

  @Test
  void whatIsSoAlreadyIsNotWritten() {
    done(store.put(ann(Set.of("a"), Set.of())));
    long before = seqno();

    assertThat(done(store.put(ann(Set.of("a"), Set.of())))).isFalse();
    assertThat(done(store.delete(PrincipalName.role("none")))).isFalse();

    assertThat(seqno()).isEqualTo(before);
    done(store.put(new StoredPrincipal(ANN, Set.of("a"), Set.of(), Status.DISABLED)));
    assertThat(current().status()).isEqualTo(Status.DISABLED);
    assertThat(current().channels().all()).containsExactly(new Grant("a", 1, Grants.NEVER));
  }

  @Test
  void deletingWithdrawsAndComingBackGrantsAnew() {
    done(store.put(ann(Set.of("a"), Set.of("r"))));
    assertThat(done(store.delete(ANN))).isTrue();
    assertThat(done(store.get(ANN))).isEmpty();
    assertThat(current().channels().all()).containsExactly(new Grant("a", 1, 2));

    assertThat(done(store.put(ann(Set.of("a"), Set.of())))).isTrue();

    assertThat(current().channels().all())
        .containsExactly(new Grant("a", 1, 2), new Grant("a", 3, Grants.NEVER));
    assertThat(current().roles().all()).containsExactly(new Grant("r", 1, 2));
  }

  @Test
  void whoeverElseDeletesWithdrawsToo() {
    done(store.put(ann(Set.of("a"), Set.of())));
    sdk.remove(ANN.key());

    assertThat(done(store.get(ANN))).isEmpty();
    assertThat(current().channels().all()).containsExactly(new Grant("a", 1, 2));
  }

  @Test
  void whatOthersWriteGrantsNothing() {
    sdk.upsert(ANN.key(), JsonObject.create().put("channels", List.of("a")));
    assertThat(current().channels()).isEqualTo(Grants.NONE);
    done(store.put(ann(Set.of("b"), Set.of())));
    sdk.replace(ANN.key(), JsonObject.create().put("channels", List.of("a")));

    assertThat(current().channels().all()).containsExactly(new Grant("b", 2, Grants.NEVER));
  }

  @Test
  void writesThatRaceAreAllDoneOneAfterTheOther() {
    List<CompletionStage<Boolean>> puts = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      puts.add(store.put(ann(Set.of("c" + i), Set.of())));
    }
    assertThat(puts.stream().map(PrincipalStoreIT::done))
        .filteredOn(created -> created)
        .isNotEmpty();

    Grants channels = current().channels();
    assertThat(channels.names()).hasSize(10);
    for (long seqno = 1; seqno <= seqno(); seqno++) {
      assertThat(channels.at(seqno)).as("seqno=%s", seqno).hasSize(1);
    }
  }

  @Test
  void onlyWhatTheIndexHasIsForgotten() {
    for (int i = 0; i < 60; i++) {
      done(store.put(ann(Set.of("c" + i), Set.of())));
    }
    assertThat(current().channels().all()).hasSize(60);

    stable = 30;
    done(store.put(ann(Set.of("d"), Set.of())));
    assertThat(current().channels().all()).hasSize(51);
  }

  @Test
  void whatCannotBeIsRefused() {
    Set<String> many = new java.util.TreeSet<>();
    IntStream.rangeClosed(0, 1_000).forEach(i -> many.add("c" + i));
    assertRefused(ann(many, Set.of()), "too many channels or roles");
    assertRefused(ann(Set.of("a,b"), Set.of()), "comma or control character");
    assertRefused(ann(Set.of(ANN.channel()), Set.of()), "comma or control character");
    assertRefused(ann(Set.of(""), Set.of()), "length of a channel's name");
    assertThatThrownBy(() -> ann(Set.of(), Set.of("")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new StoredPrincipal(PrincipalName.role("r"), Set.of(), Set.of("s"), Status.ENABLED))
        .hasMessage("a role has no roles: principal=role:r");
    assertThat(seqno()).isZero();
    done(store.put(ann(Set.of("*"), Set.of())));
  }

  private void assertRefused(StoredPrincipal principal, String why) {
    assertThatThrownBy(() -> done(store.put(principal)))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            DocumentException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_REQUEST))
        .hasMessageContaining(why);
  }
}
