package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.endpoint.EndpointState;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.service.ServiceType;
import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.json.JsonObject;
import com.couchbase.client.java.kv.LookupInOptions;
import com.couchbase.client.java.kv.LookupInSpec;
import com.couchbase.client.java.kv.MutationResult;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.index.write.DataVbucket.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * The data bucket of an embedded node, and beside it the model of each of its vbuckets, which is
 * told of everything and has to say the same.
 *
 * <p>Written by one thread; what it knows of documents may be asked for by any.
 */
final class NodeData implements DocumentSource {
  private static final String CAS = "$document.CAS";

  private final EmbeddedBucket bucket;
  private final Cluster cluster;
  private final Collection documents;
  private final Map<Integer, DataVbucket> vbuckets = new TreeMap<>();
  private final Map<State, CompletableFuture<Optional<IndexedChange>>> changes =
      new ConcurrentHashMap<>();

  /** What a stream and a document both tell of a state. */
  private record State(int vbucket, long cas) {}

  NodeData(EmbeddedBucket bucket, Cluster cluster) {
    this.bucket = bucket;
    this.cluster = cluster;
    this.documents = cluster.bucket(bucket.name()).defaultCollection();
    for (int vbucket = 0; vbucket < bucket.vbuckets(); vbucket++) {
      int number = vbucket;
      vbuckets.put(number, new DataVbucket(number, () -> bucket.vbuuid(number)));
    }
  }

  Map<Integer, DataVbucket> vbuckets() {
    return vbuckets;
  }

  /** The model of the vbucket that a document belongs to, as Couchbase's clients reckon. */
  DataVbucket vbucketOf(String id) {
    CRC32 crc = new CRC32();
    crc.update(id.getBytes(StandardCharsets.UTF_8));
    return vbuckets.get((int) ((crc.getValue() >> 16 & 0x7fff) % vbuckets.size()));
  }

  /** Whether a document is there, as far as the model knows. */
  boolean exists(String id) {
    DataVbucket model = vbucketOf(id);
    Version version = model.latest(model.high()).get(id);
    return version != null && !version.deleted();
  }

  /** Writes a document: it is in these channels now, or deleted if there is no set of channels. */
  void write(String id, Optional<Set<String>> channels) {
    DataVbucket model = vbucketOf(id);
    Version version = model.write(id, channels);
    MutationResult result =
        channels.isEmpty()
            ? documents.remove(id)
            : documents.upsert(id, JsonObject.create().put("revision", version.revision()));
    assertThat(result.mutationToken().orElseThrow().partitionID())
        .isEqualTo((short) model.number());
    assertThat(result.mutationToken().orElseThrow().sequenceNumber()).isEqualTo(version.seqno());
    change(model.number(), result.cas()).complete(Optional.of(model.change(version)));
  }

  /** What a state of a document is for the index: known once its writer knows of it. */
  CompletableFuture<Optional<IndexedChange>> change(int vbucket, long cas) {
    return changes.computeIfAbsent(new State(vbucket, cas), state -> new CompletableFuture<>());
  }

  void pausePersistence() {
    bucket.pausePersistence();
  }

  void resumePersistence() {
    bucket.resumePersistence();
  }

  /** Every vbucket loses what is not persisted, and begins a new branch. */
  void crash() {
    Set<String> connections = connections();
    bucket.crash();
    vbuckets.forEach(
        (number, model) -> {
          long high = bucket.highSeqno(number);
          // A stream in the middle of its first snapshot has to begin again: a rebuild.
          model.lostTraces |= high < model.high();
          model.failOver(high);
        });
    // A write on a connection that is about to be closed may have been done or not.
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              Set<String> now = connections();
              return !now.isEmpty() && now.stream().noneMatch(connections::contains);
            });
  }

  /** The client's addresses on its connections to the bucket. */
  private Set<String> connections() {
    return cluster.diagnostics().endpoints().getOrDefault(ServiceType.KV, List.of()).stream()
        .filter(endpoint -> endpoint.state() == EndpointState.CONNECTED)
        .filter(endpoint -> endpoint.namespace().filter(bucket.name()::equals).isPresent())
        .map(endpoint -> String.valueOf(endpoint.local()))
        .collect(Collectors.toSet());
  }

  /** Tombstones go; whoever streams from below them has to begin again. */
  void purge() {
    int expected = vbuckets.values().stream().mapToInt(DataVbucket::purge).sum();
    assertThat(bucket.purgeTombstones(Duration.ZERO)).isEqualTo(expected);
  }

  @Override
  public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
    return documents
        .async()
        .lookupIn(
            documentId,
            List.of(LookupInSpec.get(CAS).xattr()),
            LookupInOptions.lookupInOptions().accessDeleted(true))
        .thenCompose(found -> change(vbucket, Long.decode(found.contentAs(0, String.class))))
        .exceptionallyCompose(
            failure ->
                Retries.cause(failure) instanceof DocumentNotFoundException
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : CompletableFuture.failedFuture(failure));
  }

  @Override
  public String goneRevision(String documentId, String lastRevision) {
    return DataVbucket.goneRevision(lastRevision);
  }

  /** The model is what the bucket is. */
  void assertModelled() {
    for (DataVbucket model : vbuckets.values()) {
      assertThat(bucket.highSeqno(model.number())).isEqualTo(model.high());
      for (Version version : model.latest(model.high()).values()) {
        assertThat(documents.exists(version.id()).exists())
            .as("%s", version)
            .isEqualTo(!version.deleted());
      }
    }
  }
}
