package io.channelindex.embedded.fault;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.CollectionsManifest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a rule is about. Everything that is given must hold; a null or an empty set stands for
 * anything. Immutable.
 *
 * @param collection {@code scope.collection}
 * @param agent of what clients call themselves
 */
record Conditions(
    FaultSubject.Kind kind,
    Set<Integer> opcodes,
    @Nullable TextPattern key,
    @Nullable String bucket,
    @Nullable String collection,
    Set<Integer> vbuckets,
    Set<Long> connections,
    @Nullable TextPattern agent,
    @Nullable String user) {

  boolean hold(FaultSubject subject) {
    return subject.kind() == kind
        && holds(opcodes, subject.opcode())
        && holds(vbuckets, subject.vbucket())
        && holds(connections, subject.connection())
        && (bucket == null || isNamed(bucket, subject.bucket()))
        && (user == null || user.equals(subject.user()))
        && (agent == null || agent.matches(subject.agent()))
        && (collection == null || collection.equals(nameOfCollection(subject)))
        && (key == null || key.matches(subject.key()));
  }

  private static <T> boolean holds(Set<T> allowed, T value) {
    return allowed.isEmpty() || allowed.contains(value);
  }

  private static boolean isNamed(String name, @Nullable Bucket bucket) {
    return bucket != null && bucket.name().equals(name);
  }

  private static @Nullable String nameOfCollection(FaultSubject subject) {
    Bucket bucket = subject.bucket();
    int id = subject.collection();
    if (bucket == null || id == FaultSubject.NONE) {
      return null;
    }
    CollectionsManifest manifest = bucket.manifest();
    CollectionsManifest.Collection collection = manifest.collection(id);
    CollectionsManifest.Scope scope =
        collection == null ? null : manifest.scope(collection.scope());
    return collection == null || scope == null ? null : scope.name() + "." + collection.name();
  }
}
