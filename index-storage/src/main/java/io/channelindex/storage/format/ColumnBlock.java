package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Compressor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A compacted block: entries of one channel in one partition, by columns, near what they hold of
 * information.
 *
 * <pre>
 *  +--------+---------+--------+---------+-----------+--------+
 *  | header | channel | epoch  | entries | revisions | runs   |
 *  | 8      | text    | varint | varint  | 0, 1 octet| varint |
 *  +--------+---------+--------+---------+-----------+--------+
 *  | per run: vbucket varint, vbuuid fixed,                   |
 *  |          entries - 1 varint, first seqno varint          |
 *  +----------------------------------------------------------+
 *  | seqnos: differences within runs, PackedNumbers           |
 *  | states: PackedNumbers                                    |
 *  | document ids: IdColumns                                  |
 *  | revisions of entries that have one: RevisionColumns      |
 *  +----------------------------------------------------------+
 * </pre>
 *
 * A run is of one vbucket and branch, and its seqnos do not decrease: entries in the order of
 * (vbucket, seqno) make the fewest, in any other order they are as right. How a column is packed is
 * the writer's choice; what one column says of another is checked.
 */
public final class ColumnBlock {
  /** The most entries. */
  public static final int MAX_ENTRIES = 1 << 18;

  private ColumnBlock() {}

  /**
   * As a document of the index bucket.
   *
   * @param epoch of the owner who writes it
   * @param entries in their order, best that of (vbucket, seqno); at most {@link #MAX_ENTRIES}
   * @throws IllegalArgumentException if they are too many, or one cannot be written
   */
  public static byte[] encode(
      String channel, long epoch, List<Entry> entries, Revisions kept, Compressor compressor) {
    if (entries.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "too many entries: channel="
              + channel
              + ", entries="
              + entries.size()
              + ", max="
              + MAX_ENTRIES);
    }
    PayloadWriter payload = PayloadWriter.ofDocument(64 + 32 * entries.size());
    payload.text(channel).varint(epoch).varint(entries.size()).octet(kept.code());
    writeSeqnos(payload, entries);
    long[] states = new long[entries.size()];
    List<String> revisions = new ArrayList<>(entries.size());
    for (int i = 0; i < states.length; i++) {
      Entry entry = entries.get(i);
      states[i] = entry.state().code();
      if (kept.includes(entry.state())) {
        revisions.add(entry.revision());
      }
    }
    PackedNumbers.write(payload, states, states.length);
    IdColumns.write(payload, entries);
    RevisionColumns.write(payload, revisions);
    return payload.seal(DocumentFormat.COLUMN_BLOCK, compressor);
  }

  private static void writeSeqnos(PayloadWriter payload, List<Entry> entries) {
    long[] differences = new long[entries.size()];
    PayloadWriter runs = PayloadWriter.ofPart(256);
    int runCount = 0;
    int from = 0;
    while (from < entries.size()) {
      Entry first = entries.get(from);
      int to = from + 1;
      while (to < entries.size() && follows(entries.get(to - 1), entries.get(to))) {
        differences[to - runCount - 1] = entries.get(to).seqno() - entries.get(to - 1).seqno();
        to++;
      }
      runs.varint(first.vbucket()).fixed(first.vbuuid());
      runs.varint(to - from - 1).varint(first.seqno());
      runCount++;
      from = to;
    }
    payload.varint(runCount).raw(runs.array(), runs.size());
    PackedNumbers.write(payload, differences, entries.size() - runCount);
  }

  private static boolean follows(Entry before, Entry entry) {
    return entry.vbucket() == before.vbucket()
        && entry.vbuuid() == before.vbuuid()
        && Long.compareUnsigned(entry.seqno(), before.seqno()) >= 0;
  }

  /**
   * Reads a document of the index bucket: the entries that a filter wants, in their order, with a
   * revision of null where the block has none. A failure may come after some of them.
   *
   * @param key for messages
   * @param channel the name that it must have
   * @param kept which revisions it must have
   * @return the epoch of the owner who wrote it
   * @throws UnreadableDocumentException if it is none of these, or another channel's
   */
  public static long decode(
      String key,
      String channel,
      byte[] document,
      Compressions compressions,
      Revisions kept,
      EntryFilter filter,
      EntrySink sink) {
    return PayloadReader.decode(
        key,
        DocumentFormat.COLUMN_BLOCK,
        document,
        compressions,
        payload -> {
          ColumnBlockReader reader = new ColumnBlockReader(payload, channel, kept);
          reader.read(filter, sink);
          return reader.epoch();
        });
  }

  /**
   * All entries of a document that has all revisions, {@link Revisions#ALL}.
   *
   * @throws UnreadableDocumentException if it is none of these, or another channel's
   */
  public static List<Entry> decode(
      String key, String channel, byte[] document, Compressions compressions) {
    List<Entry> entries = new ArrayList<>();
    EntrySink sink =
        (documentId, revision, vbucket, seqno, vbuuid, state) ->
            entries.add(
                new Entry(
                    documentId, Objects.requireNonNull(revision), vbucket, seqno, vbuuid, state));
    decode(key, channel, document, compressions, Revisions.ALL, EntryFilter.ALL, sink);
    return entries;
  }
}
