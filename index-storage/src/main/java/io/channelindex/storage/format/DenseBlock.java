package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.compress.Compressions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A block of layout {@code dense} (W3): whole entries of one channel in one partition, in the order
 * in which they were indexed.
 *
 * <pre>
 *  +--------+---------+--------+--------+------------------------+
 *  | header | channel | epoch  | tags   | per tag: vbucket varint,|
 *  | 8      | text    | varint | varint | vbuuid fixed            |
 *  +--------+---------+--------+--------+------------------------+
 *  | entries: varint; then each:                                 |
 *  |   tag, from 0                   varint  \                   |
 *  |   seqno                         varint   | its identity     |
 *  |   document id                   text    /                   |
 *  |   flags: bits 0-1 state, 2 packed revision,         octet  |
 *  |          3 revision in another document (layout hybrid)     |
 *  |   revision: text, or if packed  generation varint,          |
 *  |                                 digest: length varint, bytes|
 *  +-------------------------------------------------------------+
 * </pre>
 *
 * Tags stand in the order in which the entries need them first, so that entries can be added
 * without touching those before.
 *
 * @param channel its name, verified on read
 * @param epoch of the owner who wrote it last
 * @param entries identified by (vbucket, seqno, vbuuid, document id): none twice
 */
public record DenseBlock(String channel, long epoch, List<Entry> entries) {
  private static final Compressions PLAIN = new Compressions();

  static final int STATE = 3;
  static final int PACKED = 4;
  static final int ELSEWHERE = 8;

  private static final int LEAST_TAG_BYTES = 1 + Long.BYTES;
  private static final int LEAST_ENTRY_BYTES = 5;

  public DenseBlock {
    entries = List.copyOf(entries);
  }

  /**
   * As a document of the index bucket: the same bytes as a {@link DenseBlockBuilder} makes of them.
   *
   * @throws IllegalArgumentException if an entry is there twice, or cannot be written
   */
  public byte[] encode() {
    DenseBlockBuilder builder = new DenseBlockBuilder(channel, epoch);
    for (Entry entry : entries) {
      if (!builder.add(entry)) {
        throw new IllegalArgumentException(
            "entry twice in a block: channel=" + channel + ", entry=" + entry);
      }
    }
    return builder.encode();
  }

  /**
   * Reads a document of the index bucket. That no entry is there twice is left to the checksum and
   * to whoever wrote it: to look for them would cost readers more than everything else here.
   *
   * @throws UnreadableDocumentException if it is none of these, or another channel's
   */
  public static DenseBlock decode(
      String key, String channel, byte[] document, Compressions compressions) {
    List<Entry> entries = new ArrayList<>();
    long epoch =
        decode(
            key,
            channel,
            document,
            compressions,
            Revisions.ALL,
            EntryFilter.ALL,
            (documentId, revision, vbucket, seqno, vbuuid, state) ->
                entries.add(
                    new Entry(
                        documentId,
                        Objects.requireNonNull(revision),
                        vbucket,
                        seqno,
                        vbuuid,
                        state)));
    return new DenseBlock(channel, epoch, entries);
  }

  /** The same for one that was compressed without a dictionary, if at all. */
  public static DenseBlock decode(String key, String channel, byte[] document) {
    return decode(key, channel, document, PLAIN);
  }

  /**
   * Reads a document of the index bucket without making anything of entries that are not wanted.
   *
   * @param compressions undo what the block was compressed with
   * @param revisions which entries have theirs in the block: those of layout dense all
   * @return the epoch of the owner who wrote it last
   * @throws UnreadableDocumentException if it is no such block, or another channel's
   */
  public static long decode(
      String key,
      String channel,
      byte[] document,
      Compressions compressions,
      Revisions revisions,
      EntryFilter filter,
      EntrySink sink) {
    return PayloadReader.decode(
        key,
        format(revisions),
        document,
        compressions,
        payload -> read(payload, channel, revisions, filter, sink));
  }

  static DocumentFormat format(Revisions revisions) {
    return switch (revisions) {
      case ALL -> DocumentFormat.DENSE_BLOCK;
      case OF_LEAVINGS_ONLY -> DocumentFormat.HYBRID_BLOCK;
    };
  }

  private static long read(
      PayloadReader payload,
      String channel,
      Revisions revisions,
      EntryFilter filter,
      EntrySink sink) {
    payload.channel(channel);
    long epoch = payload.varint();
    int tags = payload.count("tags", LEAST_TAG_BYTES);
    int[] vbuckets = new int[tags];
    long[] vbuuids = new long[tags];
    for (int tag = 0; tag < tags; tag++) {
      vbuckets[tag] = payload.varint("vbucket", Partitions.MAX);
      vbuuids[tag] = payload.fixed();
    }
    int entries = payload.count("entries", LEAST_ENTRY_BYTES);
    for (int i = 0; i < entries; i++) {
      int tag = payload.varint("tag", tags - 1);
      long seqno = payload.varint();
      if (seqno == 0) {
        throw payload.corrupt("entry without a seqno: index=" + i);
      }
      if (filter.wants(vbuckets[tag], seqno, vbuuids[tag])) {
        readEntry(payload, revisions, vbuckets[tag], seqno, vbuuids[tag], sink);
      } else {
        passEntry(payload, revisions);
      }
    }
    return epoch;
  }

  private static void readEntry(
      PayloadReader payload,
      Revisions revisions,
      int vbucket,
      long seqno,
      long vbuuid,
      EntrySink sink) {
    String documentId = payload.text(Entry.MAX_DOCUMENT_ID_BYTES);
    int flags = flags(payload, revisions);
    String revision = null;
    if ((flags & ELSEWHERE) == 0) {
      revision = (flags & PACKED) == 0 ? payload.text() : PackedRevision.read(payload);
    }
    if (documentId.isEmpty() || (revision != null && revision.isEmpty())) {
      throw payload.corrupt("empty text in an entry: seqno=" + Long.toUnsignedString(seqno));
    }
    sink.entry(documentId, revision, vbucket, seqno, vbuuid, EntryState.ofCode(flags & STATE));
  }

  private static void passEntry(PayloadReader payload, Revisions revisions) {
    payload.skip(payload.varint("documentId", Entry.MAX_DOCUMENT_ID_BYTES));
    int flags = flags(payload, revisions);
    if ((flags & PACKED) != 0) {
      PackedRevision.pass(payload);
    } else if ((flags & ELSEWHERE) == 0) {
      payload.skip(payload.varint("revision", payload.remaining()));
    }
  }

  private static int flags(PayloadReader payload, Revisions revisions) {
    int flags = payload.octet();
    boolean elsewhere = (flags & ELSEWHERE) != 0;
    if (flags > (ELSEWHERE | STATE) || (elsewhere && (flags & PACKED) != 0)) {
      throw payload.corrupt("unknown flags: flags=" + flags);
    }
    if (elsewhere == revisions.includes(EntryState.ofCode(flags & STATE))) {
      throw payload.corrupt("revision in the wrong place: flags=" + flags);
    }
    return flags;
  }
}
