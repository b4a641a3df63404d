package io.channelindex.server.http;

import io.channelindex.feed.PartitionStatus;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.Follower;
import io.channelindex.index.read.Since;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken;
import io.channelindex.sequence.token.TokenException;
import io.channelindex.sequence.token.TokenScope;
import io.channelindex.server.documents.DocumentException;
import io.channelindex.server.documents.DocumentWrite;
import io.channelindex.server.documents.StoredDocument;
import io.channelindex.server.documents.StoredPrincipal;
import io.channelindex.storage.IndexStorageException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A database in memory with the revision rules of the real one, and feeds that a test drives. */
final class FakeDatabase implements HostedDatabase {
  static final String TOKEN = "token";
  static final String FOREIGN_TOKEN = "foreign";
  static final String UNKNOWN_TOKEN = "unknown";
  static final String EXPIRED_TOKEN = "expired";

  private static final FeedToken AT =
      new FeedToken(7, new TokenScope(0, 0), ClockSpan.exactly(SequenceClock.of(1, 2, 3, 4)), null);

  private final Map<String, StoredDocument> documents = new ConcurrentHashMap<>();
  private final Map<PrincipalName, StoredPrincipal> principals = new ConcurrentHashMap<>();
  private final List<FeedRequest> requests = new CopyOnWriteArrayList<>();
  private final List<FakeFollower> followers = new CopyOnWriteArrayList<>();
  private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
  private final AtomicInteger writesAsked = new AtomicInteger();
  private volatile Optional<String> whyClosed = Optional.empty();
  private volatile boolean indexAway;
  private volatile boolean documentsAway;
  private final AtomicReference<FakeFollower> prepared =
      new AtomicReference<>(new FakeFollower(TOKEN));
  private volatile List<PartitionStatus> partitions = List.of();

  /** The follower that the next feed gets. */
  FakeFollower prepare() {
    FakeFollower follower = new FakeFollower(TOKEN);
    prepared.set(follower);
    return follower;
  }

  List<FeedRequest> requests() {
    return requests;
  }

  List<FakeFollower> followers() {
    return followers;
  }

  void indexAway(boolean away) {
    indexAway = away;
  }

  void documentsAway(boolean away) {
    documentsAway = away;
  }

  void closedBecause(String reason) {
    whyClosed = Optional.of(reason);
  }

  @Override
  public Optional<String> whyClosed() {
    return whyClosed;
  }

  void partitions(PartitionStatus... statuses) {
    partitions = List.of(statuses);
  }

  /** Holds writes back. */
  void closeGate() {
    gate = new CompletableFuture<>();
  }

  /** Lets the writes go on that were held back. */
  void openGate() {
    gate.complete(null);
  }

  int writesAsked() {
    return writesAsked.get();
  }

  void put(StoredDocument document) {
    documents.put(document.id(), document);
  }

  @Override
  public String name() {
    return "db";
  }

  @Override
  public long instanceStartTime() {
    return 42;
  }

  @Override
  public CompletionStage<Since.At> resume(String seq) {
    return switch (seq) {
      case TOKEN ->
          indexAway
              ? CompletableFuture.failedFuture(new IndexStorageException("index is away"))
              : CompletableFuture.completedFuture(new Since.At(AT, seq));
      case FOREIGN_TOKEN -> refused(TokenException.Reason.FOREIGN);
      case UNKNOWN_TOKEN -> refused(TokenException.Reason.UNKNOWN);
      case EXPIRED_TOKEN -> refused(TokenException.Reason.EXPIRED);
      default -> refused(TokenException.Reason.MALFORMED);
    };
  }

  private static CompletionStage<Since.At> refused(TokenException.Reason reason) {
    return CompletableFuture.failedFuture(new TokenException(reason, "a token of the tests"));
  }

  @Override
  public CompletionStage<Follower> follow(FeedRequest request) {
    if (indexAway) {
      return CompletableFuture.failedFuture(new IndexStorageException("index is away"));
    }
    requests.add(request);
    // Feeds of two event loops must not be given the same one.
    FakeFollower follower = prepared.getAndSet(new FakeFollower(TOKEN));
    followers.add(follower);
    return CompletableFuture.completedFuture(follower);
  }

  @Override
  public CompletionStage<StoredDocument> document(String id) {
    if (documentsAway) {
      return failed(DocumentException.Reason.UNAVAILABLE, "data bucket is away");
    }
    StoredDocument document = documents.get(id);
    return document == null
        ? failed(DocumentException.Reason.NOT_FOUND, "missing")
        : CompletableFuture.completedFuture(document);
  }

  @Override
  public CompletionStage<String> write(DocumentWrite write) {
    writesAsked.incrementAndGet();
    return gate.thenCompose(open -> writeNow(write));
  }

  private synchronized CompletionStage<String> writeNow(DocumentWrite write) {
    if (documentsAway) {
      return failed(DocumentException.Reason.UNAVAILABLE, "data bucket is away");
    }
    StoredDocument old = documents.get(write.id());
    if (old == null && write.deleted()) {
      return failed(DocumentException.Reason.NOT_FOUND, "missing");
    }
    String current = old == null ? null : old.revision();
    boolean fits =
        current == null
            ? write.parent() == null
            : current.equals(write.parent()) || (old.deleted() && write.parent() == null);
    if (!fits) {
      return failed(DocumentException.Reason.CONFLICT, "Document update conflict.");
    }
    int generation =
        current == null ? 1 : Integer.parseInt(current.substring(0, current.indexOf('-'))) + 1;
    String revision = generation + "-" + Integer.toHexString(write.body().hashCode());
    documents.put(
        write.id(),
        new StoredDocument(write.id(), revision, write.deleted(), Set.of(), write.body()));
    return CompletableFuture.completedFuture(revision);
  }

  @Override
  public CompletionStage<Optional<StoredPrincipal>> principal(PrincipalName name) {
    return CompletableFuture.completedFuture(Optional.ofNullable(principals.get(name)));
  }

  @Override
  public CompletionStage<Boolean> write(StoredPrincipal wanted) {
    if (documentsAway) {
      return failed(DocumentException.Reason.UNAVAILABLE, "data bucket is away");
    }
    return CompletableFuture.completedFuture(principals.put(wanted.name(), wanted) == null);
  }

  @Override
  public CompletionStage<Boolean> delete(PrincipalName name) {
    return CompletableFuture.completedFuture(principals.remove(name) != null);
  }

  private static <T> CompletionStage<T> failed(DocumentException.Reason reason, String message) {
    return CompletableFuture.failedFuture(new DocumentException(reason, message));
  }

  @Override
  public boolean isIndexAvailable() {
    return !indexAway;
  }

  @Override
  public List<PartitionStatus> partitions() {
    return partitions;
  }
}
