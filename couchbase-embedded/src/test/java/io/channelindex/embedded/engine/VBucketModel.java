package io.channelindex.embedded.engine;

import io.channelindex.embedded.protocol.Status;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a vbucket is to do, told naively: every version that ever was, in a list, and the current
 * state found by going through all of it. Keys are {@code collection:name}.
 */
final class VBucketModel {
  /** A version, but for its CAS, which only the vbucket knows. */
  record Version(
      long seqno, String key, Item.Kind kind, String body, int expiry, long revision, long made) {
    boolean isDocument() {
      return kind == Item.Kind.DOCUMENT;
    }
  }

  /** Thrown instead of the vbucket's refusal. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    final transient Status status;

    Refusal(Status status) {
      this.status = status;
    }
  }

  final List<Version> history = new ArrayList<>();
  final Set<Long> forgotten = new HashSet<>();
  final Set<Integer> collections = new HashSet<>(Set.of(0));
  final Map<String, Long> lockedUntil = new TreeMap<>();
  long now;
  long high;
  long purged;
  long maxDeletedRevision;
  long pausedAt = -1;
  int branches = 1;

  /** The newest version of every key as of a seqno, by seqno. */
  NavigableMap<Long, Version> newestAsOf(long seqno) {
    Map<String, Version> newest = new TreeMap<>();
    for (Version version : history) {
      if (version.seqno() <= seqno) {
        newest.put(version.key(), version);
      }
    }
    NavigableMap<Long, Version> bySeqno = new TreeMap<>();
    newest.values().stream()
        .filter(version -> !forgotten.contains(version.seqno()))
        .forEach(version -> bySeqno.put(version.seqno(), version));
    return bySeqno;
  }

  /** The newest version of {@code key} that was not forgotten, or null. */
  Version newest(String key) {
    Version found = null;
    for (Version version : history) {
      if (version.key().equals(key)) {
        found = forgotten.contains(version.seqno()) ? null : version;
      }
    }
    return found;
  }

  /** The document of {@code key}, or null; an expired one is buried on the way. */
  Version document(String key) {
    int collection = Integer.parseInt(key.substring(0, key.indexOf(':')));
    if (!collections.contains(collection)) {
      throw new Refusal(Status.UNKNOWN_COLLECTION);
    }
    Version version = newest(key);
    if (version == null || !version.isDocument()) {
      return null;
    }
    if (version.expiry() != 0 && version.expiry() <= now) {
      bury(key, Item.Kind.EXPIRATION);
      return null;
    }
    return version;
  }

  Version require(String key, Status otherwise) {
    Version version = document(key);
    if (version == null) {
      throw new Refusal(otherwise);
    }
    return version;
  }

  boolean isLocked(String key) {
    return lockedUntil.getOrDefault(key, 0L) > now;
  }

  void requireUnlocked(String key) {
    if (isLocked(key)) {
      throw new Refusal(Status.LOCKED);
    }
  }

  Version put(String key, Item.Kind kind, String body, int expiry) {
    Version previous = newest(key);
    long revision = (previous == null ? maxDeletedRevision : previous.revision()) + 1;
    if (kind == Item.Kind.DELETION || kind == Item.Kind.EXPIRATION) {
      maxDeletedRevision = Math.max(maxDeletedRevision, revision);
    }
    Version version = new Version(++high, key, kind, body, expiry, revision, now);
    history.add(version);
    lockedUntil.remove(key);
    return version;
  }

  Version bury(String key, Item.Kind kind) {
    return put(key, kind, "", (int) now);
  }

  Version store(String key, String body, int relativeExpiry) {
    return put(key, Item.Kind.DOCUMENT, body, relativeExpiry == 0 ? 0 : (int) now + relativeExpiry);
  }

  Version rewrite(String key, String body) {
    return put(key, Item.Kind.DOCUMENT, body, newest(key).expiry());
  }

  BigInteger number(String key) {
    String body = newest(key).body();
    if (!body.matches("[0-9]{1,20}") || new BigInteger(body).bitLength() > 64) {
      throw new Refusal(Status.DELTA_BADVAL);
    }
    return new BigInteger(body);
  }

  /** The documents whose time has passed. */
  Set<String> expired() {
    return newestAsOf(high).values().stream()
        .filter(v -> v.isDocument() && v.expiry() != 0 && v.expiry() <= now)
        .map(Version::key)
        .collect(Collectors.toSet());
  }

  /** Forgets tombstones made until {@code madeUntil} but the newest of a collection. */
  int purge(long madeUntil) {
    if (pausedAt >= 0) {
      return 0;
    }
    NavigableMap<Long, Version> all = newestAsOf(high);
    Map<String, Long> newestOfCollection = new TreeMap<>();
    history.forEach(v -> newestOfCollection.put(collectionOf(v.key()), v.seqno()));
    List<Version> old =
        all.values().stream()
            .filter(v -> v.kind() == Item.Kind.DELETION || v.kind() == Item.Kind.EXPIRATION)
            .filter(v -> v.made() <= madeUntil)
            .filter(v -> v.seqno() != newestOfCollection.get(collectionOf(v.key())))
            .toList();
    old.forEach(v -> forgotten.add(v.seqno()));
    old.forEach(v -> purged = Math.max(purged, v.seqno()));
    return old.size();
  }

  static String collectionOf(String key) {
    return key.substring(0, key.indexOf(':'));
  }

  /** A collection's event is a version of a key of its own, which a drop overwrites. */
  void createCollection(int collection) {
    collections.add(collection);
    put(collection + ":event", Item.Kind.SYSTEM_EVENT, "create", 0);
  }

  void dropCollection(int collection) {
    collections.remove(collection);
    String prefix = collection + ":";
    newestAsOf(high).values().stream()
        .filter(v -> v.key().startsWith(prefix) && v.kind() != Item.Kind.SYSTEM_EVENT)
        .forEach(v -> forgotten.add(v.seqno()));
    lockedUntil.keySet().removeIf(key -> key.startsWith(prefix));
    put(collection + ":event", Item.Kind.SYSTEM_EVENT, "drop", 0);
  }

  /** Loses what is not persisted. Collections must not have changed meanwhile. */
  void crash() {
    long persisted = pausedAt < 0 ? high : pausedAt;
    history.removeIf(version -> version.seqno() > persisted);
    forgotten.removeIf(seqno -> seqno > persisted);
    lockedUntil.clear();
    high = persisted;
    pausedAt = -1;
    branches++;
  }

  long documents() {
    return newestAsOf(high).values().stream().filter(Version::isDocument).count();
  }
}
