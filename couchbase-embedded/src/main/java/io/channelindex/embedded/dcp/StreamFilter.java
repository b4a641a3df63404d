package io.channelindex.embedded.dcp;

import com.fasterxml.jackson.databind.JsonNode;
import io.channelindex.embedded.engine.CollectionsManifest;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.engine.SystemEvent;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.protocol.Status;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which part of a vbucket's history a stream shows: all of it, the default collection, one scope,
 * or some collections. Follows the history: a collection that is created in its scope joins, one
 * that is dropped leaves. Source: {@code stream-request-value.md}.
 */
final class StreamFilter {
  private enum Kind {
    EVERYTHING,
    DEFAULT_COLLECTION,
    SCOPE,
    COLLECTIONS
  }

  private static final int NO_SCOPE = -1;

  private final Kind kind;
  private final int scope;
  private final Set<Integer> collections;
  private boolean scopeDropped;

  private StreamFilter(Kind kind, int scope, Set<Integer> collections) {
    this.kind = kind;
    this.scope = scope;
    this.collections = collections;
  }

  /**
   * What a connection sees that has not agreed on collections.
   *
   * @throws StatusException {@link Status#UNKNOWN_COLLECTION} if the default one was dropped
   */
  static StreamFilter defaultCollection(CollectionsManifest manifest) {
    if (!manifest.contains(0)) {
      throw StatusException.of(Status.UNKNOWN_COLLECTION);
    }
    return new StreamFilter(Kind.DEFAULT_COLLECTION, NO_SCOPE, new HashSet<>(Set.of(0)));
  }

  /**
   * Reads the members of a stream request's value; without any it asks for everything.
   *
   * @throws StatusException if it is malformed or names an unknown scope or collection
   */
  static StreamFilter parse(JsonNode json, CollectionsManifest manifest) {
    JsonNode scope = json.get("scope");
    JsonNode collections = json.get("collections");
    if (scope != null && collections != null) {
      throw StatusException.of(Status.EINVAL);
    }
    if (scope != null) {
      return ofScope(id(scope), manifest);
    }
    if (collections != null) {
      return ofCollections(collections, manifest);
    }
    return new StreamFilter(Kind.EVERYTHING, NO_SCOPE, Set.of());
  }

  private static StreamFilter ofScope(int id, CollectionsManifest manifest) {
    CollectionsManifest.Scope scope = manifest.scope(id);
    if (scope == null) {
      throw StatusException.of(Status.UNKNOWN_SCOPE);
    }
    Set<Integer> members = new HashSet<>();
    manifest.collectionsOf(scope).forEach(collection -> members.add(collection.id()));
    return new StreamFilter(Kind.SCOPE, id, members);
  }

  private static StreamFilter ofCollections(JsonNode list, CollectionsManifest manifest) {
    if (!list.isArray() || list.isEmpty()) {
      throw StatusException.of(Status.EINVAL);
    }
    Set<Integer> members = new HashSet<>();
    for (JsonNode entry : list) {
      int id = id(entry);
      if (manifest.collection(id) == null) {
        throw StatusException.of(Status.UNKNOWN_COLLECTION);
      }
      members.add(id);
    }
    return new StreamFilter(Kind.COLLECTIONS, NO_SCOPE, members);
  }

  private static int id(JsonNode hex) {
    try {
      if (hex.isTextual()) {
        return Integer.parseUnsignedInt(hex.textValue(), 16);
      }
    } catch (NumberFormatException e) {
      throw StatusException.of(Status.EINVAL);
    }
    throw StatusException.of(Status.EINVAL);
  }

  /**
   * The newest seqno of what the stream shows, or empty if it shows everything.
   *
   * @see #highSeqno
   */
  OptionalLong partialHighSeqno(VBucket vbucket) {
    return kind == Kind.EVERYTHING ? OptionalLong.empty() : OptionalLong.of(highSeqno(vbucket));
  }

  /** What of the vbucket's seqnos counts as news for this stream. */
  VBucket.View view() {
    return kind == Kind.DEFAULT_COLLECTION
        ? VBucket.View.DEFAULT_COLLECTION
        : VBucket.View.EVERYTHING;
  }

  /** The newest seqno of what the stream shows. */
  long highSeqno(VBucket vbucket) {
    return switch (kind) {
      case EVERYTHING -> vbucket.highSeqno(VBucket.View.EVERYTHING);
      case DEFAULT_COLLECTION, SCOPE, COLLECTIONS ->
          collections.stream().mapToLong(vbucket::highSeqno).max().orElse(0);
    };
  }

  /** Whether the client must be told where a snapshot ended that ended with something filtered. */
  boolean announcesAdvance() {
    return kind == Kind.SCOPE || kind == Kind.COLLECTIONS;
  }

  /** Whether the stream shows {@code item}; call once an item, in order. */
  boolean shows(Item item) {
    if (item instanceof SystemEvent event) {
      return shows(event);
    }
    return switch (kind) {
      case EVERYTHING -> true;
      case DEFAULT_COLLECTION, SCOPE, COLLECTIONS -> collections.contains(item.collection());
    };
  }

  private boolean shows(SystemEvent event) {
    return switch (kind) {
      case EVERYTHING -> true;
      case DEFAULT_COLLECTION -> {
        if (event.type() == SystemEvent.Type.DROP_COLLECTION) {
          collections.remove(event.collection());
        }
        yield false;
      }
      case COLLECTIONS ->
          switch (event.type()) {
            case CREATE_COLLECTION -> collections.contains(event.collection());
            case DROP_COLLECTION -> collections.remove(event.collection());
            case CREATE_SCOPE, DROP_SCOPE -> false;
          };
      case SCOPE -> event.scope() == scope && followScope(event);
    };
  }

  private boolean followScope(SystemEvent event) {
    switch (event.type()) {
      case CREATE_COLLECTION -> collections.add(event.collection());
      case DROP_COLLECTION -> collections.remove(event.collection());
      case DROP_SCOPE -> scopeDropped = true;
      case CREATE_SCOPE -> {}
    }
    return true;
  }

  /** Whether nothing can come any more, after everything that was shown so far. */
  boolean isEmpty() {
    return switch (kind) {
      case EVERYTHING -> false;
      case SCOPE -> scopeDropped;
      case DEFAULT_COLLECTION, COLLECTIONS -> collections.isEmpty();
    };
  }
}
