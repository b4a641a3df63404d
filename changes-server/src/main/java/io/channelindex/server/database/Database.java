package io.channelindex.server.database;

import io.channelindex.feed.PartitionStatus;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.Follower;
import io.channelindex.index.read.Since;
import io.channelindex.server.config.DatabaseConfig;
import io.channelindex.server.documents.DocumentException;
import io.channelindex.server.documents.DocumentWrite;
import io.channelindex.server.documents.StoredDocument;
import io.channelindex.server.documents.StoredPrincipal;
import io.channelindex.server.faults.PlantedFaults;
import io.channelindex.server.http.HostedDatabase;
import io.channelindex.storage.IndexStorageException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database of the configuration. It opens in the background, again and again until it succeeds;
 * until then it is there and unavailable, and says why.
 *
 * <p>Thread-safe.
 */
public final class Database implements HostedDatabase, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final long LOOK_MILLIS = 20;

  private final String name;
  private final DatabaseConfig config;
  private final CompletableFuture<OpenDatabase> open = new CompletableFuture<>();
  private final Thread opener;
  private volatile String reason = "it has not connected yet";
  private volatile boolean refused;

  private Database(String name, DatabaseConfig config, Opening opening) {
    this.name = name;
    this.config = config;
    this.opener = new Thread(() -> keepOpening(opening), "channel-index-open-" + name);
  }

  /** Begins to open a database. */
  public static Database start(
      String name,
      DatabaseConfig config,
      CouchbaseLink link,
      Workers workers,
      PlantedFaults faults) {
    Database database =
        new Database(name, config, new Opening(name, config, link, workers, faults));
    database.opener.start();
    return database;
  }

  private void keepOpening(Opening opening) {
    Backoff backoff = new Backoff();
    while (!open.isDone()) {
      try {
        OpenDatabase opened = opening.open();
        load(opened);
        open.complete(opened);
        LOG.info("Database {} is open", name);
        opened.memory().ifPresent(memory -> memory.full().thenAccept(this::refuse));
      } catch (InterruptedException e) {
        return;
      } catch (RefusedException e) {
        reason = String.valueOf(e.getMessage());
        LOG.error("Database {} cannot be opened as it is configured: {}", name, reason);
        open.completeExceptionally(e);
      } catch (RuntimeException e) {
        reason = String.valueOf(e.getMessage());
        LOG.warn("Database {} does not open and will be tried again: {}", name, reason);
        if (!backoff.sleep()) {
          return;
        }
      }
    }
  }

  /** Waits until an index that is in memory has what there is; the reason says so meanwhile. */
  private void load(OpenDatabase opened) throws InterruptedException {
    if (opened.memory().isEmpty()) {
      return;
    }
    CompletionStage<String> full = opened.memory().get().full();
    boolean loaded = false;
    try {
      Loading loading = new Loading(opened.index(), opened.feed());
      for (Optional<String> missing = loading.missing();
          missing.isPresent();
          missing = loading.missing()) {
        reason = missing.get();
        String why = full.toCompletableFuture().getNow(null);
        if (why != null) {
          throw new RefusedException(new IllegalStateException(why));
        }
        Thread.sleep(LOOK_MILLIS);
      }
      loaded = true;
    } finally {
      if (!loaded) {
        opened.close();
      }
    }
  }

  /** The index cannot go on: nobody is told anything from here on, rather than not all. */
  private void refuse(String why) {
    reason = why;
    OpenDatabase database = now();
    refused = true;
    LOG.error("Database {} is closed: {}", name, why);
    if (database != null) {
      new Thread(database::close, "channel-index-close-" + name).start();
    }
  }

  /** Completes when the database is open; fails if it cannot be opened as it is configured. */
  public CompletionStage<Void> opened() {
    return open.thenAccept(database -> {});
  }

  /** The open database; null until it is, and after it was closed. */
  @Nullable OpenDatabase now() {
    return !refused && open.isDone() && !open.isCompletedExceptionally() ? open.join() : null;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<String> whyClosed() {
    return now() == null ? Optional.of(reason) : Optional.empty();
  }

  @Override
  public long instanceStartTime() {
    return require().instanceStartTime();
  }

  private OpenDatabase require() {
    OpenDatabase database = now();
    if (database == null) {
      throw new IllegalStateException("database is not open: database=" + name);
    }
    return database;
  }

  @Override
  public CompletionStage<Follower> follow(FeedRequest request) {
    OpenDatabase database = now();
    return database == null
        ? CompletableFuture.failedFuture(new IndexStorageException(closedMessage()))
        : database.index().follow(request);
  }

  @Override
  public CompletionStage<Since.At> resume(String seq) {
    OpenDatabase database = now();
    return database == null
        ? CompletableFuture.failedFuture(new IndexStorageException(closedMessage()))
        : database.index().resume(seq);
  }

  @Override
  public CompletionStage<StoredDocument> document(String id) {
    return documents(database -> database.documents().get(id));
  }

  @Override
  public CompletionStage<String> write(DocumentWrite write) {
    return documents(database -> database.documents().write(write));
  }

  @Override
  public CompletionStage<Optional<StoredPrincipal>> principal(PrincipalName principal) {
    return documents(database -> database.principals().get(principal));
  }

  @Override
  public CompletionStage<Boolean> write(StoredPrincipal wanted) {
    return documents(database -> database.principals().put(wanted));
  }

  @Override
  public CompletionStage<Boolean> delete(PrincipalName principal) {
    return documents(database -> database.principals().delete(principal));
  }

  private <T> CompletionStage<T> documents(Function<OpenDatabase, CompletionStage<T>> operation) {
    OpenDatabase database = now();
    return database == null
        ? CompletableFuture.failedFuture(
            new DocumentException(DocumentException.Reason.UNAVAILABLE, closedMessage()))
        : operation.apply(database);
  }

  private String closedMessage() {
    return "database is not open: database=" + name + ", bucket=" + config.bucket() + ": " + reason;
  }

  @Override
  public boolean isIndexAvailable() {
    OpenDatabase database = now();
    return database != null && database.index().isAvailable();
  }

  @Override
  public List<PartitionStatus> partitions() {
    OpenDatabase database = now();
    return database == null ? List.of() : database.partitions();
  }

  /**
   * Stops opening, or closes what is open: partitions first, so that they commit what they have.
   */
  @Override
  public void close() {
    opener.interrupt();
    OpenDatabase database = now();
    if (database != null) {
      database.close();
    }
    open.completeExceptionally(new IllegalStateException("database was closed: " + name));
  }
}
