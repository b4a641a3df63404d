package io.channelindex.perf.oracle;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * What the writers know: for each document the state that the target acknowledged last. This is the
 * model that everything observed is compared with; it never asks the system under test.
 *
 * <p>Versions of a document count from 1; a deletion takes a version as well. Assumes that the
 * operations on one document do not overlap; different documents may be written from different
 * threads, and what one thread acknowledged, others see.
 *
 * <p>An operation that failed may have happened or not: its document is <em>uncertain</em> until
 * somebody has looked ({@link #resolve}).
 */
public final class Ledger {
  private final AtomicIntegerArray attempted;

  /** The acknowledged version; negative if that version is a deletion; 0 if there is none. */
  private final AtomicIntegerArray acknowledged;

  private final Map<Integer, Intent> uncertain = new ConcurrentHashMap<>();

  /** What an operation was meant to bring about. */
  public enum Intent {
    /** The document is there, with a new version. */
    WRITE,
    /** The document is gone. */
    DELETE
  }

  /**
   * @param documents how many documents there are, with indexes from 0
   */
  public Ledger(int documents) {
    attempted = new AtomicIntegerArray(documents);
    acknowledged = new AtomicIntegerArray(documents);
  }

  /** How many documents there are, written or not. */
  public int documents() {
    return acknowledged.length();
  }

  /** A new version, for an operation that is about to start. */
  public int attempt(int index) {
    return attempted.incrementAndGet(index);
  }

  /** The target has acknowledged that a document now has a version. */
  public void written(int index, int version) {
    acknowledged.set(index, version);
    settle(index);
  }

  /** The target has acknowledged that a document is gone as of a version. */
  public void deleted(int index, int version) {
    acknowledged.set(index, -version);
    settle(index);
  }

  /** Nobody knows whether the last operation on a document happened. */
  public void unknown(int index, Intent intent) {
    uncertain.merge(index, intent, (a, b) -> a == Intent.DELETE ? a : b);
  }

  /** The documents whose state nobody knows. */
  public Set<Integer> uncertain() {
    return Set.copyOf(uncertain.keySet());
  }

  /**
   * Somebody has looked at an uncertain document.
   *
   * @param found the version that was found, or 0 if there is no document
   * @return whether that is a state that the writers can have brought about; if not, the document
   *     stays uncertain
   */
  public boolean resolve(int index, int found) {
    int before = acknowledged.get(index);
    boolean mayBeGone = before <= 0 || uncertain.get(index) == Intent.DELETE;
    boolean possible =
        found == 0 ? mayBeGone : found >= Math.abs(before) && found <= attempted.get(index);
    if (possible) {
      if (found > 0) {
        acknowledged.set(index, found);
      } else if (before > 0) {
        acknowledged.set(index, -attempted.get(index));
      }
      uncertain.remove(index);
    }
    return possible;
  }

  /** Boxes the index only in the rare case that anything is uncertain. */
  private void settle(int index) {
    if (!uncertain.isEmpty()) {
      uncertain.remove(index);
    }
  }

  /** The newest version that was ever tried, acknowledged or not; 0 if none. */
  public int newestAttempt(int index) {
    return attempted.get(index);
  }

  /** The acknowledged version of a document that is there, else 0. */
  public int present(int index) {
    return Math.max(0, acknowledged.get(index));
  }

  /** Whether the last thing acknowledged of a document is its deletion. */
  public boolean isDeleted(int index) {
    return acknowledged.get(index) < 0;
  }

  /** How many documents are there. */
  public long presentCount() {
    long count = 0;
    for (int i = 0; i < documents(); i++) {
      count += acknowledged.get(i) > 0 ? 1 : 0;
    }
    return count;
  }
}
