package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.compress.Compressions;
import java.util.List;

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
 *  |   flags: bits 0-1 state, 2 packed revision, others 0  octet |
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

  private static final int LEAST_TAG_BYTES = 1 + Long.BYTES;
  private static final int LEAST_ENTRY_BYTES = 7;

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
    return PayloadReader.decode(
        key, DocumentFormat.DENSE_BLOCK, document, compressions, payload -> read(payload, channel));
  }

  /** The same for one that was compressed without a dictionary, if at all. */
  public static DenseBlock decode(String key, String channel, byte[] document) {
    return decode(key, channel, document, PLAIN);
  }

  private static DenseBlock read(PayloadReader payload, String channel) {
    String name = payload.channel(channel);
    long epoch = payload.varint();
    int tags = payload.count("tags", LEAST_TAG_BYTES);
    int[] vbuckets = new int[tags];
    long[] vbuuids = new long[tags];
    for (int tag = 0; tag < tags; tag++) {
      vbuckets[tag] = payload.varint("vbucket", Partitions.MAX);
      vbuuids[tag] = payload.fixed();
    }
    Entry[] entries = new Entry[payload.count("entries", LEAST_ENTRY_BYTES)];
    for (int i = 0; i < entries.length; i++) {
      int tag = payload.varint("tag", tags - 1);
      entries[i] = readEntry(payload, vbuckets[tag], vbuuids[tag]);
    }
    return new DenseBlock(name, epoch, List.of(entries));
  }

  private static Entry readEntry(PayloadReader payload, int vbucket, long vbuuid) {
    long seqno = payload.varint();
    String documentId = payload.text(Entry.MAX_DOCUMENT_ID_BYTES);
    int flags = payload.octet();
    if (flags > (PACKED | STATE)) {
      throw payload.corrupt("unknown flags: flags=" + flags);
    }
    EntryState state = EntryState.ofCode(flags & STATE);
    String revision = (flags & PACKED) == 0 ? payload.text() : PackedRevision.read(payload);
    return new Entry(documentId, revision, vbucket, seqno, vbuuid, state);
  }
}
