package io.channelindex.embedded.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * The collections of a bucket on all of its nodes. Thread-safe.
 *
 * <p>Changes of the manifest are serialized and appear in every active vbucket's history, from
 * where replicas learn of them. The manifest is published first and reaches the vbuckets one after
 * the other; each goes by the one that it has seen, so no write can come before its collection's
 * creation or after its erasure. Whoever makes a vbucket active holds this object's monitor: a
 * change comes before or after, and is missed by nobody.
 */
public final class BucketCollections {
  private final List<Bucket> copies = new CopyOnWriteArrayList<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** All that ever happened to the manifest: what a vbucket that lost some is to be told again. */
  private final List<ManifestChange> changes = new ArrayList<>();

  private final ConcurrentSkipListMap<Long, CollectionsManifest> manifests =
      new ConcurrentSkipListMap<>();
  private volatile CollectionsManifest manifest = CollectionsManifest.initial();

  /** The collections of a new bucket: only the default one. */
  public BucketCollections() {
    manifests.put(manifest.uid(), manifest);
  }

  void add(Bucket copy) {
    copies.add(copy);
  }

  void remove(Bucket copy) {
    copies.remove(copy);
  }

  CollectionsManifest manifest() {
    return manifest;
  }

  /** The manifest as it was after the change that gave it {@code uid}; 0 for the first. */
  CollectionsManifest manifest(long uid) {
    CollectionsManifest known = manifests.get(uid);
    if (known == null) {
      throw new IllegalArgumentException("manifest uid=" + uid + ", newest=" + manifest.uid());
    }
    return known;
  }

  /** All changes, oldest first. The caller holds this object's monitor. */
  List<ManifestChange> changes() {
    return changes;
  }

  /** Calls {@code listener} after every change of the manifest. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  CollectionsManifest createScope(String scope) {
    return change(
        old -> old.withScope(scope),
        (before, after) -> {
          CollectionsManifest.Scope created = after.requireScope(scope);
          return new ManifestChange(
              SystemEvent.Type.CREATE_SCOPE, after.uid(), created.id(), 0, scope, 0);
        });
  }

  CollectionsManifest createCollection(String scope, String collection, int maxTtlSeconds) {
    return change(
        old -> old.withCollection(scope, collection, maxTtlSeconds),
        (before, after) -> {
          CollectionsManifest.Collection created = after.requireCollection(scope, collection);
          return new ManifestChange(
              SystemEvent.Type.CREATE_COLLECTION,
              after.uid(),
              created.scope(),
              created.id(),
              collection,
              maxTtlSeconds);
        });
  }

  CollectionsManifest dropCollection(String scope, String collection) {
    return change(
        old -> old.withoutCollection(scope, collection),
        (before, after) -> {
          CollectionsManifest.Collection dropped = before.requireCollection(scope, collection);
          return new ManifestChange(
              SystemEvent.Type.DROP_COLLECTION, after.uid(), dropped.scope(), dropped.id(), "", 0);
        });
  }

  synchronized CollectionsManifest dropScope(String scope) {
    CollectionsManifest.Scope dropped = manifest.requireDroppableScope(scope);
    for (CollectionsManifest.Collection collection : manifest.collectionsOf(dropped)) {
      dropCollection(scope, collection.name());
    }
    return change(
        old -> old.withoutScope(scope),
        (before, after) ->
            new ManifestChange(SystemEvent.Type.DROP_SCOPE, after.uid(), dropped.id(), 0, "", 0));
  }

  private interface Describe {
    ManifestChange change(CollectionsManifest before, CollectionsManifest after);
  }

  private synchronized CollectionsManifest change(
      UnaryOperator<CollectionsManifest> step, Describe describe) {
    CollectionsManifest before = manifest;
    CollectionsManifest after = step.apply(before);
    ManifestChange change = describe.change(before, after);
    manifests.put(after.uid(), after);
    manifest = after;
    changes.add(change);
    for (Bucket copy : copies) {
      copy.vbuckets().forEach(vbucket -> vbucket.apply(change, after));
    }
    listeners.forEach(Runnable::run);
    return after;
  }
}
