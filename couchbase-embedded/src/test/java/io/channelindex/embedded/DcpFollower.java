package io.channelindex.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.couchbase.client.dcp.Client;
import com.couchbase.client.dcp.highlevel.CollectionCreated;
import com.couchbase.client.dcp.highlevel.CollectionDropped;
import com.couchbase.client.dcp.highlevel.DatabaseChangeListener;
import com.couchbase.client.dcp.highlevel.Deletion;
import com.couchbase.client.dcp.highlevel.DocumentChange;
import com.couchbase.client.dcp.highlevel.FailoverLog;
import com.couchbase.client.dcp.highlevel.FlowControlMode;
import com.couchbase.client.dcp.highlevel.Mutation;
import com.couchbase.client.dcp.highlevel.Rollback;
import com.couchbase.client.dcp.highlevel.ScopeCreated;
import com.couchbase.client.dcp.highlevel.ScopeDropped;
import com.couchbase.client.dcp.highlevel.SeqnoAdvanced;
import com.couchbase.client.dcp.highlevel.SnapshotDetails;
import com.couchbase.client.dcp.highlevel.SnapshotMarker;
import com.couchbase.client.dcp.highlevel.StreamEnd;
import com.couchbase.client.dcp.highlevel.StreamFailure;
import com.couchbase.client.dcp.highlevel.StreamOffset;
import com.couchbase.client.dcp.state.FailoverLogEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The real {@code dcp-client}, connected to a bucket, and everything that it was told: a reference
 * consumer that keeps all versions, so that it can be rolled back, and that checks the order.
 *
 * <p>The client's own thread writes; any thread may read.
 */
final class DcpFollower implements DatabaseChangeListener, AutoCloseable {
  /**
   * A version of a document as the stream told it.
   *
   * @param content null of a deletion
   */
  record Version(
      String key,
      int vbucket,
      long seqno,
      long cas,
      String content,
      Map<String, String> attributes,
      long collection,
      StreamOffset offset) {
    boolean isDeletion() {
      return content == null;
    }
  }

  private final Client client;
  private final List<Version> versions = new CopyOnWriteArrayList<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final List<Rollback> rollbacks = new CopyOnWriteArrayList<>();
  private final List<StreamEnd> ends = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<SnapshotDetails> snapshots = new CopyOnWriteArrayList<>();
  private final List<String> systemEvents = new CopyOnWriteArrayList<>();
  private final Map<Integer, StreamOffset> offsets = new ConcurrentHashMap<>();
  private final Map<Integer, List<FailoverLogEntry>> failoverLogs = new ConcurrentHashMap<>();
  private final Set<Integer> reopened = ConcurrentHashMap.newKeySet();
  private volatile Consumer<DocumentChange> onChange = change -> {};

  private DcpFollower(Client client) {
    this.client = client;
  }

  /** Connects as the node's own account; {@code settings} may add to the defaults. */
  static DcpFollower connect(
      EmbeddedCouchbase node, String bucket, Consumer<Client.Builder> settings) {
    DcpFollower follower = unconnected(node, bucket, node.password(), settings);
    follower.client.listener(follower, FlowControlMode.AUTOMATIC);
    follower.client.connect().block(JavaClient.PATIENCE);
    return follower;
  }

  static DcpFollower connect(EmbeddedCouchbase node, String bucket) {
    return connect(node, bucket, settings -> {});
  }

  /** For a caller that chooses the flow control and connects by itself. */
  static DcpFollower unconnected(
      EmbeddedCouchbase node, String bucket, String password, Consumer<Client.Builder> settings) {
    Client.Builder builder =
        Client.builder()
            .connectionString(node.connectionString())
            .credentials(node.username(), password)
            .bucket(bucket)
            .collectionsAware(true)
            .xattrs(true)
            .flowControl(1024 * 1024);
    settings.accept(builder);
    return new DcpFollower(builder.build());
  }

  Client client() {
    return client;
  }

  /** Streams every vbucket from the beginning, without end. */
  DcpFollower followAll() {
    return resume(Map.of());
  }

  /** Streams every vbucket from {@code saved}, those that are not in it from the beginning. */
  DcpFollower resume(Map<Integer, StreamOffset> saved) {
    Map<Integer, StreamOffset> from = new HashMap<>();
    IntStream.range(0, client.numPartitions())
        .forEach(vbucket -> from.put(vbucket, saved.getOrDefault(vbucket, StreamOffset.ZERO)));
    return resumeOnly(from);
  }

  /** Streams the vbuckets of {@code saved} only. */
  DcpFollower resumeOnly(Map<Integer, StreamOffset> saved) {
    client.resumeStreaming(saved).block(JavaClient.PATIENCE);
    return this;
  }

  /** Calls {@code action} with each change, after it was recorded, on the client's thread. */
  void onChange(Consumer<DocumentChange> action) {
    onChange = action;
  }

  // What was told.

  /** Everything, in the order it came; what was rolled back is not in it. */
  List<Version> versions() {
    return List.copyOf(versions);
  }

  List<Version> versions(String key) {
    return versions.stream().filter(version -> version.key().equals(key)).toList();
  }

  /** The newest contents by key, without deleted documents. */
  Map<String, String> documents() {
    Map<String, String> documents = new TreeMap<>();
    for (Version version : versions) {
      if (version.isDeletion()) {
        documents.remove(version.key());
      } else {
        documents.put(version.key(), version.content());
      }
    }
    return documents;
  }

  /** The last offset of each vbucket that anything was told of. */
  Map<Integer, StreamOffset> offsets() {
    return Map.copyOf(offsets);
  }

  List<Rollback> rollbacks() {
    return List.copyOf(rollbacks);
  }

  List<StreamEnd> ends() {
    return List.copyOf(ends);
  }

  List<Throwable> failures() {
    return List.copyOf(failures);
  }

  List<SnapshotDetails> snapshots() {
    return List.copyOf(snapshots);
  }

  /** For example {@code scope created: name}; once for each vbucket. */
  List<String> systemEvents() {
    return List.copyOf(systemEvents);
  }

  List<FailoverLogEntry> failoverLog(int vbucket) {
    return failoverLogs.getOrDefault(vbucket, List.of());
  }

  /** What no server may do: seqnos out of order, or outside of their snapshot. */
  List<String> violations() {
    return List.copyOf(violations);
  }

  // The listener.

  @Override
  public void onMutation(Mutation mutation) {
    record(mutation, new String(mutation.getContent(), UTF_8));
  }

  @Override
  public void onDeletion(Deletion deletion) {
    record(deletion, null);
  }

  private void record(DocumentChange change, String content) {
    moveTo(change.getVbucket(), change.getOffset());
    versions.add(
        new Version(
            change.getKey(),
            change.getVbucket(),
            change.getOffset().getSeqno(),
            change.getCas(),
            content,
            Map.copyOf(change.getXattrs()),
            change.getCollection().id(),
            change.getOffset()));
    onChange.accept(change);
  }

  private void moveTo(int vbucket, StreamOffset offset) {
    StreamOffset before = offsets.put(vbucket, offset);
    SnapshotMarker snapshot = offset.getSnapshot();
    // After a reconnect the client begins where its listener was when the connection was lost, and
    // tells it again what was on its way to it then.
    boolean mayRepeat = reopened.remove(vbucket);
    if (before != null && before.getSeqno() >= offset.getSeqno() && !mayRepeat) {
      violations.add("vbucket=" + vbucket + ", before=" + before + ", after=" + offset);
    }
    if (offset.getSeqno() < snapshot.getStartSeqno()
        || offset.getSeqno() > snapshot.getEndSeqno()) {
      violations.add("outside of its snapshot: vbucket=" + vbucket + ", offset=" + offset);
    }
  }

  @Override
  public void onSeqnoAdvanced(SeqnoAdvanced advanced) {
    moveTo(advanced.getVbucket(), advanced.getOffset());
  }

  @Override
  public void onScopeCreated(ScopeCreated event) {
    systemEvents.add("scope created: " + event.getScopeName());
  }

  @Override
  public void onScopeDropped(ScopeDropped event) {
    systemEvents.add("scope dropped: " + event.getScopeId());
  }

  @Override
  public void onCollectionCreated(CollectionCreated event) {
    systemEvents.add("collection created: " + event.getCollectionName());
  }

  @Override
  public void onCollectionDropped(CollectionDropped event) {
    systemEvents.add("collection dropped: " + event.getCollectionId());
    versions.removeIf(version -> version.collection() == event.getCollectionId());
  }

  @Override
  public void onRollback(Rollback rollback) {
    rollbacks.add(rollback);
    versions.removeIf(
        version ->
            version.vbucket() == rollback.getVbucket() && version.seqno() > rollback.getSeqno());
    offsets.remove(rollback.getVbucket());
    rollback.resume();
  }

  @Override
  public void onSnapshot(SnapshotDetails snapshot) {
    snapshots.add(snapshot);
  }

  @Override
  public void onFailoverLog(FailoverLog failoverLog) {
    failoverLogs.put(failoverLog.getVbucket(), failoverLog.getEntries());
    reopened.add(failoverLog.getVbucket());
  }

  @Override
  public void onStreamEnd(StreamEnd end) {
    ends.add(end);
  }

  @Override
  public void onFailure(StreamFailure failure) {
    failures.add(failure.getCause());
  }

  @Override
  public void close() {
    client.disconnect().block(JavaClient.PATIENCE);
  }
}
