package io.channelindex.embedded.engine;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The scopes and collections of a bucket at one point of their history. Immutable; every change
 * makes a manifest with a higher {@link #uid()}. Ids of scopes and of collections are given out
 * from 8 and never again. Source: {@code docs/Collections.md}.
 */
public final class CollectionsManifest {
  /** Name of the default scope and of its default collection. */
  public static final String DEFAULT_NAME = "_default";

  private static final int FIRST_ID = 8;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-][A-Za-z0-9_%-]{0,250}");

  /** A scope. */
  public record Scope(int id, String name) {}

  /**
   * A collection.
   *
   * @param maxTtlSeconds documents expire after this time at the latest; 0: they need not expire
   */
  public record Collection(int id, int scope, String name, int maxTtlSeconds) {}

  private static final CollectionsManifest INITIAL =
      new CollectionsManifest(
          0,
          new TreeMap<>(Map.of(0, new Scope(0, DEFAULT_NAME))),
          new TreeMap<>(Map.of(0, new Collection(0, 0, DEFAULT_NAME, 0))),
          FIRST_ID,
          FIRST_ID);

  private final long uid;
  private final SortedMap<Integer, Scope> scopes;
  private final SortedMap<Integer, Collection> collections;
  private final int nextScope;
  private final int nextCollection;
  private final boolean hasDefaultCollection;

  private CollectionsManifest(
      long uid,
      SortedMap<Integer, Scope> scopes,
      SortedMap<Integer, Collection> collections,
      int nextScope,
      int nextCollection) {
    this.uid = uid;
    this.scopes = scopes;
    this.collections = collections;
    this.nextScope = nextScope;
    this.nextCollection = nextCollection;
    this.hasDefaultCollection = collections.containsKey(0);
  }

  /** The manifest of a new bucket: the default scope with the default collection. */
  public static CollectionsManifest initial() {
    return INITIAL;
  }

  public long uid() {
    return uid;
  }

  /** By id, ascending. */
  public List<Scope> scopes() {
    return List.copyOf(scopes.values());
  }

  /** The collections of {@code scope} by id, ascending. */
  public List<Collection> collectionsOf(Scope scope) {
    return collections.values().stream()
        .filter(collection -> collection.scope() == scope.id())
        .collect(Collectors.toUnmodifiableList());
  }

  public @Nullable Scope scope(int id) {
    return scopes.get(id);
  }

  public @Nullable Scope scope(String name) {
    return scopes.values().stream().filter(s -> s.name().equals(name)).findAny().orElse(null);
  }

  public @Nullable Collection collection(int id) {
    return collections.get(id);
  }

  /** Whether there is a collection with this id; allocates nothing for the default one. */
  public boolean contains(int collection) {
    return collection == 0 ? hasDefaultCollection : collections.containsKey(collection);
  }

  /** The longest life of a document in a collection, in seconds; 0 if it need not expire. */
  int maxTtlSeconds(int collection) {
    // Every write asks, and mostly for the default collection, which never has one.
    Collection found = collection == 0 ? null : collections.get(collection);
    return found == null ? 0 : found.maxTtlSeconds();
  }

  public @Nullable Collection collection(Scope scope, String name) {
    return collections.values().stream()
        .filter(c -> c.scope() == scope.id() && c.name().equals(name))
        .findAny()
        .orElse(null);
  }

  /**
   * With a new scope.
   *
   * @throws IllegalArgumentException if the name is not allowed or taken
   */
  CollectionsManifest withScope(String name) {
    requireName("scope", name);
    if (scope(name) != null) {
      throw new IllegalArgumentException("Scope with name \"" + name + "\" already exists");
    }
    TreeMap<Integer, Scope> changed = new TreeMap<>(scopes);
    changed.put(nextScope, new Scope(nextScope, name));
    return new CollectionsManifest(uid + 1, changed, collections, nextScope + 1, nextCollection);
  }

  /**
   * With a new collection.
   *
   * @throws IllegalArgumentException if the scope is unknown, or the name not allowed or taken
   */
  CollectionsManifest withCollection(String scopeName, String name, int maxTtlSeconds) {
    Scope scope = requireScope(scopeName);
    requireName("collection", name);
    if (maxTtlSeconds < 0) {
      throw new IllegalArgumentException("maxTTL=" + maxTtlSeconds + ", minimum=0");
    }
    if (collection(scope, name) != null) {
      throw new IllegalArgumentException(
          "Collection with name \"" + name + "\" in scope \"" + scopeName + "\" already exists");
    }
    TreeMap<Integer, Collection> changed = new TreeMap<>(collections);
    changed.put(nextCollection, new Collection(nextCollection, scope.id(), name, maxTtlSeconds));
    return new CollectionsManifest(uid + 1, scopes, changed, nextScope, nextCollection + 1);
  }

  /**
   * Without a collection.
   *
   * @throws UnknownNameException if there is no such collection
   */
  CollectionsManifest withoutCollection(String scopeName, String name) {
    Scope scope = requireScope(scopeName);
    Collection collection = collection(scope, name);
    if (collection == null) {
      throw new UnknownNameException(
          "Collection with name \"" + name + "\" in scope \"" + scopeName + "\" is not found");
    }
    TreeMap<Integer, Collection> changed = new TreeMap<>(collections);
    changed.remove(collection.id());
    return new CollectionsManifest(uid + 1, scopes, changed, nextScope, nextCollection);
  }

  /**
   * Without an empty scope.
   *
   * @throws IllegalArgumentException if there is no such scope, or it has collections, or it is the
   *     default one
   */
  CollectionsManifest withoutScope(String scopeName) {
    Scope scope = requireDroppableScope(scopeName);
    if (!collectionsOf(scope).isEmpty()) {
      throw new IllegalArgumentException("Scope with name \"" + scopeName + "\" is not empty");
    }
    TreeMap<Integer, Scope> changed = new TreeMap<>(scopes);
    changed.remove(scope.id());
    return new CollectionsManifest(uid + 1, changed, collections, nextScope, nextCollection);
  }

  Scope requireScope(String name) {
    Scope scope = scope(name);
    if (scope == null) {
      throw new UnknownNameException("Scope with name \"" + name + "\" is not found");
    }
    return scope;
  }

  /** The scope called {@code name}, which must not be the default one. */
  Scope requireDroppableScope(String name) {
    Scope scope = requireScope(name);
    if (scope.id() == 0) {
      throw new IllegalArgumentException("Scope with name \"" + name + "\" cannot be dropped");
    }
    return scope;
  }

  Collection requireCollection(String scopeName, String name) {
    return Objects.requireNonNull(collection(requireScope(scopeName), name));
  }

  private static void requireName(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(what + " name=" + name + ", allowed=" + NAME.pattern());
    }
  }
}
