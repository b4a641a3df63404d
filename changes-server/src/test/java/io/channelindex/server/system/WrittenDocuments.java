package io.channelindex.server.system;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.DocumentWrite;
import io.channelindex.server.system.ChannelView.Seen;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * The oracle: writes documents and knows, from what was acknowledged and nothing else, what each
 * channel has to say of each of them.
 */
final class WrittenDocuments {
  private static final int IN_FLIGHT = 256;

  private final DocumentStore store;
  private final List<String> channels;
  private final Random random;
  private final String prefix;
  private final List<Document> documents = new ArrayList<>();

  /** A document as its last acknowledged write left it. */
  private static final class Document {
    private final String id;
    private String revision = "";
    private boolean deleted;
    private Set<String> channels = Set.of();
    private final Map<String, Seen> left = new HashMap<>();

    private Document(String id) {
      this.id = id;
    }
  }

  WrittenDocuments(DocumentStore store, List<String> channels, long seed) {
    this(store, channels, seed, "doc-");
  }

  WrittenDocuments(DocumentStore store, List<String> channels, long seed, String prefix) {
    this.prefix = prefix;
    this.store = store;
    this.channels = channels;
    this.random = new Random(seed);
  }

  /** Creates documents, each in one or two channels. */
  void create(int count) {
    List<Document> created = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      created.add(new Document(prefix + (documents.size() + i)));
    }
    documents.addAll(created);
    inBatches(created, document -> write(document, someChannels(), false));
  }

  /** Writes some of them again: half stay where they are, others move, some are deleted. */
  void change(int count) {
    Set<Document> chosen = new HashSet<>();
    while (chosen.size() < count) {
      Document document = documents.get(random.nextInt(documents.size()));
      if (!document.deleted) {
        chosen.add(document);
      }
    }
    inBatches(
        List.copyOf(chosen),
        document -> {
          int kind = random.nextInt(10);
          if (kind < 5) {
            return write(document, document.channels, false);
          }
          return kind < 8
              ? write(document, someChannels(), false)
              : write(document, Set.of(), true);
        });
  }

  private interface Write {
    CompletableFuture<Void> of(Document document);
  }

  private static void inBatches(List<Document> documents, Write write) {
    for (int from = 0; from < documents.size(); from += IN_FLIGHT) {
      List<Document> batch = documents.subList(from, Math.min(documents.size(), from + IN_FLIGHT));
      CompletableFuture.allOf(batch.stream().map(write::of).toArray(CompletableFuture<?>[]::new))
          .join();
    }
  }

  private Set<String> someChannels() {
    Set<String> some = new TreeSet<>();
    some.add(channels.get(random.nextInt(channels.size())));
    if (random.nextBoolean()) {
      some.add(channels.get(random.nextInt(channels.size())));
    }
    return some;
  }

  private CompletableFuture<Void> write(Document document, Set<String> into, boolean delete) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (!delete) {
      body.put("n", random.nextInt());
      ArrayNode names = body.putArray("channels");
      into.forEach(names::add);
    }
    String parent = document.revision.isEmpty() ? null : document.revision;
    return store
        .write(new DocumentWrite(document.id, parent, delete, body))
        .toCompletableFuture()
        .thenAccept(revision -> acknowledged(document, revision, into, delete));
  }

  private static void acknowledged(
      Document document, String revision, Set<String> into, boolean delete) {
    Seen leaving = delete ? Seen.deleted(revision) : Seen.removed(revision);
    for (String channel : document.channels) {
      if (!into.contains(channel)) {
        document.left.put(channel, leaving);
      }
    }
    into.forEach(document.left::remove);
    document.channels = into;
    document.revision = revision;
    document.deleted = delete;
  }

  /** What a reader of the whole channel has to see, by document. */
  Map<String, Seen> expected(String channel) {
    Map<String, Seen> expected = new HashMap<>();
    for (Document document : documents) {
      Seen left = document.left.get(channel);
      if (document.channels.contains(channel)) {
        expected.put(document.id, Seen.active(document.revision));
      } else if (left != null) {
        expected.put(document.id, left);
      }
    }
    return expected;
  }

  /** What a reader of {@code *} has to see, by document. */
  Map<String, Seen> expectedOfAll() {
    Map<String, Seen> expected = new HashMap<>();
    for (Document document : documents) {
      expected.put(
          document.id,
          document.deleted ? Seen.deleted(document.revision) : Seen.active(document.revision));
    }
    return expected;
  }

  List<String> channels() {
    return channels;
  }

  List<String> ids() {
    return documents.stream().map(document -> document.id).toList();
  }
}
