package io.channelindex.index.read;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of the entries of several channels: per document and channel the newest state, then
 * one row per document (invariant 9).
 *
 * <p>A document never changes its vbucket, so its id alone identifies it. Channels are added one
 * after another, in their sorted order; of two entries of one channel with the same seqno the one
 * that was indexed later counts. Once its rows were taken a merge is empty and can be used again.
 *
 * <p>Documents are numbered as they come. What is known of them stands in columns, a hash table
 * with open addressing finds their numbers, and rows are sorted as numbers. So an entry costs no
 * object, and a merge that is used again no memory beside the rows. Ids that were chosen to collide
 * cannot make probing long: a document that finds no place within {@link #MOST_PROBES} goes to a
 * map that copes with that.
 *
 * <p>Confined to one thread.
 */
final class Merge {
  private static final int MOST_PROBES = 64;
  private static final int FIRST_DOCUMENTS = 256;
  private static final int GOLDEN_RATIO = 0x9e3779b9;

  /** Numbers of documents, from 1; 0 where there is none. At most half full. */
  private int[] table = new int[2 * FIRST_DOCUMENTS];

  private final Map<String, Integer> crowded = new HashMap<>();
  private final List<String> channels = new ArrayList<>();
  private final RowOrder order = new RowOrder();
  private int documents;

  // The columns: what is known of a document.

  private int[] hashes = new int[FIRST_DOCUMENTS];

  /** Its newest entry in the last channel that has one, and how many channels there were then. */
  private @Nullable Entry[] newest = new Entry[FIRST_DOCUMENTS];

  private int[] channelsThen = new int[FIRST_DOCUMENTS];

  /** What the channels before that one say: the entry that counts, whether the document is in. */
  private @Nullable Entry[] deciding = new Entry[FIRST_DOCUMENTS];

  private boolean[] active = new boolean[FIRST_DOCUMENTS];

  /** The channels that it left; null for none. */
  private final List<@Nullable List<String>> left = new ArrayList<>();

  /** Adds the entries of the next channel, in the order in which they were indexed. */
  void add(String channel, List<Entry> entries) {
    channels.add(channel);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      add(entry, document(entry.documentId()));
    }
  }

  private void add(Entry entry, int document) {
    Entry known = newest[document];
    if (known == null || channelsThen[document] != channels.size()) {
      fold(document);
      newest[document] = entry;
      channelsThen[document] = channels.size();
    } else if (Long.compareUnsigned(entry.seqno(), known.seqno()) >= 0) {
      newest[document] = entry;
    }
  }

  /** The number of a document, a new one if it is new. */
  private int document(String id) {
    if (2 * documents >= table.length) {
      growTable();
    }
    int hash = id.hashCode() * GOLDEN_RATIO;
    int place = home(hash);
    for (int probe = 0; probe < MOST_PROBES; probe++) {
      int known = table[place] - 1;
      if (known < 0) {
        table[place] = documents + 1;
        return begin(hash);
      }
      if (hashes[known] == hash && id(known).equals(id)) {
        return known;
      }
      place = (place + 1) & (table.length - 1);
    }
    Integer known = crowded.get(id);
    if (known != null) {
      return known;
    }
    crowded.put(id, documents);
    return begin(hash);
  }

  private int begin(int hash) {
    if (documents == hashes.length) {
      int more = 2 * documents;
      hashes = Arrays.copyOf(hashes, more);
      newest = Arrays.copyOf(newest, more);
      channelsThen = Arrays.copyOf(channelsThen, more);
      deciding = Arrays.copyOf(deciding, more);
      active = Arrays.copyOf(active, more);
    }
    hashes[documents] = hash;
    left.add(null);
    return documents++;
  }

  private void growTable() {
    table = new int[2 * table.length];
    crowded.clear();
    for (int document = 0; document < documents; document++) {
      int place = home(hashes[document]);
      int probe = 0;
      while (table[place] != 0 && probe < MOST_PROBES) {
        place = (place + 1) & (table.length - 1);
        probe++;
      }
      if (probe < MOST_PROBES) {
        table[place] = document + 1;
      } else {
        crowded.put(id(document), document);
      }
    }
  }

  /** The highest bits of the hash: its multiplication mixed the others into them. */
  private int home(int hash) {
    return hash >>> Integer.numberOfLeadingZeros(table.length - 1);
  }

  private String id(int document) {
    return Objects.requireNonNull(newest[document]).documentId();
  }

  /** Adds what the last channel says of a document to what those before it say. */
  private void fold(int document) {
    Entry last = newest[document];
    if (last == null) {
      return;
    }
    if (last.state() == EntryState.ACTIVE) {
      active[document] = true;
    } else if (last.state() == EntryState.REMOVED) {
      List<String> before = left.get(document);
      String channel = channels.get(channelsThen[document] - 1);
      if (before == null) {
        before = new ArrayList<>(2);
        left.set(document, before);
      }
      before.add(channel);
    }
    Entry other = deciding[document];
    if (other == null || decides(last, other)) {
      deciding[document] = last;
    }
  }

  private static boolean decides(Entry entry, Entry other) {
    int order = Long.compareUnsigned(entry.seqno(), other.seqno());
    return order > 0 || (order == 0 && rank(entry.state()) > rank(other.state()));
  }

  private static int rank(EntryState state) {
    return switch (state) {
      case ACTIVE -> 2;
      case DELETED -> 1;
      case REMOVED -> 0;
    };
  }

  /** The rows, in their order; nothing is left of the entries after that. */
  List<FeedRow> rows() {
    for (int document = 0; document < documents; document++) {
      fold(document);
    }
    FeedRow[] rows = new FeedRow[documents];
    order.sort(deciding, documents);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = row(order.number(i));
    }
    order.finish(rows);
    clear();
    return Arrays.asList(rows);
  }

  private FeedRow row(int document) {
    Entry entry = Objects.requireNonNull(deciding[document]);
    List<String> gone = left.get(document);
    boolean deleted = !active[document] && entry.state() == EntryState.DELETED;
    boolean removed = !active[document] && !deleted && gone != null;
    return new FeedRow(
        entry.vbucket(),
        entry.seqno(),
        entry.documentId(),
        entry.revision(),
        deleted,
        removed ? List.copyOf(gone) : List.of());
  }

  private void clear() {
    Arrays.fill(table, 0);
    Arrays.fill(newest, 0, documents, null);
    Arrays.fill(deciding, 0, documents, null);
    Arrays.fill(active, 0, documents, false);
    crowded.clear();
    left.clear();
    channels.clear();
    documents = 0;
  }
}
