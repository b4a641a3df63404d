package io.channelindex.index.write;

import io.channelindex.storage.Entry;
import io.channelindex.storage.format.EntryFilter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells which entries of a channel newer ones have superseded: readable ones of the same document.
 *
 * <p>Not thread-safe.
 */
final class Superseded {
  private final EntryFilter readable;
  private final Map<String, Entry> newest = new HashMap<>();

  /**
   * Nothing seen yet.
   *
   * @param readable which entries readers see: what they do not see supersedes nothing
   */
  Superseded(EntryFilter readable) {
    this.readable = readable;
  }

  /** The next entry, in the order in which they were indexed. */
  void see(Entry entry) {
    if (readable.wants(entry.vbucket(), entry.seqno(), entry.vbuuid())) {
      newest.merge(entry.documentId(), entry, Superseded::newer);
    }
  }

  private static Entry newer(Entry known, Entry later) {
    return Long.compareUnsigned(later.seqno(), known.seqno()) >= 0 ? later : known;
  }

  /** What supersedes it, if anything does. */
  @Nullable Entry by(Entry entry) {
    return newest.get(entry.documentId());
  }

  /** Whether what supersedes it is the same mutation. */
  boolean isSame(Entry entry) {
    Entry known = newest.get(entry.documentId());
    return known != null && known.seqno() == entry.seqno();
  }

  /** Whether a newer one than this stands in for it, of all that were seen. */
  boolean isSuperseded(Entry entry) {
    Entry known = newest.get(entry.documentId());
    return known != null
        && !known.equals(entry)
        && Long.compareUnsigned(entry.seqno(), known.seqno()) <= 0;
  }
}
