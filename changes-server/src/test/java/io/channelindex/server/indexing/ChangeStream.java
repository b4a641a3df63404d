package io.channelindex.server.indexing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.couchbase.client.dcp.Client;
import com.couchbase.client.dcp.highlevel.DatabaseChangeListener;
import com.couchbase.client.dcp.highlevel.Deletion;
import com.couchbase.client.dcp.highlevel.DocumentChange;
import com.couchbase.client.dcp.highlevel.FlowControlMode;
import com.couchbase.client.dcp.highlevel.Mutation;
import com.couchbase.client.dcp.highlevel.StreamFailure;
import com.couchbase.client.dcp.highlevel.StreamOffset;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.feed.Change;
import io.channelindex.index.write.IndexedChange;
import io.channelindex.server.documents.DataClient;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** All changes of a bucket from the beginning, through the real client, translated. */
final class ChangeStream implements DatabaseChangeListener, AutoCloseable {
  /** A change and what became of it. */
  record Translated(Change change, CompletionStage<Optional<IndexedChange>> indexed) {}

  private final Client client;
  private final ChangeTranslator translator;
  private final Queue<Translated> translated = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Long> seqnos = new ConcurrentHashMap<>();

  ChangeStream(EmbeddedCouchbase node, String bucket, ChangeTranslator translator) {
    this.translator = translator;
    client =
        Client.builder()
            .connectionString(node.connectionString())
            .credentials(node.username(), node.password())
            .bucket(bucket)
            .collectionsAware(true)
            .xattrs(true)
            .flowControl(1024 * 1024)
            .build();
    client.listener(this, FlowControlMode.AUTOMATIC);
    client.connect().block(DataClient.PATIENCE);
    Map<Integer, StreamOffset> from = new HashMap<>();
    IntStream.range(0, client.numPartitions())
        .forEach(vbucket -> from.put(vbucket, StreamOffset.ZERO));
    client.resumeStreaming(from).block(DataClient.PATIENCE);
  }

  @Override
  public void onMutation(Mutation mutation) {
    arrived(mutation, Change.Kind.MUTATION, Integer.toUnsignedLong(mutation.getExpiry()));
  }

  @Override
  public void onDeletion(Deletion deletion) {
    Change.Kind kind = deletion.isDueToExpiration() ? Change.Kind.EXPIRATION : Change.Kind.DELETION;
    arrived(deletion, kind, 0);
  }

  private void arrived(DocumentChange document, Change.Kind kind, long expiry) {
    Map<String, byte[]> attributes =
        document.getXattrs().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, it -> it.getValue().getBytes(UTF_8)));
    Change change =
        new Change(
            kind,
            document.getKey(),
            document.getVbucket(),
            document.getOffset().getSeqno(),
            document.getCas(),
            document.getRevision(),
            expiry,
            attributes,
            () -> {});
    if (ChangeTranslator.concerns(change)) {
      translated.add(new Translated(change, translator.translate(change)));
    }
    seqnos.put(change.vbucket(), change.seqno());
  }

  @Override
  public void onFailure(StreamFailure failure) {
    failures.add(failure.getCause());
  }

  Queue<Translated> translated() {
    return translated;
  }

  Queue<Throwable> failures() {
    return failures;
  }

  long seqno(int vbucket) {
    return seqnos.getOrDefault(vbucket, 0L);
  }

  @Override
  public void close() {
    client.disconnect().block(DataClient.PATIENCE);
  }
}
