package io.channelindex.embedded.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer of DCP has of one vbucket: the documents, and as much of how they came to be as
 * it takes to go back when history is lost. Not thread-safe.
 *
 * <p>Within a snapshot, versions are missing that were superseded later in it. So what is here is
 * something that ever was only at the end of a snapshot that arrived as a whole, and that is where
 * a rollback into the middle of one leads.
 */
final class ConsumedVBucket {
  /**
   * The newest version of a document, or its deletion.
   *
   * @param value the body; null of a deletion
   */
  record Document(String key, long seqno, long revision, long cas, @Nullable String value) {}

  private final List<Document> received = new ArrayList<>();

  /** The ends of whole snapshots, ascending: the states that can be gone back to. */
  private final List<Long> whole = new ArrayList<>(List.of(0L));

  private final List<String> violations = new ArrayList<>();
  private long position;
  private long snapshotEnd;
  private boolean mayRepeat;

  /** A snapshot up to {@code end} begins to arrive. */
  void snapshot(long end) {
    snapshotEnd = end;
  }

  /** The stream was opened anew: what was on its way already may come again. */
  void reopened() {
    mayRepeat = true;
  }

  /** A version arrived. */
  void receive(Document document) {
    if (document.seqno() > snapshotEnd) {
      violations.add("beyond the snapshot: end=" + snapshotEnd + ", " + document);
    }
    if (document.seqno() <= position) {
      if (!mayRepeat || !received.contains(document)) {
        violations.add("again, or never before: position=" + position + ", " + document);
      }
      return;
    }
    received.add(document);
    moveTo(document.seqno());
  }

  /** There is nothing up to {@code seqno}. */
  void advance(long seqno) {
    if (seqno > position) {
      moveTo(seqno);
    }
  }

  private void moveTo(long seqno) {
    mayRepeat = false;
    position = seqno;
    if (seqno >= snapshotEnd) {
      whole.add(seqno);
    }
  }

  /**
   * The history was lost above {@code seqno}.
   *
   * @return where to go on, which may be before that
   */
  long rollback(long seqno) {
    whole.removeIf(end -> end > seqno);
    position = whole.get(whole.size() - 1);
    received.removeIf(document -> document.seqno() > position);
    mayRepeat = false;
    snapshotEnd = position;
    return position;
  }

  long position() {
    return position;
  }

  /** The newest version of every document that ever was, by key. */
  Map<String, Document> documents() {
    Map<String, Document> newest = new TreeMap<>();
    received.forEach(document -> newest.put(document.key(), document));
    return newest;
  }

  /** What no server may do. */
  List<String> violations() {
    return List.copyOf(violations);
  }
}
