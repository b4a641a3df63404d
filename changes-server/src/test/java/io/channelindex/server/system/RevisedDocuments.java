package io.channelindex.server.system;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentException;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.DocumentWrite;
import io.channelindex.server.documents.StoredDocument;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes documents into a bucket that loses history, and knows which acknowledged revisions it has
 * lost: those that came after the one that is found again. For one thread at a time.
 */
final class RevisedDocuments {
  private static final int MOST = 250;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final DocumentStore store;
  private final Writing writing;
  private final String prefix;
  private final List<String> channels;
  private final Random random;
  private final List<Document> documents = new ArrayList<>();
  private final Set<Written> lost = new HashSet<>();
  private final Set<String> doubtful = new HashSet<>();

  /**
   * A revision of a document. Every body is another one, so that no revision comes twice; but a
   * deletion that was lost is the same when it is made again, and not lost then.
   */
  record Written(String id, String revision) {}

  /** The way by which documents are written. */
  @FunctionalInterface
  interface Writing {
    /** Writes, and answers the new revision; fails with {@link DocumentException}. */
    String write(DocumentWrite write) throws InterruptedException;
  }

  /** What is known of a document. */
  private static final class Document {
    private final String id;
    private final List<String> revisions = new ArrayList<>();
    private boolean deleted;

    private Document(String id) {
      this.id = id;
    }

    private @Nullable String parent() {
      return deleted || revisions.isEmpty() ? null : revisions.get(revisions.size() - 1);
    }
  }

  /** Documents that are written by {@code writing}, and looked for in {@code store}. */
  RevisedDocuments(
      DocumentStore store, Writing writing, String prefix, List<String> channels, long seed) {
    this.store = store;
    this.writing = writing;
    this.prefix = prefix;
    this.channels = channels;
    this.random = new Random(seed);
  }

  /** Documents that are written through the real client, past the servers. */
  RevisedDocuments(DocumentStore store, String prefix, List<String> channels, long seed) {
    this(store, write -> store.write(write).toCompletableFuture().join(), prefix, channels, seed);
  }

  /** Writes a document that is new, or changes, moves, deletes or restores one. */
  void write() throws InterruptedException {
    write(id -> true);
  }

  /**
   * The same with a document whose id is acceptable.
   *
   * @return what was acknowledged; empty if the write was refused, or what became of it had to be
   *     found out
   */
  Optional<Written> write(Predicate<String> acceptable) throws InterruptedException {
    Document document = choose(acceptable);
    boolean delete = document.parent() != null && random.nextInt(6) == 0;
    DocumentWrite write =
        new DocumentWrite(document.id, document.parent(), delete, delete ? empty() : body());
    try {
      String revision = writing.write(write);
      findLost(document, revision);
      document.revisions.add(revision);
      document.deleted = delete;
      Written written = new Written(document.id, revision);
      lost.remove(written);
      return Optional.of(written);
    } catch (DocumentException | CompletionException refused) {
      doubtful.add(document.id);
      settle(document);
      return Optional.empty();
    }
  }

  /**
   * Who restores a document names no revision to change, and is not refused where the deletion was
   * lost with all that was there: then the new revision does not follow the last one.
   */
  private void findLost(Document document, String next) {
    List<String> gone =
        document.revisions.stream()
            .filter(revision -> generation(revision) >= generation(next))
            .toList();
    gone.forEach(revision -> lost.add(new Written(document.id, revision)));
    document.revisions.removeAll(gone);
  }

  private static int generation(String revision) {
    return Integer.parseInt(revision.substring(0, revision.indexOf('-')));
  }

  private Document choose(Predicate<String> acceptable) {
    List<Document> known =
        documents.stream().filter(document -> acceptable.test(document.id)).toList();
    if (!known.isEmpty() && (documents.size() >= MOST || random.nextInt(3) > 0)) {
      return known.get(random.nextInt(known.size()));
    }
    Document created;
    do {
      created = new Document(prefix + Integer.toHexString(random.nextInt()));
    } while (!acceptable.test(created.id));
    documents.add(created);
    return created;
  }

  private static ObjectNode empty() {
    return JsonNodeFactory.instance.objectNode();
  }

  private ObjectNode body() {
    ObjectNode body = empty().put("n", random.nextLong());
    ArrayNode names = body.putArray("channels");
    Set<String> some = new TreeSet<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      some.add(channels.get(random.nextInt(channels.size())));
    }
    some.forEach(names::add);
    return body;
  }

  /** Finds out what became of every document, while nothing is lost. */
  void settle() throws InterruptedException {
    for (Document document : documents) {
      settle(document);
    }
  }

  private void settle(Document document) throws InterruptedException {
    Optional<StoredDocument> current = find(store, document.id);
    document.deleted = current.map(StoredDocument::deleted).orElse(false);
    int kept = current.map(found -> document.revisions.indexOf(found.revision())).orElse(-1) + 1;
    if (kept == 0 && current.isPresent()) {
      // A write of which we did not hear: what it was made upon, and so all that we know, is there.
      document.revisions.add(current.get().revision());
      lost.remove(new Written(document.id, current.get().revision()));
      return;
    }
    List<String> gone = document.revisions.subList(kept, document.revisions.size());
    gone.forEach(revision -> lost.add(new Written(document.id, revision)));
    gone.clear();
  }

  /** What a bucket has of a document: a node that is on its way back, or out, is asked again. */
  static Optional<StoredDocument> find(DocumentStore store, String id) {
    return await()
        .atMost(PATIENCE)
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptionsMatching(RevisedDocuments::isUnavailable)
        .until(() -> lookUp(store, id), found -> true);
  }

  private static boolean isUnavailable(Throwable failure) {
    return failure.getCause() instanceof DocumentException refused
        && refused.reason() == DocumentException.Reason.UNAVAILABLE;
  }

  private static Optional<StoredDocument> lookUp(DocumentStore store, String id) {
    try {
      return Optional.of(store.get(id).toCompletableFuture().join());
    } catch (CompletionException e) {
      if (e.getCause() instanceof DocumentException refused
          && refused.reason() == DocumentException.Reason.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The acknowledged revisions that were found lost so far. */
  Set<Written> lost() {
    return lost;
  }

  /** Documents that may have had, and lost, revisions that were never acknowledged. */
  Set<String> doubtful() {
    return doubtful;
  }

  /** What the data bucket has of all documents that were ever written. */
  Map<String, StoredDocument> current() throws InterruptedException {
    Map<String, StoredDocument> current = new HashMap<>();
    for (Document document : documents) {
      find(store, document.id).ifPresent(found -> current.put(document.id, found));
    }
    return current;
  }
}
