package io.channelindex.perf.follow;

import com.couchbase.client.java.Collection;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentSettings;
import io.channelindex.server.documents.DocumentStore;
import io.channelindex.server.documents.DocumentWrite;
import io.channelindex.server.documents.StableSeqnos;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Documents written as the server writes them, in this process: without it and its interface. */
public final class StoredDocuments implements DocumentWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final DocumentStore store;

  /**
   * @param collection of the data bucket
   * @param vbuckets how many vbuckets it has
   */
  public StoredDocuments(Collection collection, int vbuckets) {
    store = new DocumentStore(collection, vbuckets, DocumentSettings.DEFAULT, StableSeqnos.UNKNOWN);
  }

  @Override
  public CompletableFuture<String> store(String id, @Nullable String parent, byte[] body) {
    try {
      ObjectNode object = JSON.readValue(body, ObjectNode.class);
      return store.write(new DocumentWrite(id, parent, false, object)).toCompletableFuture();
    } catch (IOException e) {
      throw new UncheckedIOException("body is no object: document=" + id, e);
    }
  }

  @Override
  public CompletableFuture<String> delete(String id, String parent) {
    return store
        .write(new DocumentWrite(id, parent, true, JSON.createObjectNode()))
        .toCompletableFuture();
  }
}
