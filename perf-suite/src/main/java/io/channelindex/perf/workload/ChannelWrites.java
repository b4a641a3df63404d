package io.channelindex.perf.workload;

import io.channelindex.perf.cluster.KeyValue;
import io.channelindex.perf.follow.DocumentWriter;
import io.channelindex.perf.load.ChannelDocuments;
import io.channelindex.perf.load.ChannelPlan;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.oracle.Fingerprint;
import io.channelindex.perf.oracle.WriteLog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the writes of a plan, those of one document one after the other, and keeps the log of
 * what was acknowledged. A write whose outcome is unknown is looked up in the data bucket, not
 * asked of the server, and tried again if it was not done, as a client would.
 *
 * <p>Writes are started by one thread, in their order.
 */
final class ChannelWrites {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration AGAIN = Duration.ofMillis(100);

  private final Namespace namespace;
  private final ChannelPlan plan;
  private final ChannelDocuments documents;
  private final KeyValue data;
  private final DocumentWriter writer;
  private final TimeSource time;
  private final WriteLog log;
  private final LongAdder unknown = new LongAdder();
  private final Executor later =
      CompletableFuture.delayedExecutor(AGAIN.toMillis(), TimeUnit.MILLISECONDS);

  /** The revision of each document once its last write has been acknowledged. */
  private final List<@Nullable CompletableFuture<String>> revisions;

  ChannelWrites(WorkloadRun run, ChannelPlan plan, DocumentWriter writer, WriteLog log) {
    this.namespace = run.namespace();
    this.plan = plan;
    this.documents =
        new ChannelDocuments(namespace, plan, run.load().seed(), run.feeds().documentBytes());
    this.data = run.session().documents();
    this.writer = writer;
    this.time = run.time();
    this.log = log;
    this.revisions = new ArrayList<>();
    for (int document = 0; document < plan.documents(); document++) {
      revisions.add(null);
    }
  }

  /** Writes whose outcome was unknown at first. */
  long unknown() {
    return unknown.sum();
  }

  /** Starts a write, or lines it up behind the document's last one. */
  CompletableFuture<?> start(int write) {
    int document = plan.document(write);
    CompletableFuture<String> before = revisions.get(document);
    CompletableFuture<String> revision =
        before == null
            ? attempt(write, null)
            : before.thenCompose(parent -> attempt(write, parent));
    revisions.set(document, revision);
    return revision;
  }

  private CompletableFuture<String> attempt(int write, @Nullable String parent) {
    return attempt(write, parent, time.nanos() + PATIENCE.toNanos())
        .thenApply(
            revision -> {
              byte[] text = revision.getBytes(StandardCharsets.US_ASCII);
              log.acknowledged(write, Fingerprint.of(text, 0, text.length));
              return revision;
            });
  }

  private CompletableFuture<String> attempt(int write, @Nullable String parent, long until) {
    return send(write, parent)
        .exceptionallyCompose(
            failure -> {
              unknown.increment();
              return resolve(write, parent, until, failure);
            });
  }

  private CompletableFuture<String> send(int write, @Nullable String parent) {
    int document = plan.document(write);
    int version = plan.version(write);
    String id = namespace.key(document);
    return plan.kind(document, version) == ChannelPlan.Kind.DELETE && parent != null
        ? writer.delete(id, parent)
        : writer.store(id, parent, documents.body(document, version));
  }

  /** Nobody else writes the document: if it is a generation further, it was this write. */
  private CompletableFuture<String> resolve(
      int write, @Nullable String parent, long until, Throwable failure) {
    String key = namespace.key(plan.document(write));
    return CompletableFuture.supplyAsync(() -> key, later)
        .thenCompose(data::revision)
        .handle(Looked::new)
        .thenCompose(looked -> decide(write, parent, until, failure, looked));
  }

  private CompletableFuture<String> decide(
      int write, @Nullable String parent, long until, Throwable failure, Looked looked) {
    String found = looked.revision();
    if (found != null && generation(found) >= plan.version(write)) {
      return CompletableFuture.completedFuture(found);
    }
    if (time.nanos() - until > 0) {
      return CompletableFuture.failedFuture(failure);
    }
    return looked.failure() == null
        ? attempt(write, parent, until)
        : resolve(write, parent, until, failure);
  }

  /** What a look into the bucket brought. */
  private record Looked(@Nullable String revision, @Nullable Throwable failure) {}

  private static int generation(String revision) {
    int hyphen = revision.indexOf('-');
    return hyphen < 1 ? 0 : Integer.parseInt(revision.substring(0, hyphen));
  }
}
