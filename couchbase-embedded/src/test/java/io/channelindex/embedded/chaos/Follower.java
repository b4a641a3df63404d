package io.channelindex.embedded.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.couchbase.client.dcp.Client;
import com.couchbase.client.dcp.highlevel.DatabaseChangeListener;
import com.couchbase.client.dcp.highlevel.Deletion;
import com.couchbase.client.dcp.highlevel.DocumentChange;
import com.couchbase.client.dcp.highlevel.FailoverLog;
import com.couchbase.client.dcp.highlevel.FlowControlMode;
import com.couchbase.client.dcp.highlevel.Mutation;
import com.couchbase.client.dcp.highlevel.Rollback;
import com.couchbase.client.dcp.highlevel.SeqnoAdvanced;
import com.couchbase.client.dcp.highlevel.SnapshotDetails;
import com.couchbase.client.dcp.highlevel.StreamFailure;
import com.couchbase.client.dcp.highlevel.StreamOffset;
import io.channelindex.embedded.EmbeddedCouchbase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * A consumer of all vbuckets through the real {@code dcp-client}, from the beginning: it goes back
 * when it is told that history was lost, and goes on whatever happens to its streams.
 *
 * <p>Thread-safe: the client's thread writes, any thread may read.
 */
final class Follower implements DatabaseChangeListener, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int BUFFER_BYTES = 1 << 20;

  private final String name;
  private final Client client;
  private final Map<Integer, ConsumedVBucket> vbuckets = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();
  private final AtomicInteger rollbacks = new AtomicInteger();

  private Follower(String name, Client client) {
    this.name = name;
    this.client = client;
  }

  /**
   * Connects and begins.
   *
   * @param name for people
   */
  static Follower start(String name, EmbeddedCouchbase cluster, String bucket) {
    Client client =
        Client.builder()
            .connectionString(cluster.connectionString())
            .credentials(cluster.username(), cluster.password())
            .bucket(bucket)
            .collectionsAware(true)
            .flowControl(BUFFER_BYTES)
            .build();
    Follower follower = new Follower(name, client);
    client.listener(follower, FlowControlMode.AUTOMATIC);
    client.connect().block(PATIENCE);
    Map<Integer, StreamOffset> beginning = new HashMap<>();
    for (int vbucket = 0; vbucket < client.numPartitions(); vbucket++) {
      follower.vbuckets.put(vbucket, new ConsumedVBucket());
      beginning.put(vbucket, StreamOffset.ZERO);
    }
    client.resumeStreaming(beginning).block(PATIENCE);
    return follower;
  }

  // What it has.

  String name() {
    return name;
  }

  /** The newest version of every document that ever was, by key. */
  synchronized Map<String, ConsumedVBucket.Document> documents() {
    Map<String, ConsumedVBucket.Document> all = new TreeMap<>();
    vbuckets.values().forEach(vbucket -> all.putAll(vbucket.documents()));
    return all;
  }

  /** The seqno up to which it has everything of a vbucket. */
  synchronized long position(int vbucket) {
    return vbucket(vbucket).position();
  }

  /** How often it was told that history was lost. */
  int rollbacks() {
    return rollbacks.get();
  }

  /** What no server may do, and what went wrong here. */
  synchronized List<String> violations() {
    List<String> all = new ArrayList<>(failures);
    vbuckets.forEach(
        (id, vbucket) ->
            vbucket.violations().forEach(text -> all.add(name + ", vbucket=" + id + ": " + text)));
    return all;
  }

  private ConsumedVBucket vbucket(int id) {
    ConsumedVBucket vbucket = vbuckets.get(id);
    if (vbucket == null) {
      throw new IllegalArgumentException("vbucket=" + id);
    }
    return vbucket;
  }

  // The listener.

  @Override
  public void onMutation(Mutation mutation) {
    receive(mutation, new String(mutation.getContent(), UTF_8));
  }

  @Override
  public void onDeletion(Deletion deletion) {
    receive(deletion, null);
  }

  private synchronized void receive(DocumentChange change, @Nullable String value) {
    vbucket(change.getVbucket())
        .receive(
            new ConsumedVBucket.Document(
                change.getKey(),
                change.getOffset().getSeqno(),
                change.getRevision(),
                change.getCas(),
                value));
  }

  @Override
  public synchronized void onSeqnoAdvanced(SeqnoAdvanced advanced) {
    vbucket(advanced.getVbucket()).advance(advanced.getOffset().getSeqno());
  }

  @Override
  public synchronized void onSnapshot(SnapshotDetails snapshot) {
    vbucket(snapshot.getVbucket()).snapshot(snapshot.getMarker().getEndSeqno());
  }

  @Override
  public synchronized void onFailoverLog(FailoverLog failoverLog) {
    vbucket(failoverLog.getVbucket()).reopened();
  }

  @Override
  public void onRollback(Rollback rollback) {
    rollbacks.incrementAndGet();
    int vbucket = rollback.getVbucket();
    long position;
    synchronized (this) {
      position = vbucket(vbucket).rollback(rollback.getSeqno());
    }
    goOn(vbucket, client.rollbackAndRestartStream(vbucket, position));
  }

  /** Streams go on by themselves; one that could not is opened again where the client left it. */
  @Override
  public void onFailure(StreamFailure failure) {
    int vbucket = failure.getVbucket();
    if (vbucket < 0) {
      synchronized (this) {
        failures.add(name + ": " + failure.getCause());
      }
      return;
    }
    goOn(
        vbucket, Mono.delay(PAUSE).then(Mono.defer(() -> client.startStreaming(List.of(vbucket)))));
  }

  private void goOn(int vbucket, Mono<Void> opening) {
    var unused =
        opening
            .retryWhen(Retry.fixedDelay(PATIENCE.dividedBy(PAUSE), PAUSE))
            .subscribe(
                nothing -> {},
                problem -> {
                  synchronized (this) {
                    failures.add(name + ", vbucket=" + vbucket + ": " + problem);
                  }
                });
  }

  @Override
  public void close() {
    client.disconnect().block(PATIENCE);
  }
}
