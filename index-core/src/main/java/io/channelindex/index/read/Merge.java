package io.channelindex.index.read;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of the entries of several channels: per document and channel the newest state, then
 * one row per document (invariant 9).
 *
 * <p>A document never changes its vbucket, so its id alone identifies it. Channels are added one
 * after another, in their sorted order; of two entries of one channel with the same seqno the one
 * that was indexed later counts.
 */
final class Merge {
  private final Map<String, Document> documents = new HashMap<>();
  private int channels;

  /** Adds the entries of the next channel, in the order in which they were indexed. */
  void add(String channel, List<Entry> entries) {
    channels++;
    for (Entry entry : entries) {
      Document document = documents.get(entry.documentId());
      if (document == null) {
        document = new Document();
        documents.put(entry.documentId(), document);
      }
      document.add(channels, channel, entry);
    }
  }

  /** The rows, in their order. */
  List<FeedRow> rows() {
    FeedRow[] rows = new FeedRow[documents.size()];
    int count = 0;
    for (Document document : documents.values()) {
      rows[count++] = document.row();
    }
    Arrays.sort(rows);
    return Arrays.asList(rows);
  }

  /** What is known of a document: the channels before the current one, folded; and that one. */
  private static final class Document {
    private int channelNumber;
    private @Nullable String channel;
    private @Nullable Entry newest;
    private @Nullable Entry deciding;
    private boolean active;
    private @Nullable List<String> left;

    void add(int number, String name, Entry entry) {
      if (number != channelNumber) {
        fold();
        channelNumber = number;
        channel = name;
        newest = entry;
      } else if (newest == null || Long.compareUnsigned(entry.seqno(), newest.seqno()) >= 0) {
        newest = entry;
      }
    }

    private void fold() {
      if (newest == null || channel == null) {
        return;
      }
      if (newest.state() == EntryState.ACTIVE) {
        active = true;
      } else if (newest.state() == EntryState.REMOVED) {
        if (left == null) {
          left = new ArrayList<>(2);
        }
        left.add(channel);
      }
      if (deciding == null || decides(newest, deciding)) {
        deciding = newest;
      }
    }

    FeedRow row() {
      fold();
      if (deciding == null) {
        throw new IllegalStateException("a document without an entry");
      }
      boolean deleted = !active && deciding.state() == EntryState.DELETED;
      List<String> removed = active || deleted || left == null ? List.of() : List.copyOf(left);
      return new FeedRow(
          deciding.vbucket(),
          deciding.seqno(),
          deciding.documentId(),
          deciding.revision(),
          deleted,
          removed);
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
  }
}
